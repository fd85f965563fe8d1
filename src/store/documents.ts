/**
 * How documents are described and how they come into the store: a schema has a field for each property of the
 * document's type and of a fitting type, and what is written has its defaults and is checked against it.
 */
import { Schema, type ClientSession, type Model, type SchemaDefinition, type Types } from 'mongoose';
import { keptFind } from './cache/kept-finds.js';
import { noteFind } from './cache/recorded-collection.js';
import { findHere } from './local-collection.js';
import { documentCheck, InvalidDocument } from './document-check.js';

/** mongoose's Model is invariant in the document's type, so no narrower type takes models of every kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyModel = Model<any>;

// Sub-schemas of arrays and nested objects are of documents that are not known here.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Nested = Schema<any> | typeof Schema.Types.Mixed;

type FieldType<Value> = [Value] extends [string]
  ? StringConstructor
  : [Value] extends [number]
    ? NumberConstructor
    : [Value] extends [boolean]
      ? BooleanConstructor
      : [Value] extends [Date]
        ? DateConstructor
        : [Value] extends [Types.ObjectId]
          ? typeof Schema.Types.ObjectId
          : [Value] extends [Buffer]
            ? typeof Schema.Types.Buffer
            : [Value] extends [readonly (infer Item)[]]
              ? [FieldType<Item>] | typeof Schema.Types.Mixed
              : Nested;

interface Field<Value> {
  type: FieldType<NonNullable<Value>>;
  /** A document without it is refused. An empty text counts as missing. */
  required?: true;
  default?: Value | (() => Value);
  enum?: readonly Value[];
}

/** A field for each property of the document but `_id`, which is an ObjectId unless the document says otherwise. */
export type FieldsOf<Document> = { [Property in keyof Omit<Document, '_id'>]-?: Field<Document[Property]> } & {
  [Property in keyof Document & '_id' as Document[Property] extends Types.ObjectId ? never : Property]: Field<Document[Property]>;
};

const strict = { strict: 'throw', strictQuery: 'throw', minimize: false, versionKey: false, id: false } as const;

/** By which a cluster spreads a collection over its shards; every unique index begins with it, or is that of `_id`. */
export type ShardKey = Record<string, 1 | 'hashed'>;

/**
 * Describes a collection's documents. Unknown fields are refused, in documents and in filters.
 * @param shardKey of a collection that grows without bound; the others are small enough for one shard
 */
export function documentSchema<Document>(fields: FieldsOf<Document>, { shardKey }: { shardKey?: ShardKey } = {}): Schema<Document> {
  const options = { ...strict, autoIndex: false, autoCreate: false, ...(shardKey && { shardKey }) };
  const schema = new Schema<Document>(fields as SchemaDefinition<Document>, options);
  schema.pre(['updateOne', 'updateMany', 'findOneAndUpdate'], function () {
    this.setOptions({ runValidators: true });
  });
  // Only the primary answers inside a transaction, wherever the operator's URI has other reads go.
  schema.pre(['find', 'findOne', 'countDocuments', 'distinct'], function () {
    if (this.getOptions().session) void this.read('primary');
  });
  schema.pre('aggregate', function () {
    if (this.options.session) void this.read('primary');
  });
  return schema;
}

/** Describes an object inside a document. */
export function nestedSchema<Nested>(fields: FieldsOf<Nested>): Schema<Nested> {
  return new Schema<Nested>(fields as SchemaDefinition<Nested>, { ...strict, _id: false });
}

export interface FindOptions {
  projection?: Record<string, 0 | 1>;
  sort?: Record<string, 1 | -1>;
  limit?: number;
}

/** So many documents come with one answer. */
const findBatch = 1000;

/** Reads documents as they are stored, without looking at the filter: its values are of the types that the schema names. Nobody changes them. */
export async function findStored<Document>(
  model: AnyModel,
  filter: Record<string, unknown>,
  options: FindOptions = {},
): Promise<Document[]> {
  const { collection } = model;
  const asked = { batchSize: findBatch, ...options };
  return keptFind('find', { collection: collection.name, filter, options }, async () => {
    noteFind(collection.name, filter, asked);
    const here = findHere(collection, filter, asked);
    return (here ?? (await collection.find(filter, asked).toArray())) as Document[];
  });
}

/**
 * Writes new documents, with their defaults and checked.
 * @throws InvalidDocument for a document that does not fit its schema; nothing is written then
 */
export async function insert<Document>(
  model: Model<Document>,
  documents: Document | readonly Document[],
  session?: ClientSession,
): Promise<void> {
  const all = Array.isArray(documents) ? (documents as Document[]) : [documents as Document];
  const checked = complete(model, all);
  if (checked.length === 1) await model.collection.insertOne(checked[0] as never, { session });
  else if (checked.length > 1) await model.collection.insertMany(checked, { session });
}

/** The same in bulk, for those whose `_id` is not there yet. @returns how many were new */
export async function insertMissing<Document extends { _id: unknown }>(
  model: Model<Document>,
  documents: readonly Document[],
  session?: ClientSession,
): Promise<number> {
  if (documents.length === 0) return 0;
  const operations = complete(model, documents).map((document) => ({
    updateOne: { filter: { _id: document['_id'] }, update: { $setOnInsert: document }, upsert: true },
  }));
  const { upsertedCount } = await model.collection.bulkWrite(operations as never, { session, ordered: false });
  return upsertedCount;
}

/** A change of the first document that meets a filter. */
export interface Update {
  updateOne: { filter: Record<string, unknown>; update: Record<string, unknown>; upsert?: boolean };
}

/**
 * Updates documents as they are stored, without looking at the values: they are of the types that the schema names.
 * @returns how many met their filters
 */
export async function updateEach(model: AnyModel, updates: readonly Update[], session?: ClientSession): Promise<number> {
  if (updates.length === 0) return 0;
  const { filter, update, upsert } = updates[0]!.updateOne;
  const { matchedCount } =
    updates.length === 1
      ? await model.collection.updateOne(filter, update, { session, upsert })
      : await model.collection.bulkWrite(updates, { session, ordered: false });
  return matchedCount;
}

/** Counts documents, without looking at the filter: its values are of the types that the schema names. */
export function countStored({ collection }: AnyModel, filter: Record<string, unknown>, options: { limit: number }): Promise<number> {
  return keptFind('count', { collection: collection.name, filter, options }, () => collection.countDocuments(filter, options));
}

/** So many documents a command. Servers do one so long in steps, with others' commands between them. */
const insertBatch = 2500;

/** While the server inserts some, the next are made ready. */
const insertsAtOnce = 2;

/** Where some of so many documents are there already, all are looked for before they are inserted. */
const sampleSize = 10;

/** A document that was not inserted, since another one has the key. */
export interface Taken<Document> {
  document: Document;
  /** The index of the key: `_id_` where the document itself is there already. */
  index: string;
}

/**
 * Inserts documents in bulk; those whose keys are taken are left out and told.
 * @throws InvalidDocument for a document that does not fit its schema; nothing more is written then
 */
export async function insertNew<Document extends { _id: unknown }>(
  model: Model<Document>,
  documents: readonly Document[],
): Promise<{ inserted: number; taken: Taken<Document>[] }> {
  const known = await knownAmong(model, documents);
  const taken: Taken<Document>[] = [];
  const fresh = known.size === 0 ? documents : documents.filter(({ _id }) => !known.has(String(_id)));
  if (known.size > 0) for (const document of documents) if (known.has(String(document._id))) taken.push({ document, index: '_id_' });
  const running: Promise<void>[] = [];
  for (let from = 0; from < fresh.length; from += insertBatch) {
    if (running.length === insertsAtOnce) await running.shift();
    const work = insertSome(model, fresh.slice(from, from + insertBatch), taken);
    // What fails is told where it is waited for.
    work.catch(() => {});
    running.push(work);
  }
  await Promise.all(running);
  return { inserted: documents.length - taken.length, taken };
}

async function insertSome<Document>(model: Model<Document>, documents: Document[], taken: Taken<Document>[]): Promise<void> {
  try {
    await model.collection.insertMany(complete(model, documents), { ordered: false });
  } catch (error) {
    for (const { index, code, errmsg } of writeErrorsOf(error)) {
      if (code !== 11000) throw error;
      taken.push({ document: documents[index]!, index: /index: (\S+) dup key/.exec(errmsg ?? '')?.[1] ?? '_id_' });
    }
  }
}

/** Which of the documents are there, where a sample of them says that some are: refusing one costs more than asking. */
async function knownAmong<Document extends { _id: unknown }>(
  model: Model<Document>,
  documents: readonly Document[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  if (documents.length < sampleSize * 2) return known;
  const ask = async (some: readonly Document[]): Promise<void> => {
    const filter = { _id: { $in: some.map(({ _id }) => _id) } };
    const found = model.collection.find(filter as never, { projection: { _id: 1 }, batchSize: insertBatch });
    for await (const { _id } of found) known.add(String(_id));
  };
  const apart = Math.floor(documents.length / sampleSize);
  await ask(documents.filter((_, at) => at % apart === 0));
  if (known.size === 0) return known;
  for (let from = 0; from < documents.length; from += insertBatch) await ask(documents.slice(from, from + insertBatch));
  return known;
}

interface WriteError {
  index: number;
  code: number;
  errmsg?: string;
}

/** @throws the error where it is no failure of single documents */
function writeErrorsOf(error: unknown): WriteError[] {
  const errors = (error as { writeErrors?: WriteError | WriteError[] }).writeErrors;
  const list = Array.isArray(errors) ? errors : errors ? [errors] : [];
  if (list.length === 0) throw error;
  return list;
}

/** Documents as they are stored. @throws InvalidDocument */
function complete<Document>({ schema, collection }: Model<Document>, documents: readonly Document[]): Record<string, unknown>[] {
  const check = documentCheck(schema as Schema);
  try {
    return documents.map((document) => check(document as Record<string, unknown>));
  } catch (error) {
    throw error instanceof InvalidDocument ? error.within(collection.name) : error;
  }
}
