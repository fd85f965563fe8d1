import type { mongo } from 'mongoose';

const batchSize = 1000;

/** Changes every document that the filter finds, a thousand at a time; afterwards it must find none of them. */
export function updateInBatches(collection: mongo.Collection, filter: mongo.Filter<mongo.Document>, update: mongo.Document): Promise<void> {
  return inBatches(collection, filter, async (batch) => void (await collection.updateMany(batch, update)));
}

/** Deletes every document that the filter finds, a thousand at a time. */
export function deleteInBatches(collection: mongo.Collection, filter: mongo.Filter<mongo.Document>): Promise<void> {
  return inBatches(collection, filter, async (batch) => void (await collection.deleteMany(batch)));
}

async function inBatches(
  collection: mongo.Collection,
  filter: mongo.Filter<mongo.Document>,
  change: (batch: mongo.Filter<mongo.Document>) => Promise<void>,
): Promise<void> {
  for (;;) {
    const found = await collection.find(filter, { projection: { _id: 1 }, limit: batchSize }).toArray();
    if (found.length > 0) await change({ _id: { $in: found.map(({ _id }) => _id) } });
    if (found.length < batchSize) return;
  }
}
