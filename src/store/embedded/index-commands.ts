/** Making and changing indexes, as commands say. */
import type { Document } from 'bson';
import type { Catalog, Collection, Index } from './catalog.js';
import { parseCollation } from './collation.js';
import { CommandError } from './errors.js';
import { show } from './values/show.js';
import { isNumeric, toNumber } from './values/types.js';
import type { Writer } from './writer.js';

/** Makes an index, or gives null where there is one like it. @throws CommandError where its options differ, or it cannot be built */
export function createIndex(catalog: Catalog, writer: Writer, collection: Collection, specification: Document): Index | null {
  const {
    key: given,
    name,
    unique = false,
    sparse = false,
    partialFilterExpression,
    expireAfterSeconds,
    collation,
  } = specification as {
    key: Record<string, unknown>;
    name: string;
    unique?: boolean;
    sparse?: boolean;
    partialFilterExpression?: Document;
    expireAfterSeconds?: number;
    collation?: Document;
  };
  const unsupported = Object.values(given).find((direction) => !isNumeric(direction) || Math.abs(toNumber(direction)) !== 1);
  if (unsupported !== undefined) throw new CommandError(67, `index type '${show(unsupported)}' is not implemented`);
  const key = Object.fromEntries(Object.entries(given).map(([path, direction]) => [path, toNumber(direction) as 1 | -1]));
  if (JSON.stringify(key) === '{"_id":1}') return null;
  const meant = parseCollation(collation)?.specification;
  const wanted = JSON.stringify([key, unique, sparse, partialFilterExpression, expireAfterSeconds, meant]);
  const existing = collection.indexes.find((index) => index.name === name || JSON.stringify(index.key) === JSON.stringify(key));
  if (existing) {
    const has = JSON.stringify([
      existing.key,
      existing.unique,
      existing.sparse,
      existing.partialFilterExpression,
      existing.expireAfterSeconds,
      existing.collation?.specification,
    ]);
    if (has === wanted && existing.name === name) return null;
    if (existing.name === name) throw new CommandError(86, `An existing index has the same name as the requested index: ${name}`);
    if (has === wanted) throw new CommandError(85, `Index already exists with a different name: ${existing.name}`);
  }
  const index = catalog.addIndex(collection, {
    key,
    name,
    unique,
    sparse,
    partialFilterExpression,
    expireAfterSeconds,
    collation: meant,
  });
  try {
    writer.build(collection, index);
    return index;
  } catch (error) {
    catalog.dropIndex(collection, index);
    throw error;
  }
}

/** Changes when an index lets documents expire. */
export function changeIndex(
  catalog: Catalog,
  collection: Collection,
  { name, keyPattern, expireAfterSeconds, ...rest }: Document,
): Document {
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw new CommandError(238, `collMod of an index's ${other} is not implemented`);
  const index = collection.indexes.find((one) => one.name === name || JSON.stringify(one.key) === JSON.stringify(keyPattern));
  if (!index)
    throw new CommandError(
      27,
      `cannot find index ${String(name ?? JSON.stringify(keyPattern))} for ns ${collection.database}.${collection.name}`,
    );
  if (!isNumeric(expireAfterSeconds)) throw new CommandError(72, 'no expireAfterSeconds field to update');
  const before = index.expireAfterSeconds;
  catalog.setExpiry(collection, index, toNumber(expireAfterSeconds));
  return { ...(before === undefined ? {} : { expireAfterSeconds_old: before }), expireAfterSeconds_new: index.expireAfterSeconds };
}
