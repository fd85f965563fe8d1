/** Brings the indexes of collections to what their schemas say. Indexes that no schema names are an operator's own and stay. */
import type { Document } from 'bson';
import type { mongo } from 'mongoose';
import { OperatorError } from '../operator-error.js';
import type { AnyModel } from './documents.js';

/** The options by which two indexes on the same key differ. */
const options = ['unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds'] as const;

type IndexOptions = Partial<Record<(typeof options)[number], unknown>>;

interface WantedIndex {
  key: Record<string, 1 | -1>;
  options: IndexOptions;
}

/** A step from the indexes that a collection has to those that it should have. */
export interface IndexChange {
  model: AnyModel;
  kind: 'CREATE' | 'REPLACE' | 'EXPIRY';
  wanted: WantedIndex;
  /** The name of the index that is there. */
  existing: string | null;
  /** Whether the collection is not there yet. */
  isOfNewCollection: boolean;
  /** Whether the API answers rightly while it is missing, only more slowly, and building it may take long. */
  canWait: boolean;
}

/** What is missing or different. @param models of one connection */
export async function indexChanges(models: readonly AnyModel[]): Promise<IndexChange[]> {
  const collections = await models[0]?.db.db!.listCollections({}, { nameOnly: true }).toArray();
  const there = new Set(collections?.map(({ name }) => name));
  const changes = await Promise.all(
    models.map(async (model) => (there.has(model.collection.collectionName) ? changesOf(model) : missingIndexes(model))),
  );
  return changes.flat();
}

function missingIndexes(model: AnyModel): IndexChange[] {
  return wantedIndexes(model).map((wanted) => ({
    ...{ model, kind: 'CREATE', wanted, existing: null },
    ...{ isOfNewCollection: true, canWait: false },
  }));
}

async function changesOf(model: AnyModel): Promise<IndexChange[]> {
  const existing = (await model.collection.listIndexes().toArray()) as Document[];
  return wantedIndexes(model).flatMap((wanted): IndexChange[] => {
    const change = { model, wanted, isOfNewCollection: false };
    const found = existing.find((index) => JSON.stringify(index['key']) === JSON.stringify(wanted.key));
    if (!found) return [{ ...change, kind: 'CREATE', existing: null, canWait: !wanted.options.unique }];
    const has = pick(found);
    if (JSON.stringify(has) === JSON.stringify(wanted.options)) return [];
    const onlyExpiry = JSON.stringify(withoutExpiry(has)) === JSON.stringify(withoutExpiry(wanted.options));
    const bothExpire = has.expireAfterSeconds !== undefined && wanted.options.expireAfterSeconds !== undefined;
    const kind = onlyExpiry && bothExpire ? 'EXPIRY' : 'REPLACE';
    return [{ ...change, kind, existing: String(found['name']), canWait: false }];
  });
}

function wantedIndexes(model: AnyModel): WantedIndex[] {
  return model.schema.indexes().map(([key, given]) => ({ key: key as WantedIndex['key'], options: pick(given) }));
}

/** Options that are off are the same as none. */
function pick(index: Document): IndexOptions {
  const set = options.filter((name) => index[name] !== undefined && index[name] !== false);
  return Object.fromEntries(set.map((name) => [name, name === 'expireAfterSeconds' ? Number(index[name]) : index[name]]));
}

function withoutExpiry({ expireAfterSeconds: _, ...rest }: IndexOptions): IndexOptions {
  return rest;
}

/** Makes what differs in one collection. @throws OperatorError INDEX_CANNOT_BE_BUILT, naming the collection and the key, where documents break a unique index */
export async function changeIndexes(model: AnyModel, changes: readonly IndexChange[]): Promise<void> {
  if (changes.every(({ isOfNewCollection }) => isOfNewCollection)) return createAll(model, changes);
  for (const change of changes) await changeIndex(change);
}

/** A collection that has no documents gets its indexes in one step. */
async function createAll({ collection }: AnyModel, changes: readonly IndexChange[]): Promise<void> {
  await collection.createIndexes(changes.map(({ wanted: { key, options } }) => ({ key, ...options }) as mongo.IndexDescription));
}

async function changeIndex({ model, kind, wanted, existing }: IndexChange): Promise<void> {
  const { collection } = model;
  if (kind === 'EXPIRY') {
    const index = { name: existing, expireAfterSeconds: wanted.options.expireAfterSeconds };
    await model.db.db!.command({ collMod: collection.collectionName, index });
    return;
  }
  if (existing) await collection.dropIndex(existing);
  try {
    await collection.createIndex(wanted.key, wanted.options as never);
  } catch (error) {
    const reason = (error as Error).message;
    const key = JSON.stringify(wanted.key);
    throw new OperatorError('INDEX_CANNOT_BE_BUILT', `The index ${key} of ${collection.collectionName} cannot be built: ${reason}`, {
      cause: error,
    });
  }
}
