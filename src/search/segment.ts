/** A part of an index that never changes: its terms in order, and where each of them occurs. */
import { ByteWriter, PostingReader, PostingWriter } from './postings.js';

export class Segment {
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
    return [from, this.firstWithout(prefix, from)];
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

  private firstWithout(prefix: string, from: number): number {
    let [low, high] = [from, this.terms.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.terms[middle]!.startsWith(prefix)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  open(reader: PostingReader, at: number): void {
    reader.open(this.postings, this.offsets[at]!, this.offsets[at + 1]!);
  }

  /** The terms within so many insertions, deletions and substitutions of another. What begins too differently is skipped. */
  *alike(term: string, maxDistance: number): Generator<[at: number, distance: number]> {
    const width = term.length + 1;
    const rows = new Uint8Array(width * (term.length + maxDistance + 2));
    for (let column = 0; column < width; column++) rows[column] = column;
    let previous = '';
    for (let at = 0; at < this.terms.length;) {
      const candidate = this.terms[at]!;
      const dead = fillRows(rows, term, candidate, commonLength(previous, candidate), maxDistance);
      previous = candidate;
      if (dead > 0) {
        at = this.firstWithout(candidate.slice(0, dead), at);
        continue;
      }
      const distance = rows[candidate.length * width + width - 1]!;
      if (distance <= maxDistance) yield [at, distance];
      at++;
    }
  }
}

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}

/**
 * The table of edit distances, a row for each letter of the candidate; rows up to the common beginning stand.
 * @returns how many letters are enough to know that nothing that begins with them is near; 0 where it may be
 */
function fillRows(rows: Uint8Array, term: string, candidate: string, common: number, maxDistance: number): number {
  const width = term.length + 1;
  const most = term.length + maxDistance;
  for (let letter = common + 1; letter <= candidate.length; letter++) {
    if (letter > most) return letter;
    const code = candidate.charCodeAt(letter - 1);
    const [row, above] = [letter * width, (letter - 1) * width];
    let least = (rows[row] = letter);
    for (let column = 1; column < width; column++) {
      const substituted = rows[above + column - 1]! + Number(term.charCodeAt(column - 1) !== code);
      const value = Math.min(substituted, rows[above + column]! + 1, rows[row + column - 1]! + 1);
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
