import type { mongo } from 'mongoose';

const batchSize = 1000;

/** Changes every document that the filter finds, a thousand at a time; afterwards it must find none of them. */
export async function updateInBatches(
  collection: mongo.Collection,
  filter: mongo.Filter<mongo.Document>,
  update: mongo.Document,
): Promise<void> {
  for (;;) {
    const found = await collection.find(filter, { projection: { _id: 1 }, limit: batchSize }).toArray();
    if (found.length > 0) await collection.updateMany({ _id: { $in: found.map(({ _id }) => _id) } }, update);
    if (found.length < batchSize) return;
  }
}
