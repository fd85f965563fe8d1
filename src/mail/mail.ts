/** A mail, and how one is made of sentences: with a plain and an HTML body that say the same. */
import escapeHtml from 'escape-html';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where the mail leads, for who reads the log instead. */
  link: string | null;
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
}

interface MailLink {
  label: string;
  url: string;
}

export interface MailContent {
  to: string;
  subject: string;
  /** Sentences before and after the link. */
  before: string[];
  link?: MailLink;
  /** The same for several. */
  links?: MailLink[];
  after?: string[];
  /** A link below everything else. */
  footer?: MailLink;
  /** BCP 47; English where it is left out. */
  language?: string;
}

export function composeMail({
  to,
  subject,
  before,
  link,
  links = link ? [link] : [],
  after = [],
  footer,
  language = 'en',
}: MailContent): Mail {
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  const button = ({ label, url }: MailLink): string =>
    `<p style="margin:0 0 16px"><a href="${escapeHtml(url)}">${escapeHtml(label)}</a></p>`;
  const plain = ({ label, url }: MailLink): string => `${label}:\n${url}`;
  const last = footer ? [footer] : [];
  const body = [...before.map(paragraph), ...links.map(button), ...after.map(paragraph), ...last.map(button)].join('\n');
  return {
    to,
    subject,
    text: `${[...before, ...links.map(plain), ...after, ...last.map(plain)].join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="${language}"><body style="font:16px/1.5 sans-serif;max-width:36em">\n${body}\n</body></html>\n`,
    link: links[0]?.url ?? null,
  };
}
