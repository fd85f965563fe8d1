/** What a search needs of products besides their words, one array for each property, by slot. */

/** Texts and the numbers that stand for them; 0 is for none. */
export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [''];

  add(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** @returns 0 for one that was never named */
  find(text: string): number {
    return this.numbers.get(text) ?? 0;
  }

  textOf(number: number): string {
    return this.texts[number]!;
  }

  get count(): number {
    return this.texts.length;
  }

  all(): string[] {
    return this.texts.slice(1);
  }
}

/** Attributes, each a name and a value, and the numbers that stand for them. */
export class AttributePairs {
  readonly names = new Names();
  private readonly pairs = new Names();
  /** By the number of a pair, the number of its name. */
  private readonly nameOf = [0];

  numberFor(name: string, value: string): number {
    return this.add(`${name}\0${value}`);
  }

  /** Adds what `all` has given. */
  add(pair: string): number {
    const number = this.pairs.add(pair);
    if (number === this.nameOf.length) this.nameOf.push(this.names.add(pair.slice(0, pair.indexOf('\0'))));
    return number;
  }

  find(name: string, value: string): number {
    return this.pairs.find(`${name}\0${value}`);
  }

  nameNumberOf(pair: number): number {
    return this.nameOf[pair]!;
  }

  valueOf(pair: number): string {
    const text = this.pairs.textOf(pair);
    return text.slice(text.indexOf('\0') + 1);
  }

  get count(): number {
    return this.pairs.count;
  }

  all(): string[] {
    return this.pairs.all();
  }
}

export interface ProductRow {
  /** Hexadecimal. */
  id: string;
  category: string;
  merchant: string;
  brand: string | null;
  /** Null where none is known. */
  price: { amountMinor: number; currency: string } | null;
  inStock: boolean;
  attributes: { name: string; value: string }[];
  /** In stars; null where nobody has rated it. */
  rating: number | null;
  score: number;
  createdAt: number;
}

const arrays = {
  id0: Uint32Array,
  id1: Uint32Array,
  id2: Uint32Array,
  category: Uint32Array,
  merchant: Uint32Array,
  brand: Uint32Array,
  currency: Uint32Array,
  price: Float64Array,
  inStock: Uint8Array,
  rating: Float64Array,
  score: Float64Array,
  createdAt: Float64Array,
  attributesAt: Uint32Array,
  attributeCount: Uint16Array,
  /** Of the words that are indexed, so that a product whose words are the same is not indexed again. */
  digest0: Uint32Array,
  digest1: Uint32Array,
} as const;

type Arrays = { -readonly [Name in keyof typeof arrays]: InstanceType<(typeof arrays)[Name]> };
export type ColumnName = keyof Arrays;
export const columnNames = Object.keys(arrays) as ColumnName[];

export class Columns {
  readonly categories = new Names();
  readonly merchants = new Names();
  readonly brands = new Names();
  readonly currencies = new Names();
  readonly attributes = new AttributePairs();
  /** Attributes, one product’s after another’s. */
  pairs = new Uint32Array(1024);
  pairsLength = 0;
  readonly of: Arrays;
  private room = 1024;

  constructor() {
    this.of = Object.fromEntries(columnNames.map((name) => [name, new arrays[name](this.room)])) as unknown as Arrays;
  }

  put(slot: number, row: ProductRow, digest: Buffer): void {
    this.reserve(slot + 1);
    const { of } = this;
    const id = Buffer.from(row.id, 'hex');
    [of.id0[slot], of.id1[slot], of.id2[slot]] = [id.readUInt32BE(0), id.readUInt32BE(4), id.readUInt32BE(8)];
    of.category[slot] = this.categories.add(row.category);
    of.merchant[slot] = this.merchants.add(row.merchant);
    of.brand[slot] = row.brand === null ? 0 : this.brands.add(row.brand);
    of.currency[slot] = row.price === null ? 0 : this.currencies.add(row.price.currency);
    of.price[slot] = row.price?.amountMinor ?? 0;
    of.inStock[slot] = Number(row.inStock);
    of.rating[slot] = row.rating ?? NaN;
    of.score[slot] = row.score;
    of.createdAt[slot] = row.createdAt;
    of.digest0[slot] = digest.readUInt32LE(0);
    of.digest1[slot] = digest.readUInt32LE(4);
    this.putAttributes(slot, row.attributes);
  }

  /** The place of earlier attributes is used again where it is large enough. */
  private putAttributes(slot: number, attributes: ProductRow['attributes']): void {
    const { attributeCount, attributesAt } = this.of;
    const isNew = attributes.length > attributeCount[slot]!;
    const at = isNew ? this.pairsLength : attributesAt[slot]!;
    if (isNew) this.pairsLength += attributes.length;
    if (this.pairsLength > this.pairs.length) {
      const larger = new Uint32Array(Math.ceil(this.pairsLength * 1.5));
      larger.set(this.pairs);
      this.pairs = larger;
    }
    attributes.forEach(({ name, value }, index) => (this.pairs[at + index] = this.attributes.numberFor(name, value)));
    attributesAt[slot] = at;
    attributeCount[slot] = attributes.length;
  }

  hasDigest(slot: number, digest: Buffer): boolean {
    return this.of.digest0[slot] === digest.readUInt32LE(0) && this.of.digest1[slot] === digest.readUInt32LE(4);
  }

  idOf(slot: number): string {
    const id = Buffer.allocUnsafe(12);
    id.writeUInt32BE(this.of.id0[slot]!, 0);
    id.writeUInt32BE(this.of.id1[slot]!, 4);
    id.writeUInt32BE(this.of.id2[slot]!, 8);
    return id.toString('hex');
  }

  compareIds(left: number, right: number): number {
    const { id0, id1, id2 } = this.of;
    return id0[left]! - id0[right]! || id1[left]! - id1[right]! || id2[left]! - id2[right]!;
  }

  /** @param id its three words */
  compareId(slot: number, id: readonly number[]): number {
    const { id0, id1, id2 } = this.of;
    return id0[slot]! - id[0]! || id1[slot]! - id[1]! || id2[slot]! - id[2]!;
  }

  private reserve(slots: number): void {
    if (slots <= this.room) return;
    this.room = Math.ceil(slots * 1.5);
    for (const name of columnNames) this.replace(name, this.room);
  }

  private replace(name: ColumnName, length: number): void {
    const larger = new arrays[name](length);
    larger.set(this.of[name]);
    this.of[name] = larger as never;
  }

  /** Keeps some slots, in the order of their new numbers, and the attributes of those alone. */
  compact(kept: Uint32Array): void {
    for (const name of columnNames) {
      const smaller = new arrays[name](kept.length);
      const column = this.of[name];
      kept.forEach((slot, at) => (smaller[at] = column[slot]!));
      this.of[name] = smaller as never;
    }
    this.room = kept.length;
    const { attributeCount, attributesAt } = this.of;
    const pairs = new Uint32Array(attributeCount.reduce((sum, count) => sum + count, 0));
    let at = 0;
    for (let slot = 0; slot < kept.length; slot++) {
      const [from, length] = [attributesAt[slot]!, attributeCount[slot]!];
      pairs.set(this.pairs.subarray(from, from + length), at);
      attributesAt[slot] = at;
      at += length;
    }
    [this.pairs, this.pairsLength] = [pairs, at];
  }

  /** The arrays of so many slots, to be kept. */
  save(slots: number): Record<string, Arrays[ColumnName]> {
    const columns = Object.fromEntries(columnNames.map((name) => [name, this.of[name].slice(0, slots)]));
    return { ...columns, pairs: this.pairs.slice(0, this.pairsLength) };
  }

  load(slots: number, bytesOf: (name: string) => Buffer): void {
    for (const name of columnNames) this.of[name] = elementsOf(arrays[name] as ArrayType<unknown>, bytesOf(name)) as never;
    this.room = slots;
    this.pairs = elementsOf(Uint32Array, bytesOf('pairs'));
    this.pairsLength = this.pairs.length;
  }
}

interface ArrayType<Elements> {
  new (buffer: never): Elements;
}

/** A copy, since an array of wider elements must begin at a multiple of their width. */
export function elementsOf<Elements>(type: ArrayType<Elements>, bytes: Uint8Array): Elements {
  return new type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as never);
}
