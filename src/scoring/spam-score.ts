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

/** What a text alone shows. */
export function signsOfText(text: string): Pick<SpamSigns, 'links' | 'capitals'> {
  const letters = text.match(/\p{L}/gu) ?? [];
  const capitals = text.match(/\p{Lu}/gu) ?? [];
  const links = text.match(/(?:https?:\/\/|www\.)\S+|(?<![\w-])[\w-]+\.(?:com|net|org|info|biz|shop|xyz|top|ru|cn|io)\b/gi) ?? [];
  return { links: links.length, capitals: letters.length < shortestJudged ? 0 : capitals.length / letters.length };
}
