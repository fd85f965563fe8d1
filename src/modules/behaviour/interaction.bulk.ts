/** Interactions in bulk: of another shop or data set, and for training. */
import type { Types } from 'mongoose';
import { insertNew } from '../../store/documents.js';
import type { BehaviourModels, InteractionDocument } from './behaviour.model.js';

export class InteractionBulk {
  constructor(private readonly models: BehaviourModels) {}

  /** Where the user has had to do with the product in this shop, only the rating and the purchase come along. */
  async importInteractions(interactions: readonly InteractionDocument[]): Promise<void> {
    const { taken } = await insertNew(this.models.interactions, interactions);
    const met = taken.filter(({ index }) => index !== '_id_').map(({ document }) => document);
    if (met.length === 0) return;
    await this.models.interactions.bulkWrite(
      met.map(({ user, product, points, purchases, lastAt }) => ({
        updateOne: { filter: { user, product }, update: { $set: { points }, $max: { purchases, lastAt } } },
      })),
      { ordered: false },
    );
  }

  /** The ratings of reviews that an import has changed. */
  async updateImportedRatings(ratings: readonly { user: Types.ObjectId; product: Types.ObjectId; points: number }[]): Promise<void> {
    if (ratings.length === 0) return;
    await this.models.interactions.bulkWrite(
      ratings.map(({ user, product, points }) => ({ updateOne: { filter: { user, product }, update: { $set: { points } } } })),
      { ordered: false },
    );
  }

  /** Every interaction, for training. */
  allInteractions(): AsyncIterable<InteractionDocument> {
    return this.models.interactions.collection.find<InteractionDocument>({}, { batchSize: 100 });
  }
}
