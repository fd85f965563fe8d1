/** Brings data of an older layout up to date, in steps; cut short, it starts again. */
import type { Catalog, Collection } from './catalog.js';
import { secondaryIndexes } from './catalog.js';
import { entryValue, indexKeys } from './index-entries.js';
import { decode } from './raw-document.js';
import { documentKey } from './writer.js';

const stepSize = 1000;
/** Layout 1 had documents as they are; layout 2 had a checksum of four bytes behind each. */
const tables = {
  1: { documents: 'documents', entries: 'entries', checksum: 0 },
  2: { documents: 'checked-documents', entries: 'short-entries', checksum: 4 },
};

/** In older layouts keys were others, so that all is written anew. */
export function upgrade(catalog: Catalog): void {
  const version = catalog.storedFormat();
  if (version !== 1 && version !== 2) return;
  const { documents, entries, checksum } = tables[version];
  const table = catalog.table(documents);
  for (const collection of catalog.list()) copy(catalog, collection, table, checksum);
  catalog.noteUpgrade();
  table.dropSync();
  catalog.table(entries).dropSync();
}

function copy(catalog: Catalog, collection: Collection, from: ReturnType<Catalog['table']>, checksum: number): void {
  let start = formerPrefix(collection.id);
  const end = formerPrefix(collection.id + 1);
  for (;;) {
    const rows = [...from.getRange({ start, end, limit: stepSize })];
    catalog.commit(() => {
      for (const { value } of rows) write(catalog, collection, value.subarray(0, value.length - checksum));
    });
    if (rows.length < stepSize) return;
    start = Buffer.concat([rows[rows.length - 1]!.key, Buffer.alloc(1)]);
  }
}

function formerPrefix(id: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(id);
  return prefix;
}

function write(catalog: Catalog, collection: Collection, bytes: Buffer): void {
  const document = decode(bytes);
  const key = documentKey(collection, document['_id']);
  catalog.writeDocument(collection, key, bytes);
  for (const index of secondaryIndexes(collection)) {
    for (const entry of indexKeys(index, document, key)) catalog.entries.putSync(entry, entryValue(collection.prefix, key));
  }
}
