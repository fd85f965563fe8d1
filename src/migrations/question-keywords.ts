import type { mongo } from 'mongoose';
import { keywordsOf } from '../search/index.js';
import type { Migration } from '../store/migrations.js';

const batchSize = 1000;

/** Release 0.1.0 told accents and widths apart in the words of questions, and had none for text without spaces. */
export const questionKeywords: Migration = {
  description: 'finding the words of questions anew',
  async run({ connection }) {
    const questions = connection.collection('questions');
    let last: mongo.BSON.ObjectId | null = null;
    for (;;) {
      const later: mongo.Filter<mongo.Document> = last ? { _id: { $gt: last } } : {};
      const found: mongo.WithId<mongo.Document>[] = await questions
        .find(later, { projection: { body: 1 }, sort: { _id: 1 }, limit: batchSize })
        .toArray();
      const writes = found.map(({ _id, body }) => ({
        updateOne: { filter: { _id }, update: { $set: { terms: keywordsOf(String(body)) } } },
      }));
      if (writes.length > 0) await questions.bulkWrite(writes, { ordered: false });
      if (found.length < batchSize) return;
      last = found.at(-1)!._id;
    }
  },
};
