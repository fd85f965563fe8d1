/** Brings data of an older layout up to date, in steps; cut short, it starts again. */
import type { Catalog, Collection } from './catalog.js';
import { secondaryIndexes } from './catalog.js';
import { indexKeys, storedEntry } from './index-entries.js';
import { successor } from './key.js';
import { decode } from './raw-document.js';
import { documentKey } from './writer.js';

const stepSize = 1000;

/** From layout 1, whose documents had no checksums and whose keys were others: all is written anew. */
export function upgrade(catalog: Catalog): void {
  if (!catalog.isOutdated()) return;
  const old = [catalog.table('documents'), catalog.table('entries')] as const;
  for (const collection of catalog.list()) copy(catalog, collection, old[0]);
  catalog.noteUpgrade();
  for (const table of old) table.dropSync();
}

function copy(catalog: Catalog, collection: Collection, from: ReturnType<Catalog['table']>): void {
  const end = successor(collection.prefix)!;
  let start = collection.prefix;
  for (;;) {
    const rows = [...from.getRange({ start, end, limit: stepSize })];
    catalog.environment.transactionSync(() => rows.forEach(({ value }) => write(catalog, collection, value)));
    if (rows.length < stepSize) return;
    start = Buffer.concat([rows[rows.length - 1]!.key, Buffer.alloc(1)]);
  }
}

function write(catalog: Catalog, collection: Collection, bytes: Buffer): void {
  const document = decode(bytes);
  const key = documentKey(collection, document['_id']);
  catalog.writeDocument(key, bytes);
  for (const index of secondaryIndexes(collection)) {
    for (const entry of indexKeys(index, document)) {
      const stored = storedEntry(entry, key);
      catalog.entries.putSync(stored.key, stored.value);
    }
  }
}
