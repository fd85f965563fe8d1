/** How much a contribution looks like spam. */

export interface SpamSigns {
  /** Hours since its author signed up. */
  accountAge: number;
  /** Links in the text. */
  links: number;
  /** Earlier contributions of the author with the same text. */
  repeats: number;
  /** Contributions of the author in the last ten minutes. */
  recent: number;
  /** The share of capitals among its letters, 0 to 1; 0 for short texts. */
  capitals: number;
}

const hoursToHalfTrust = 24;
const flood = 10;

/**
 * A sum of signs, 0 for none; 1 and more is worth a moderator's look. Links and floods count in proportion to
 * how new the account is, repeats and shouting at any age.
 */
export function spamScore({ accountAge, links, repeats, recent, capitals }: SpamSigns): number {
  const newness = 1 / (1 + Math.max(0, accountAge) / hoursToHalfTrust);
  return (
    newness * (Math.min(links, 3) * 1.1 + Math.max(0, recent - flood / 2) / (flood / 2)) +
    Math.min(repeats, 3) * 0.4 +
    (capitals > 0.7 ? 0.3 : 0)
  );
}

const shortestJudged = 20;

/** Addresses with a protocol, of well-known endings, or with a path. */
const link =
  /(?:https?:\/\/|www\.)\S+|(?<![\w.-])(?:[\w-]+\.)+[a-z]{2,24}\/[^\s/]\S*|(?<![\w-])[\w-]+\.(?:com|net|org|info|biz|shop|store|online|site|club|live|app|dev|xyz|top|vip|ru|cn|io|co|cc|tk|de|fr|uk|eu)\b/gi;

/** What a text alone shows. @param ownHosts hosts of the shop itself, to which links are none */
export function signsOfText(text: string, ownHosts: ReadonlySet<string> = new Set()): Pick<SpamSigns, 'links' | 'capitals'> {
  const letters = text.match(/\p{L}/gu) ?? [];
  const capitals = text.match(/\p{Lu}/gu) ?? [];
  const found = asBrowsersRead(text).match(link) ?? [];
  const links = found.filter((address) => !ownHosts.has(hostOf(address)));
  return { links: links.length, capitals: letters.length < shortestJudged ? 0 : capitals.length / letters.length };
}

/** Full-width letters and dots are letters and dots. One by one, since putting many marks in order takes ever longer. */
function asBrowsersRead(text: string): string {
  return text.replace(/[^\p{ASCII}\p{M}]/gu, (character) => (character === '。' ? '.' : character.normalize('NFKC')));
}

function hostOf(link: string): string {
  const address = /^https?:/i.test(link) ? link : `http://${link}`;
  return URL.canParse(address) ? new URL(address).host : '';
}
