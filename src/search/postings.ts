/**
 * Where a term occurs, as bytes: for each document its distance from the one before and how often each of its fields
 * has the term. Most terms are in the last field once, which takes a byte or two.
 */

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  length = 0;

  write(value: number): void {
    if (this.length + 5 > this.bytes.length) this.grow(this.length + 5);
    let left = value;
    while (left > 127) {
      this.bytes[this.length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.bytes[this.length++] = left;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.grow(this.length + bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Writes one term's postings; documents come in ascending order. */
export class PostingWriter {
  readonly bytes = new ByteWriter();
  /** In how many documents each field has the term. */
  readonly documents: number[];
  private last = 0;

  constructor(private readonly fields: number) {
    this.documents = new Array<number>(fields).fill(0);
  }

  add(slot: number, frequencies: ArrayLike<number>): void {
    let mask = 0;
    for (let field = 0; field < this.fields; field++) {
      if (frequencies[field]! === 0) continue;
      mask |= 1 << field;
      this.documents[field]!++;
    }
    const lastField = this.fields - 1;
    const isPlain = mask === 1 << lastField && frequencies[lastField] === 1;
    this.bytes.write(((slot - this.last) << 1) | Number(isPlain));
    this.last = slot;
    if (isPlain) return;
    this.bytes.write(mask);
    for (let field = 0; field < this.fields; field++) if (frequencies[field]! > 0) this.bytes.write(frequencies[field]!);
  }
}

/** Reads one term's postings after another. */
export class PostingReader {
  slot = 0;
  readonly frequencies: Uint32Array;
  private at = 0;
  private end = 0;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(private readonly fields: number) {
    this.frequencies = new Uint32Array(fields);
  }

  open(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.slot = 0;
  }

  next(): boolean {
    if (this.at >= this.end) return false;
    const head = this.read();
    this.slot += head >>> 1;
    const { fields, frequencies } = this;
    const isPlain = (head & 1) === 1;
    const mask = isPlain ? 0 : this.read();
    for (let field = 0; field < fields; field++) frequencies[field] = (mask >>> field) & 1 ? this.read() : 0;
    if (isPlain) frequencies[fields - 1] = 1;
    return true;
  }

  private read(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let shift = 7; ; shift += 7) {
      byte = bytes[this.at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }
}
