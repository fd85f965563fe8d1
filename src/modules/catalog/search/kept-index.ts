/** The search's index as a file: opened at once by the next start, and made anew where anything about it is not as it should be. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Segment } from '../../../search/segment.js';
import { elementsOf } from './columns.js';
import { ProductIndex } from './product-index.js';

/** Raised whenever words are found otherwise than before, or the file is laid out otherwise. */
const version = 5;
const magic = Buffer.from('PLZSRCH1');
const headLength = 16;

/** Up to where the store has been read. */
export interface KeptPosition {
  products: number;
  categories: number;
  /** The product that changed last, and when: a store that does not know of it is older than the index. */
  newest: { id: string; updatedAt: number } | null;
}

interface Header {
  version: number;
  position: KeptPosition;
  slots: number;
  categories: [id: string, category: { name: string; ancestors: readonly string[] }][];
  names: Record<NameList, string[]>;
  segments: number;
  /** Names and lengths of what follows, in bytes. */
  sections: [name: string, length: number][];
}

const nameLists = ['categories', 'merchants', 'brands', 'currencies', 'attributes'] as const;
type NameList = (typeof nameLists)[number];

/** Writes a file beside it and puts it in its place. */
export async function keepIndex(path: string, index: ProductIndex, position: KeptPosition): Promise<void> {
  const { head, sections } = layOut(index, position);
  // Processes on one directory may write at once.
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    let checksum = 0;
    // The checksum of nothing is zero, whatever came before it.
    for (const part of [head, ...sections].filter(({ length }) => length > 0)) {
      checksum = crc32(part, checksum);
      await file.writeFile(part);
    }
    const end = Buffer.alloc(4);
    end.writeUInt32LE(checksum);
    await file.writeFile(end);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

function layOut(index: ProductIndex, position: KeptPosition): { head: Buffer; sections: Buffer[] } {
  const { alive, capacity, lengths, segments } = index.words.save();
  const parts: [string, ArrayBufferView][] = [
    ['alive', alive],
    ['lengths', lengths],
    ...Object.entries(index.columns.save(capacity)),
    ...segments.flatMap(({ terms, offsets, documents, postings }, at): [string, ArrayBufferView][] => [
      [`terms${at}`, Buffer.from(terms.join('\n'))],
      [`offsets${at}`, offsets],
      [`documents${at}`, documents],
      [`postings${at}`, postings],
    ]),
  ];
  const header: Header = {
    version,
    position,
    slots: capacity,
    categories: [...index.categories],
    names: Object.fromEntries(nameLists.map((list) => [list, index.columns[list].all()])) as Record<NameList, string[]>,
    segments: segments.length,
    sections: parts.map(([name, { byteLength }]) => [name, byteLength]),
  };
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(headLength + json.length);
  magic.copy(head);
  head.writeUInt32LE(json.length, 8);
  json.copy(head, headLength);
  return { head, sections: parts.map(([, { buffer, byteOffset, byteLength }]) => Buffer.from(buffer, byteOffset, byteLength)) };
}

/**
 * @param withWords as for `ProductIndex`
 * @returns null where there is no file, or none that can be used
 */
export async function openIndex(path: string, withWords = true): Promise<{ index: ProductIndex; position: KeptPosition } | null> {
  const bytes = await readFile(path).catch(() => null);
  if (!bytes || !isWhole(bytes)) return null;
  const length = bytes.readUInt32LE(8);
  const header = JSON.parse(bytes.toString('utf8', headLength, headLength + length)) as Header;
  if (header.version !== version) return null;
  return { index: filled(new ProductIndex(withWords), header, bytes.subarray(headLength + length)), position: header.position };
}

export async function forgetIndex(path: string): Promise<void> {
  await rm(path, { force: true });
}

function isWhole(bytes: Buffer): boolean {
  if (bytes.length < headLength + 4 || !bytes.subarray(0, magic.length).equals(magic)) return false;
  return crc32(bytes.subarray(0, -4)) === bytes.readUInt32LE(bytes.length - 4);
}

function filled(index: ProductIndex, { categories, names, sections, segments, slots }: Header, bytes: Buffer): ProductIndex {
  const places = new Map<string, Buffer>();
  let at = 0;
  for (const [name, length] of sections) {
    places.set(name, bytes.subarray(at, at + length));
    at += length;
  }
  const fields = elementsOf(Uint16Array, places.get('lengths')!).length / Math.max(1, slots);
  for (const [id, category] of categories) index.categories.set(id, category);
  for (const list of nameLists) for (const name of names[list]) index.columns[list].add(name);
  index.columns.load(slots, (name) => places.get(name)!);
  index.words.load({
    capacity: slots,
    alive: elementsOf(Uint8Array, places.get('alive')!),
    lengths: elementsOf(Uint16Array, places.get('lengths')!),
    segments: Array.from({ length: segments }, (_, number) => segmentOf(fields, number, places)),
  });
  index.nameSlots();
  index.prepare();
  return index;
}

function segmentOf(fields: number, number: number, places: ReadonlyMap<string, Buffer>): Segment {
  const of = (name: string): Buffer => places.get(`${name}${number}`)!;
  const terms = of('terms').length === 0 ? [] : of('terms').toString().split('\n');
  // The file's bytes are not kept for it.
  return new Segment(
    fields,
    terms,
    elementsOf(Uint32Array, of('offsets')),
    elementsOf(Uint32Array, of('documents')),
    elementsOf(Uint8Array, of('postings')),
  );
}
