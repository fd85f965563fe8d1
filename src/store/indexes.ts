/** Brings the indexes of collections to what their schemas say. Indexes that no schema names are an operator's own and stay. */
import type { Document } from 'bson';
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
  /** Whether the API answers rightly while it is missing, only more slowly, and building it may take long. */
  canWait: boolean;
}

/** What is missing or different. */
export async function indexChanges(models: readonly AnyModel[]): Promise<IndexChange[]> {
  const changes = await Promise.all(models.map(changesOf));
  return changes.flat();
}

async function changesOf(model: AnyModel): Promise<IndexChange[]> {
  const existing = await indexesOf(model);
  return model.schema.indexes().flatMap(([key, given]): IndexChange[] => {
    const wanted = { key: key as WantedIndex['key'], options: pick(given) };
    const found = existing?.find((index) => JSON.stringify(index['key']) === JSON.stringify(key));
    if (!found) return [{ model, kind: 'CREATE', wanted, existing: null, canWait: existing !== null && !wanted.options.unique }];
    const has = pick(found);
    if (JSON.stringify(has) === JSON.stringify(wanted.options)) return [];
    const onlyExpiry = JSON.stringify(withoutExpiry(has)) === JSON.stringify(withoutExpiry(wanted.options));
    const bothExpire = has.expireAfterSeconds !== undefined && wanted.options.expireAfterSeconds !== undefined;
    const kind = onlyExpiry && bothExpire ? 'EXPIRY' : 'REPLACE';
    return [{ model, kind, wanted, existing: String(found['name']), canWait: false }];
  });
}

/** @returns null where there is no such collection */
async function indexesOf(model: AnyModel): Promise<Document[] | null> {
  try {
    return (await model.collection.listIndexes().toArray()) as Document[];
  } catch (error) {
    if ((error as { code?: unknown }).code === 26) return null;
    throw error;
  }
}

/** Options that are off are the same as none. */
function pick(index: Document): IndexOptions {
  const set = options.filter((name) => index[name] !== undefined && index[name] !== false);
  return Object.fromEntries(set.map((name) => [name, name === 'expireAfterSeconds' ? Number(index[name]) : index[name]]));
}

function withoutExpiry({ expireAfterSeconds: _, ...rest }: IndexOptions): IndexOptions {
  return rest;
}

/** @throws OperatorError INDEX_CANNOT_BE_BUILT, naming the collection and the key, where documents break a unique index */
export async function changeIndex({ model, kind, wanted, existing }: IndexChange): Promise<void> {
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
