/** A mail, and how one is made of sentences: with a plain and an HTML body that say the same. */
import escapeHtml from 'escape-html';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where the mail leads, for who reads the log instead. */
  link: string | null;
}

export interface MailContent {
  to: string;
  subject: string;
  /** Sentences before and after the link. */
  before: string[];
  link?: { label: string; url: string };
  after?: string[];
}

export function composeMail({ to, subject, before, link, after = [] }: MailContent): Mail {
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  const button = link && `<p style="margin:0 0 16px"><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>`;
  const body = [...before.map(paragraph), ...(button ? [button] : []), ...after.map(paragraph)].join('\n');
  return {
    to,
    subject,
    text: `${[...before, ...(link ? [`${link.label}:\n${link.url}`] : []), ...after].join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body style="font:16px/1.5 sans-serif;max-width:36em">\n${body}\n</body></html>\n`,
    link: link?.url ?? null,
  };
}
