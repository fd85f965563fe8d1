/** What is needed to tell opinions in one language. */
export interface Lexicon {
  /** How good or bad words and phrases are, -5 to 5; beside AFINN's, and before them. */
  values: Readonly<Record<string, number>>;
  /** Words that turn what follows around. */
  negations: ReadonlySet<string>;
  /** Words that make what follows stronger or weaker: by how much. */
  degrees: Readonly<Record<string, number>>;
  /** Where a clause begins that says something else, often the opposite, and counts more. */
  contrasts: RegExp;
  /** Words that are no topic of their own. */
  common: ReadonlySet<string>;
}

/** Words between spaces, with one value for all of them. */
export function valued(lists: readonly (readonly [value: number, words: string])[]): Record<string, number> {
  return Object.fromEntries(lists.flatMap(([value, words]) => words.split(',').map((word) => [word.trim(), value])));
}

export function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/u));
}
