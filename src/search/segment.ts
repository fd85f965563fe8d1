/** A part of an index that never changes: its terms in order, and where each of them occurs. */
import { ByteWriter, PostingReader, PostingWriter } from './postings.js';

interface Backwards {
  /** By place among the texts, the place among the terms. */
  places: Uint32Array;
  texts: string[];
}

export class Segment {
  private backwards: Backwards | null = null;

  /**
   * @param terms in the order of their UTF-16 code units
   * @param offsets where each term's postings begin, and where the last ones end
   * @param documents in how many documents each field has the term, all fields of a term together
   */
  constructor(
    readonly fields: number,
    readonly terms: readonly string[],
    readonly offsets: Uint32Array,
    readonly documents: Uint32Array,
    readonly postings: Uint8Array,
  ) {}

  /** How much it holds, to choose which to merge. */
  get size(): number {
    return this.postings.length;
  }

  /** @returns -1 where no document has the term */
  find(term: string): number {
    const at = this.firstFrom(term);
    return this.terms[at] === term ? at : -1;
  }

  /** The positions of all terms that begin so: from the first to before the second. */
  beginningWith(prefix: string): [from: number, to: number] {
    const from = this.firstFrom(prefix);
    return [from, firstWithout(this.terms, prefix, from)];
  }

  /** How many bytes the postings of terms take, from one position to before another. */
  sizeBetween(from: number, to: number): number {
    return this.offsets[to]! - this.offsets[from]!;
  }

  private firstFrom(term: string): number {
    let [low, high] = [0, this.terms.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.terms[middle]! < term) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  open(reader: PostingReader, at: number): void {
    reader.open(this.postings, this.offsets[at]!, this.offsets[at + 1]!);
  }

  /** The terms within so many insertions, deletions and substitutions of another, each with how many. */
  alike(term: string, maxDistance: number): Map<number, number> {
    const middle = Math.floor(term.length / 2);
    const found = new Map(walk(this.terms, term, { maxDistance, middle, maxBefore: Math.floor(maxDistance / 2) }));
    const { places, texts } = this.prepare();
    const fromEnd = { maxDistance, middle: term.length - middle, maxBefore: Math.floor((maxDistance - 1) / 2) };
    for (const [at, distance] of walk(texts, backwardsText(term), fromEnd))
      found.set(places[at]!, Math.min(distance, found.get(places[at]!) ?? distance));
    return found;
  }

  /** Makes what `alike` needs, where it is not there yet. */
  prepare(): Backwards {
    return (this.backwards ??= backwardsOf(this.terms));
  }
}

/** The terms spelled from their ends, in order, and where they are in the segment. */
function backwardsOf(terms: readonly string[]): Backwards {
  const backwards = terms.map(backwardsText);
  const placeOf = new Map(backwards.map((text, at) => [text, at]));
  const texts = backwards.sort();
  return { places: Uint32Array.from(texts, (text) => placeOf.get(text)!), texts };
}

/** By UTF-16 code units, as everything here is compared. */
function backwardsText(text: string): string {
  let backwards = '';
  for (let at = text.length - 1; at >= 0; at--) backwards += text[at]!;
  return backwards;
}

interface Nearness {
  maxDistance: number;
  /** Before this place of what is looked for, fewer edits are allowed. */
  middle: number;
  maxBefore: number;
}

/**
 * The terms that are near enough, of which the ones that begin too differently are skipped. Of few edits, one half of a
 * word has at most half, so that looking from both ends for words whose first half is nearly right finds all of them,
 * and looks at few. Source: Mihov and Schulz, Fast Approximate Search in Large Dictionaries (2004).
 */
function* walk(terms: readonly string[], term: string, nearness: Nearness): Generator<[at: number, distance: number]> {
  const width = term.length + 1;
  const rows = new Uint8Array(width * (term.length + nearness.maxDistance + 2));
  for (let column = 0; column < width; column++) rows[column] = bounded(column, column, nearness);
  let previous = '';
  for (let at = 0; at < terms.length;) {
    const candidate = terms[at]!;
    const dead = fillRows(rows, term, candidate, commonLength(previous, candidate), nearness);
    previous = candidate;
    if (dead > 0) {
      at = firstWithout(terms, candidate.slice(0, dead), at);
      continue;
    }
    const distance = rows[candidate.length * width + width - 1]!;
    if (distance <= nearness.maxDistance) yield [at, distance];
    at++;
  }
}

function bounded(value: number, column: number, { maxBefore, middle }: Nearness): number {
  return column < middle && value > maxBefore ? tooMany : value;
}

const tooMany = 100;

/** @returns the first place from `from` whose term does not begin so; what does is all at the start of the rest */
function firstWithout(terms: readonly string[], prefix: string, from: number): number {
  let [low, high, step] = [from, terms.length, 1];
  while (low + step < high) {
    if (!terms[low + step]!.startsWith(prefix)) {
      high = low + step;
      break;
    }
    low += step;
    step *= 2;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (terms[middle]!.startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function commonLength(left: string, right: string): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left.charCodeAt(length) === right.charCodeAt(length)) length++;
  return length;
}

/**
 * The table of edit distances, a row for each letter of the candidate; rows up to the common beginning stand.
 * @returns how many letters are enough to know that nothing that begins with them is near; 0 where it may be
 */
function fillRows(rows: Uint8Array, term: string, candidate: string, common: number, nearness: Nearness): number {
  const width = term.length + 1;
  const { maxDistance } = nearness;
  const most = term.length + maxDistance;
  for (let letter = common + 1; letter <= candidate.length; letter++) {
    if (letter > most) return letter;
    const code = candidate.charCodeAt(letter - 1);
    const [row, above] = [letter * width, (letter - 1) * width];
    let least = (rows[row] = bounded(letter, 0, nearness));
    for (let column = 1; column < width; column++) {
      const substituted = rows[above + column - 1]! + Number(term.charCodeAt(column - 1) !== code);
      const value = bounded(Math.min(substituted, rows[above + column]! + 1, rows[row + column - 1]! + 1, tooMany), column, nearness);
      rows[row + column] = value;
      if (value < least) least = value;
    }
    if (least > maxDistance) return letter;
  }
  return 0;
}

/** Collects documents in memory until they become a segment. */
export class SegmentBuilder {
  private readonly writers = new Map<string, PostingWriter>();
  documents = 0;

  constructor(private readonly fields: number) {}

  /** @param frequencies by term, how often each field has it */
  add(slot: number, frequencies: ReadonlyMap<string, ArrayLike<number>>): void {
    this.documents++;
    for (const [term, counts] of frequencies) {
      let writer = this.writers.get(term);
      if (!writer) this.writers.set(term, (writer = new PostingWriter(this.fields)));
      writer.add(slot, counts);
    }
  }

  finish(): Segment {
    const terms = [...this.writers.keys()].sort();
    const output = new SegmentOutput(this.fields);
    for (const term of terms) output.add(term, this.writers.get(term)!);
    return output.finish();
  }
}

class SegmentOutput {
  private readonly terms: string[] = [];
  private readonly offsets: number[] = [0];
  private readonly documents: number[] = [];
  private readonly postings = new ByteWriter();

  constructor(private readonly fields: number) {}

  add(term: string, { bytes, documents }: PostingWriter): void {
    if (bytes.length === 0) return;
    this.terms.push(term);
    this.documents.push(...documents);
    this.postings.append(bytes.finish());
    this.offsets.push(this.postings.length);
  }

  finish(): Segment {
    return new Segment(this.fields, this.terms, Uint32Array.from(this.offsets), Uint32Array.from(this.documents), this.postings.finish());
  }
}

/**
 * One segment of several, whose documents ascend from one to the next.
 * @param numberOf what a document is called afterwards; -1 for one that is gone
 */
export function mergeSegments(segments: readonly Segment[], numberOf: (slot: number) => number): Segment {
  const fields = segments[0]!.fields;
  const output = new SegmentOutput(fields);
  const reader = new PostingReader(fields);
  const places = segments.map(() => 0);
  for (;;) {
    const term = leastTerm(segments, places);
    if (term === null) return output.finish();
    const writer = new PostingWriter(fields);
    segments.forEach((segment, which) => {
      if (segment.terms[places[which]!] !== term) return;
      segment.open(reader, places[which]!++);
      while (reader.next()) {
        const slot = numberOf(reader.slot);
        if (slot >= 0) writer.add(slot, reader.frequencies);
      }
    });
    output.add(term, writer);
  }
}

function leastTerm(segments: readonly Segment[], places: readonly number[]): string | null {
  let least: string | null = null;
  segments.forEach(({ terms }, which) => {
    const term = terms[places[which]!];
    if (term !== undefined && (least === null || term < least)) least = term;
  });
  return least;
}
