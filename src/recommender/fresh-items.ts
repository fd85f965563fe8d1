/** Items that came after the training: all that is known of them is their text and attributes. */
import { termVectors, vocabularyOf, type Vocabulary } from './dataset.js';
import { rowOf, type SparseRow } from './sparse-matrix.js';

export interface TextMatch {
  /** The position of the candidate. */
  candidate: number;
  /** The position of the own item that is most like it. */
  own: number;
  /** Their cosine, 0 to 1. */
  similarity: number;
}

/**
 * For each candidate the own item whose text is most like it, the most alike first; those with nothing in common are
 * left out.
 * @param vocabulary how telling each term is; by default as the given items have it
 */
export function matchByText(
  own: readonly (readonly string[])[],
  candidates: readonly (readonly string[])[],
  vocabulary: Vocabulary = vocabularyOf([...own, ...candidates]),
): TextMatch[] {
  const vectors = termVectors([...own, ...candidates], vocabulary);
  const matches: TextMatch[] = [];
  for (let candidate = 0; candidate < candidates.length; candidate++) {
    const row = rowOf(vectors, own.length + candidate);
    let best: TextMatch = { candidate, own: -1, similarity: 0 };
    for (let at = 0; at < own.length; at++) {
      const similarity = dot(row, rowOf(vectors, at));
      if (similarity > best.similarity) best = { candidate, own: at, similarity };
    }
    if (best.own >= 0) matches.push(best);
  }
  return matches.sort((a, b) => b.similarity - a.similarity || a.candidate - b.candidate);
}

/** Of two rows with ascending indices. */
function dot(left: SparseRow, right: SparseRow): number {
  let sum = 0;
  for (let a = 0, b = 0; a < left.indices.length && b < right.indices.length;) {
    if (left.indices[a] === right.indices[b]) sum += left.values[a]! * right.values[b]!;
    if (left.indices[a]! <= right.indices[b]!) a++;
    else b++;
  }
  return sum;
}
