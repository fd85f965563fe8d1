/** What an update changed, in the form that change streams tell it. */
import type { Document } from 'bson';
import { valueSize } from '../raw-document.js';
import { decodeValue } from '../values/decoding.js';

interface Element {
  type: number;
  start: number;
  end: number;
}

const kinds = { document: 0x03, array: 0x04 };

/**
 * The fields that are new or have another value, by dotted path, those that are gone, and the arrays that are shorter.
 * Setting, removing and shortening them makes the earlier document the later one, but for the order of moved fields.
 *
 * @param leaves the paths that the update named, which are told as a whole; null where all that differs is looked for
 */
export function difference(before: Buffer, after: Buffer, leaves: ReadonlySet<string> | null): Document {
  const found = new Difference(before, after, leaves);
  found.documents(0, 0, '');
  return { updatedFields: found.updated, removedFields: found.removed, truncatedArrays: found.truncated };
}

class Difference {
  readonly updated: Document = {};
  readonly removed: string[] = [];
  readonly truncated: { field: string; newSize: number }[] = [];

  constructor(
    private readonly before: Buffer,
    private readonly after: Buffer,
    private readonly leaves: ReadonlySet<string> | null,
  ) {}

  documents(beforeStart: number, afterStart: number, path: string): void {
    const earlier = elementsOf(this.before, beforeStart);
    const later = elementsOf(this.after, afterStart);
    const prefix = path === '' ? '' : `${path}.`;
    for (const name of earlier.keys()) if (!later.has(name)) this.removed.push(`${prefix}${name}`);
    const moves = moved([...earlier.keys()], later);
    for (const [name, now] of later) {
      const was = earlier.get(name);
      if (was && !moves.has(name)) this.values(was, now, `${prefix}${name}`);
      else this.set(`${prefix}${name}`, now);
    }
  }

  private values(was: Element, now: Element, path: string): void {
    if (this.isSame(was, now)) return;
    const comparable = was.type === now.type && (now.type === kinds.array || now.type === kinds.document);
    if (!comparable) return this.set(path, now);
    const earlier = elementsOf(this.before, was.start);
    const later = elementsOf(this.after, now.start);
    if (now.type === kinds.array) return this.arrays([...earlier.values()], [...later.values()], path, now);
    const ambiguous = [...earlier.keys(), ...later.keys()].some((name) => name === '' || name.includes('.') || name.startsWith('$'));
    if (ambiguous || this.leaves?.has(path)) return this.set(path, now);
    this.documents(was.start, now.start, path);
  }

  private arrays(earlier: Element[], later: Element[], path: string, whole: Element): void {
    const appended = later.length > earlier.length && earlier.every((element, at) => this.isSame(element, later[at]!));
    if (this.leaves?.has(path) && !appended) return this.set(path, whole);
    for (const [at, element] of later.entries()) {
      if (at < earlier.length) this.values(earlier[at]!, element, `${path}.${at}`);
      else this.set(`${path}.${at}`, element);
    }
    if (later.length < earlier.length) this.truncated.push({ field: path, newSize: later.length });
  }

  private set(path: string, { type, start }: Element): void {
    this.updated[path] = decodeValue(this.after, type, start);
  }

  private isSame(was: Element, now: Element): boolean {
    return was.type === now.type && this.before.compare(this.after, now.start, now.end, was.start, was.end) === 0;
  }
}

/** Fields that have another place among those that are in both. */
function moved(earlier: string[], later: Map<string, Element>): Set<string> {
  const places = new Map(earlier.filter((name) => later.has(name)).map((name, at) => [name, at]));
  let last = -1;
  const moves = new Set<string>();
  for (const name of later.keys()) {
    const place = places.get(name);
    if (place === undefined) continue;
    if (place < last) moves.add(name);
    else last = place;
  }
  return moves;
}

function elementsOf(bytes: Buffer, start: number): Map<string, Element> {
  const found = new Map<string, Element>();
  for (let at = start + 4; bytes[at] !== 0;) {
    const type = bytes[at]!;
    const nameEnd = bytes.indexOf(0, at + 1);
    const value = nameEnd + 1;
    const end = value + valueSize(bytes, type, value);
    found.set(bytes.toString('utf8', at + 1, nameEnd), { type, start: value, end });
    at = end;
  }
  return found;
}
