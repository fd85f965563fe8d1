/** Making and changing indexes, as commands say. */
import type { Document } from 'bson';
import type { Catalog, Collection, Index, IndexSpecification } from './catalog.js';
import { parseCollation } from './collation.js';
import { CommandError } from './errors.js';
import { requireIndexSpecification } from './index-specifications.js';
import { documentOf } from './values/fields.js';
import { isNumeric, isTruthy, toNumber, type Value } from './values/types.js';
import type { Writer } from './writer.js';

/** Makes an index, or gives null where there is one like it. @throws CommandError where its options differ, or it cannot be built */
export function createIndex(catalog: Catalog, writer: Writer, collection: Collection, specification: Document): Index | null {
  requireIndexSpecification(specification);
  const {
    key: given,
    name,
    partialFilterExpression,
    collation,
  } = specification as {
    key: Record<string, unknown>;
    name: string;
    partialFilterExpression?: Document;
    collation?: Document;
  };
  const [unique, sparse] = [isTruthy(specification['unique']), isTruthy(specification['sparse'])];
  const seconds = specification['expireAfterSeconds'] as Value;
  const expireAfterSeconds = seconds === undefined ? undefined : toNumber(seconds);
  const directions = Object.entries(given).map(([path, direction]) => [path, toNumber(direction)] as const);
  const key = documentOf(directions) as Record<string, 1 | -1>;
  if (JSON.stringify(key) === '{"_id":1}') return null;
  const meant = parseCollation(collation)?.specification;
  const wanted = { key, unique, sparse, partialFilterExpression, collation: meant };
  const named = collection.indexes.find((index) => index.name === name);
  if (named && !isSameIndex(named, wanted))
    throw new CommandError(86, `An existing index has the same name as the requested index: ${name}`);
  const same = named ?? collection.indexes.find((index) => isSameIndex(index, wanted));
  if (same && same.expireAfterSeconds !== expireAfterSeconds) {
    throw new CommandError(85, `An equivalent index already exists with the name ${same.name} and different options`);
  }
  if (named) return null;
  if (same) throw new CommandError(85, `Index already exists with a different name: ${same.name}`);
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

/** Whether an index is told apart from one that is wanted: by its keys, what it leaves out and how it compares. */
function isSameIndex(
  index: Index,
  wanted: Pick<IndexSpecification, 'key' | 'unique' | 'sparse' | 'partialFilterExpression' | 'collation'>,
): boolean {
  const { key, unique, sparse, partialFilterExpression, collation } = index;
  const has = [key, unique, sparse, partialFilterExpression, collation?.specification];
  return (
    JSON.stringify(has) === JSON.stringify([wanted.key, wanted.unique, wanted.sparse, wanted.partialFilterExpression, wanted.collation])
  );
}

/** Changes when an index lets documents expire. */
export function changeIndex(
  catalog: Catalog,
  collection: Collection,
  { name, keyPattern, expireAfterSeconds, ...rest }: Document,
): Document {
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw new CommandError(238, `collMod of an index's ${other} is not implemented`);
  const index = collection.indexes.find(
    (candidate) => candidate.name === name || JSON.stringify(candidate.key) === JSON.stringify(keyPattern),
  );
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
