import type { Migration } from '../store/migrations.js';
import { updateInBatches } from './in-batches.js';

/** Release 0.1.0 read documents until enough of them matched; lists now filter by fields that are in their indexes. */
export const listFilters: Migration = {
  description: 'noting what lists of reviews, questions and feedback are filtered by',
  async run({ connection }) {
    const sizeOf = (field: string): object => ({ $size: { $ifNull: [field, []] } });
    const traits = {
      $add: [
        { $multiply: ['$stars', 4] },
        { $cond: ['$verifiedPurchase', 2, 0] },
        { $cond: [{ $gt: [{ $add: [sizeOf('$imageUrls'), sizeOf('$images')] }, 0] }, 1, 0] },
      ],
    };
    await updateInBatches(connection.collection('reviews'), { traits: { $exists: false } }, [{ $set: { traits } }]);
    const missing = { answered: { $exists: false } };
    await updateInBatches(connection.collection('questions'), missing, [{ $set: { answered: { $gt: ['$answerCount', 0] } } }]);
    const isAnswered = { $gt: ['$answeredAt', null] };
    await updateInBatches(connection.collection('merchant_feedback'), missing, [{ $set: { answered: isAnswered } }]);
  },
};
