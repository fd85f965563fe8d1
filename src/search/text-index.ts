/**
 * Full-text search over documents of a few fields, in a few bytes for each word: relevance by BM25+, unfinished and
 * mistyped words. Documents are numbered by slots, which ascend; a changed document takes a new one.
 *
 * Sources: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009); Lv and Zhai, Lower-Bounding
 * Term Frequency Normalization (2011), for BM25+. Segments are merged as in Lucene, the small ones first.
 */
import { Hits } from './hits.js';
import { PostingReader } from './postings.js';
import type { Segment } from './segment.js';
import { mergeSegments, SegmentBuilder } from './segment.js';
import { allTermsOf, type QueryTerm, type QueryWord } from './words.js';

const saturation = 1.2;
const lengthWeight = 0.7;
const lowerBound = 0.5;
const beginningWeight = 0.375;
const alikeWeight = 0.45;
/** Lucene's limit too: what differs more is seldom meant. */
const maxDistance = 2;
const shareMistyped = 0.2;

/**
 * Thousands of words begin with the same letter or two. What begins so is kept as a term of its own, under a name that no
 * word has; alphabets alone, since other scripts have as many letters as words.
 */
const beginning = '\u0001';
const keptBeginnings = [1, 2];
const lastAlphabetic = 0x5ff;

const buffered = 2000;
const maxSegments = 8;
/** Nearly all terms are in fewer documents than this. */
const manyHaving = 64;
/** Nearly all fields have fewer terms than this. */
const manyTerms = 256;
const longest = 2 ** 16 - 1;

export interface TextIndexState {
  capacity: number;
  alive: Uint8Array<ArrayBuffer>;
  lengths: Uint16Array<ArrayBuffer>;
  segments: readonly Segment[];
}

export class TextIndex {
  private segments: Segment[] = [];
  private buffer: SegmentBuilder;
  private alive = new Uint8Array(1024);
  /** How many distinct terms each field of a document has. */
  private lengths: Uint16Array;
  private readonly lengthSums: number[];
  private capacity = 0;
  private living = 0;
  private readonly reader: PostingReader;
  /** Of the search that runs: the largest segment, the mean length of each field, and what a find in each counts. */
  private main: Segment | null = null;
  private readonly averages: Float64Array;
  private readonly factors: Float64Array;
  /** By how few documents have a term. */
  private readonly rarities = new Float64Array(manyHaving);
  /** By field and how few terms it has, what its length counts. */
  private readonly dampings: Float64Array;
  private readonly levels = [new Hits(), new Hits(), new Hits(), new Hits()] as const;

  /** @param boosts what a find in each field counts */
  constructor(private readonly boosts: readonly number[]) {
    this.lengths = new Uint16Array(1024 * boosts.length);
    this.lengthSums = boosts.map(() => 0);
    this.reader = new PostingReader(boosts.length);
    this.averages = new Float64Array(boosts.length);
    this.factors = new Float64Array(boosts.length);
    this.dampings = new Float64Array(boosts.length * manyTerms);
    this.buffer = new SegmentBuilder(boosts.length);
  }

  /** One more than the highest slot. */
  get slots(): number {
    return this.capacity;
  }

  /** How many documents there are. */
  get size(): number {
    return this.living;
  }

  isAlive(slot: number): boolean {
    return this.alive[slot] === 1;
  }

  /** @returns the document's slot, the highest so far */
  add(texts: readonly string[]): number {
    const slot = this.capacity++;
    this.reserve(this.capacity);
    const frequencies = this.frequenciesOf(texts, slot);
    this.alive[slot] = 1;
    this.living++;
    this.buffer.add(slot, frequencies);
    if (this.buffer.documents >= buffered) this.flush();
    return slot;
  }

  private frequenciesOf(texts: readonly string[], slot: number): Map<string, Uint16Array> {
    const frequencies = new Map<string, Uint16Array>();
    texts.forEach((text, field) => {
      let distinct = 0;
      for (const term of allTermsOf(text)) {
        if (countIn(frequencies, term, field, this.boosts.length) === 1) distinct++;
        for (const length of keptBeginnings)
          if (term.length > length && isAlphabetic(term))
            countIn(frequencies, beginning + term.slice(0, length), field, this.boosts.length);
      }
      this.lengths[slot * this.boosts.length + field] = Math.min(distinct, longest);
      this.lengthSums[field]! += Math.min(distinct, longest);
    });
    return frequencies;
  }

  remove(slot: number): void {
    if (!this.isAlive(slot)) return;
    this.alive[slot] = 0;
    this.living--;
    this.boosts.forEach((_, field) => (this.lengthSums[field]! -= this.lengths[slot * this.boosts.length + field]!));
  }

  private reserve(capacity: number): void {
    if (capacity <= this.alive.length) return;
    const room = Math.ceil(capacity * 1.5);
    const [alive, lengths] = [new Uint8Array(room), new Uint16Array(room * this.boosts.length)];
    alive.set(this.alive);
    lengths.set(this.lengths);
    [this.alive, this.lengths] = [alive, lengths];
  }

  private flush(): void {
    if (this.buffer.documents === 0) return;
    this.segments.push(this.buffer.finish());
    this.buffer = new SegmentBuilder(this.boosts.length);
    while (this.segments.length > maxSegments) this.mergeSmallest();
  }

  /** Two neighbours, so that documents ascend from one segment to the next. */
  private mergeSmallest(): void {
    let best = 0;
    const sizeAt = (at: number): number => this.segments[at]!.size + this.segments[at + 1]!.size;
    for (let at = 1; at + 1 < this.segments.length; at++) if (sizeAt(at) < sizeAt(best)) best = at;
    const merged = mergeSegments(this.segments.slice(best, best + 2), (slot) => (this.isAlive(slot) ? slot : -1));
    this.segments.splice(best, 2, merged);
  }

  /**
   * Makes one segment of all, and numbers the documents anew without gaps, in the same order.
   * @returns the former slots, in the order of the new ones
   */
  compact(): Uint32Array {
    this.flush();
    const kept = new Uint32Array(this.living);
    const numbers = new Int32Array(this.capacity).fill(-1);
    let next = 0;
    for (let slot = 0; slot < this.capacity; slot++) {
      if (!this.isAlive(slot)) continue;
      numbers[slot] = next;
      kept[next++] = slot;
    }
    if (this.segments.length > 0) this.segments = [mergeSegments(this.segments, (slot) => numbers[slot]!)];
    const fields = this.boosts.length;
    const lengths = new Uint16Array(next * fields);
    kept.forEach((slot, at) => lengths.set(this.lengths.subarray(slot * fields, (slot + 1) * fields), at * fields));
    this.lengths = lengths;
    this.alive = new Uint8Array(next).fill(1);
    this.capacity = next;
    return kept;
  }

  /** Everything, to be kept. */
  save(): TextIndexState {
    this.flush();
    const { alive, capacity, lengths, segments } = this;
    return { capacity, alive: alive.slice(0, capacity), lengths: lengths.slice(0, capacity * this.boosts.length), segments: [...segments] };
  }

  load({ capacity, alive, lengths, segments }: TextIndexState): void {
    [this.capacity, this.alive, this.lengths, this.segments] = [capacity, alive, lengths, [...segments]];
    this.buffer = new SegmentBuilder(this.boosts.length);
    this.living = 0;
    this.lengthSums.fill(0);
    for (let slot = 0; slot < capacity; slot++) {
      if (alive[slot] === 0) continue;
      this.living++;
      this.boosts.forEach((_, field) => (this.lengthSums[field]! += lengths[slot * this.boosts.length + field]!));
    }
  }

  /** Makes what the first search for a mistyped word would wait for. */
  prepare(): void {
    for (const segment of this.segments) segment.prepare();
  }

  /** The documents that have every word, in one of its spellings. What is returned is valid until the next search. */
  search(words: readonly QueryWord[]): Hits {
    this.flush();
    this.main = this.segments.reduce<Segment | null>(
      (largest, segment) => (largest && largest.size >= segment.size ? largest : segment),
      null,
    );
    this.lengthSums.forEach((sum, field) => (this.averages[field] = Math.max(1, sum / Math.max(1, this.living))));
    for (let at = 0; at < this.dampings.length; at++) this.dampings[at] = this.damping(Math.floor(at / manyTerms), at % manyTerms);
    for (let having = 0; having < manyHaving; having++) this.rarities[having] = rarityOf(this.living, Math.min(having, this.living));
    let [all, ofWord] = this.levels;
    const [, , ofSpelling, ofTerm] = this.levels;
    all.clear(this.capacity);
    for (const [at, word] of this.rarestFirst(words).entries()) {
      ofWord.clear(this.capacity);
      const within = at === 0 ? null : all;
      for (const spelling of word) this.searchSpelling(spelling, within, ofSpelling, ofTerm, ofWord);
      if (at === 0) [all, ofWord] = [ofWord, all];
      else all.keepCommon(ofWord);
      if (all.count === 0) break;
    }
    return all;
  }

  /** What one word leaves is all that is scored of the next. */
  private rarestFirst(words: readonly QueryWord[]): readonly QueryWord[] {
    if (words.length < 2) return words;
    const sizes = new Map(words.map((word) => [word, this.sizeOf(word)]));
    return [...words].sort((left, right) => sizes.get(left)! - sizes.get(right)!);
  }

  /** About how many bytes of postings a word takes. */
  private sizeOf(word: QueryWord): number {
    return word.reduce((sum, spelling) => sum + Math.min(...spelling.map((term) => this.sizeOfTerm(term))), 0);
  }

  private sizeOfTerm({ text, match }: QueryTerm): number {
    return this.segments.reduce((sum, segment) => {
      const [from, to] = segment.beginningWith(text);
      return sum + segment.sizeBetween(from, match === 'EXACT' ? Math.min(to, from + 1) : to);
    }, 0);
  }

  private searchSpelling(terms: readonly QueryTerm[], within: Hits | null, all: Hits, ofTerm: Hits, found: Hits): void {
    all.clear(this.capacity);
    terms.forEach((term, at) => {
      if (at === 0) return this.searchTerm(term, within, all);
      ofTerm.clear(this.capacity);
      this.searchTerm(term, all, ofTerm);
      all.keepCommon(ofTerm);
    });
    found.addAll(all);
  }

  /** The terms of the index that a term of a query may mean, each with how much it counts. */
  private searchTerm({ text, match }: QueryTerm, within: Hits | null, found: Hits): void {
    const maxEdits = match === 'ALIKE' && text.length > 3 ? Math.min(maxDistance, Math.round(text.length * shareMistyped)) : 0;
    for (const segment of this.segments) {
      const exact = segment.find(text);
      if (exact >= 0) this.score(segment, exact, 1, within, found);
      if (match === 'EXACT') continue;
      if (keptBeginnings.includes(text.length) && isAlphabetic(text)) {
        const all = segment.find(beginning + text);
        if (all >= 0) this.score(segment, all, beginningWeight, within, found);
        continue;
      }
      const [from, to] = segment.beginningWith(text);
      for (let at = from; at < to; at++) {
        const { length } = segment.terms[at]!;
        if (at !== exact) this.score(segment, at, (beginningWeight * length) / (length + 0.3 * (length - text.length)), within, found);
      }
      if (maxEdits === 0) continue;
      for (const [at, distance] of segment.alike(text, maxEdits)) {
        const { length } = segment.terms[at]!;
        if (distance > 0 && (at < from || at >= to)) this.score(segment, at, (alikeWeight * length) / (length + distance), within, found);
      }
    }
  }

  private score(segment: Segment, at: number, weight: number, within: Hits | null, found: Hits): void {
    const { alive, boosts, dampings, factors, lengths, reader } = this;
    const fields = boosts.length;
    for (let field = 0; field < fields; field++) factors[field] = boosts[field]! * weight * this.rarity(segment, at, field);
    const { frequencies } = reader;
    segment.open(reader, at);
    while (reader.next()) {
      const { slot } = reader;
      if (alive[slot] === 0 || (within && !within.has(slot))) continue;
      let score = 0;
      for (let field = 0; field < fields; field++) {
        const frequency = frequencies[field]!;
        if (frequency === 0) continue;
        const length = lengths[slot * fields + field]!;
        const damping = length < manyTerms ? dampings[field * manyTerms + length]! : this.damping(field, length);
        score += factors[field]! * (lowerBound + (frequency * (saturation + 1)) / (frequency + damping));
      }
      found.add(slot, score);
    }
  }

  private damping(field: number, length: number): number {
    return saturation * (1 - lengthWeight + (lengthWeight * length) / this.averages[field]!);
  }

  /**
   * Inverse document frequency, from the largest segment, which stands for nearly all documents. Those that are gone
   * count until their segment is merged.
   */
  private rarity(segment: Segment, at: number, field: number): number {
    const { boosts, living, main } = this;
    const own = segment.documents[at * boosts.length + field]!;
    const inMain = main === segment || !main ? -1 : main.find(segment.terms[at]!);
    const having = Math.min(living, own + (inMain < 0 ? 0 : main!.documents[inMain * boosts.length + field]!));
    return having < manyHaving ? this.rarities[having]! : rarityOf(living, having);
  }
}

function rarityOf(living: number, having: number): number {
  return Math.log(1 + (living - having + 0.5) / (having + 0.5));
}

function isAlphabetic(term: string): boolean {
  return term.charCodeAt(0) <= lastAlphabetic && !(term.charCodeAt(1) > lastAlphabetic);
}

/** @returns how often the field has the term now */
function countIn(frequencies: Map<string, Uint16Array>, term: string, field: number, fields: number): number {
  let counts = frequencies.get(term);
  if (!counts) frequencies.set(term, (counts = new Uint16Array(fields)));
  return ++counts[field]!;
}
