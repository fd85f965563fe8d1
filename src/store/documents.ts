/**
 * How documents are described and how they come into the store: a schema has a field for each property of the
 * document's type and of a fitting type, and what is written has its defaults and is checked against it.
 */
import { Schema, type ClientSession, type Model, type SchemaDefinition, type Types } from 'mongoose';
import { documentCheck } from './document-check.js';

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
): Promise<number> {
  if (documents.length === 0) return 0;
  const operations = complete(model, documents).map((document) => ({
    updateOne: { filter: { _id: document['_id'] }, update: { $setOnInsert: document }, upsert: true },
  }));
  const { upsertedCount } = await model.collection.bulkWrite(operations as never, { ordered: false });
  return upsertedCount;
}

/** So many documents a command: a server that answers others meanwhile is never kept busy for long. */
const insertBatch = 500;

/** A document that was not inserted, since another one has the key. */
export interface Taken<Document> {
  document: Document;
  /** The index of the key: `_id_` where the document itself is there already. */
  index: string;
}

/**
 * Inserts documents in bulk; those whose keys are taken are left out and told.
 * @throws InvalidDocument for a document that does not fit its schema; nothing is written then
 */
export async function insertNew<Document>(
  model: Model<Document>,
  documents: readonly Document[],
): Promise<{ inserted: number; taken: Taken<Document>[] }> {
  const checked = complete(model, documents);
  const taken: Taken<Document>[] = [];
  for (let from = 0; from < checked.length; from += insertBatch) {
    try {
      await model.collection.insertMany(checked.slice(from, from + insertBatch), { ordered: false });
    } catch (error) {
      for (const { index, code, errmsg } of writeErrorsOf(error)) {
        if (code !== 11000) throw error;
        taken.push({ document: documents[from + index]!, index: /index: (\S+) dup key/.exec(errmsg ?? '')?.[1] ?? '_id_' });
      }
    }
  }
  return { inserted: documents.length - taken.length, taken };
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
  return documents.map((document) => check(document as Record<string, unknown>, collection.name));
}
