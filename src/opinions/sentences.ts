/** Sentences and the clauses in them, as places in the text they are from. */

export interface Span {
  from: number;
  to: number;
}

/** What is beyond is not read: nobody's opinion of a product takes longer. */
export const maxLength = 5000;
const maxSentences = 80;

/** Marks that end a sentence; a point between digits or letters does not. */
const ends = /[.!?…](?=["'”’)\s]|$)|[。！？；]+|\n+/gu;
const clauseEnds = /[,;:，；：、（）()]|\s[-–—]\s/gu;

export function sentencesOf(text: string): Span[] {
  return split(text, { from: 0, to: Math.min(text.length, maxLength) }, ends, true).slice(0, maxSentences);
}

/** @param splitters words that begin a new clause, such as "but" */
export function clausesOf(text: string, sentence: Span, splitters: RegExp): Span[] {
  return split(text, sentence, clauseEnds, false).flatMap((clause) => split(text, clause, splitters, false));
}

/** @param keepsMark whether the mark belongs to what it ends */
function split(text: string, { from, to }: Span, marks: RegExp, keepsMark: boolean): Span[] {
  const part = text.slice(from, to);
  const spans: Span[] = [];
  let start = 0;
  for (const mark of part.matchAll(marks)) {
    const end = mark.index + (keepsMark && mark[0].trim() !== '' ? mark[0].length : 0);
    add(spans, text, from + start, from + end);
    start = keepsMark ? mark.index + mark[0].length : mark.index;
  }
  add(spans, text, from + start, to);
  return spans;
}

function add(spans: Span[], text: string, from: number, to: number): void {
  while (from < to && /\s/u.test(text[from]!)) from++;
  while (to > from && /\s/u.test(text[to - 1]!)) to--;
  if (to > from) spans.push({ from, to });
}
