import type { Model } from 'mongoose';

/** Inserts, in bulk, the documents whose `_id` is not there yet. @returns how many were new */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- mongoose's Model is invariant in the document's type
export async function insertMissing(model: Model<any>, documents: { _id: unknown }[]): Promise<number> {
  if (documents.length === 0) return 0;
  const operations = documents.map((document) => ({
    updateOne: { filter: { _id: document._id }, update: { $setOnInsert: document }, upsert: true },
  }));
  const { upsertedCount } = await model.collection.bulkWrite(operations as never, { ordered: false });
  return upsertedCount;
}
