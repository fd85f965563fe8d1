/**
 * Which words a text has, as an index keeps them and as a query asks for them.
 *
 * Words are folded. What is joined by a hyphen, dot or apostrophe counts as its parts and as one word, so that
 * "node.js", "nodejs" and "t-shirt", "tshirt" meet. Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese are written
 * without spaces, or with words grown together: a run of them is kept as its overlapping pairs (or threes, where
 * characters are single sounds), so that a query is found wherever in the run it begins.
 */
import { fold } from './folding.js';

/** How a term of a query may differ from a term of the index. */
export type TermMatch = 'EXACT' | 'BEGINNING' | 'ALIKE';

export interface QueryTerm {
  text: string;
  /** `ALIKE` takes unfinished and mistyped words too. */
  match: TermMatch;
}

/** One word of a query: any of the alternatives will do, and each of them needs all of its terms. */
export type QueryWord = readonly (readonly QueryTerm[])[];

/** Words joined by what people leave out or replace; a language's name may end in + or #. */
const chunks = /[\p{L}\p{N}\p{M}]+(?:[.\-'’‘‐‑_·・&/][\p{L}\p{N}\p{M}]+)*(?:\+{1,2}|#)?/gu;
const ending = /[+#]/;
const goesOn = /[+#\p{L}\p{N}]/u;
const joiner = /[.\-'’‘‐‑_·・&/]/u;
const maxParts = 8;

/** What Arabic writes together with a word: the, and the, with the, like the, then the, for the. As Lucene’s ArabicStemmer. */
const arabicArticle = /^(?:[وبكف]?ال|لل)(?=\p{Script=Arabic}{3})/u;

const pairs = '[[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}]&&[\\p{L}\\p{M}]]';
const threes = '[[\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]&&[\\p{L}\\p{M}]]';
/** The runs of a word: without spaces, and with. */
const runs = new RegExp(`(?<pairs>${pairs}+)|(?<threes>${threes}+)|[^${pairs}${threes}]+`, 'gv');

/** The distinct terms under which a text is found. @param max how many at most, the first ones */
export function termsOf(text: string, max = Infinity): string[] {
  const terms = new Set<string>();
  for (const chunk of chunksOf(text)) {
    for (const term of indexed(chunk)) {
      terms.add(term);
      if (terms.size >= max) return [...terms];
    }
  }
  return [...terms];
}

/** All terms of a text, as often as they occur. */
export function allTermsOf(text: string): string[] {
  return chunksOf(text).flatMap(indexed);
}

/** @param max how many words at most, the first ones */
export function queryOf(text: string, max: number): QueryWord[] {
  const asked = chunksOf(text).slice(0, max);
  const words = asked.map(queryWord);
  const number = printedNumber(text);
  if (number) return [[[{ text: number, match: 'EXACT' }], words.flatMap((word) => word.at(-1)!)]];
  return words.map((word, at) => [...word, ...withNeighbours(asked, at)]);
}

/** The number that a query writes in groups, as a GTIN or an ISBN is printed on a product. */
function printedNumber(text: string): string | null {
  const groups = fold(text)
    .trim()
    .split(/[\s\-‐‑]+/u);
  const number = groups.join('');
  return groups.length > 1 && /^\d{8,14}$/.test(number) ? number : null;
}

/** A word may be half of one that is written together in the text: "node js" of "nodejs". */
function withNeighbours(asked: readonly string[], at: number): QueryTerm[][] {
  return [asked.slice(Math.max(0, at - 1), at + 1), asked.slice(at, at + 2)]
    .filter((halves) => halves.length === 2 && halves.every(isOneRun) && !halves.every(isNumber))
    .map((halves) => [{ text: halves.join(''), match: 'EXACT' }]);
}

function isOneRun(chunk: string): boolean {
  const [run, ...others] = chunk.matchAll(runs);
  return others.length === 0 && gramLength(run?.groups) === 0 && /^[\p{L}\p{N}\p{M}]+$/u.test(chunk);
}

function isNumber(chunk: string): boolean {
  return /^\p{N}+$/u.test(chunk);
}

function chunksOf(text: string): string[] {
  const folded = fold(text);
  return Array.from(folded.matchAll(chunks), ({ 0: chunk, index }) => {
    const bare = chunk.search(ending);
    // What follows at once makes of a+b no name.
    return bare > 0 && goesOn.test(folded.charAt(index + chunk.length)) ? chunk.slice(0, bare) : chunk;
  });
}

function indexed(chunk: string): string[] {
  const { name, parts } = taken(chunk);
  const terms = parts.flatMap(termsOfPart);
  if (parts.length > 1 && parts.length <= maxParts) terms.push(joined(parts));
  if (name) terms.push(name);
  return terms;
}

/** A chunk's parts, and the whole of it where it is a name such as c++. */
function taken(chunk: string): { name: string | null; parts: string[] } {
  const bare = chunk.search(ending);
  const parts = (bare > 0 ? chunk.slice(0, bare) : chunk).split(joiner);
  return { name: bare > 0 ? parts.at(-1)! + chunk.slice(bare) : null, parts };
}

/** 1.5 is no 15. */
function joined(parts: readonly string[]): string {
  return parts.join(parts.every((part) => /^\p{N}/u.test(part)) ? '.' : '');
}

function termsOfPart(part: string): string[] {
  return Array.from(part.matchAll(runs)).flatMap(({ 0: run, groups }) => {
    const length = gramLength(groups);
    return length === 0 ? [withoutArticle(run)] : grams(run, length);
  });
}

function withoutArticle(run: string): string {
  return run.replace(arabicArticle, '');
}

function gramLength(groups: Record<string, string> | undefined): number {
  return groups?.['pairs'] ? 2 : groups?.['threes'] ? 3 : 0;
}

/** What begins at each character, also where less than the length is left, so that a shorter query is a beginning. */
function grams(run: string, length: number): string[] {
  const characters = [...run];
  return characters.map((_, at) => characters.slice(at, at + length).join(''));
}

function queryWord(chunk: string): QueryWord {
  const { name, parts } = taken(chunk);
  if (name) return [[{ text: name, match: 'EXACT' }]];
  const apart = parts.flatMap(queryTerms);
  if (parts.length === 1 || parts.length > maxParts) return [apart];
  return [[{ text: joined(parts), match: 'ALIKE' }], apart];
}

function queryTerms(part: string): QueryTerm[] {
  return Array.from(part.matchAll(runs)).flatMap(({ 0: run, groups }): QueryTerm[] => {
    const length = gramLength(groups);
    if (length === 0) return [{ text: withoutArticle(run), match: 'ALIKE' }];
    const whole = grams(run, length).filter((gram) => [...gram].length === length);
    if (whole.length === 0) return [{ text: run, match: 'BEGINNING' }];
    return whole.map((text) => ({ text, match: 'EXACT' }));
  });
}
