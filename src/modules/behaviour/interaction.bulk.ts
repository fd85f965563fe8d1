/** Interactions in bulk, of another shop or data set. */
import { Types } from 'mongoose';
import type { ClientSession } from '../../store/database.js';
import { insert, insertNew } from '../../store/documents.js';
import type { BehaviourModels, InteractionDocument } from './behaviour.model.js';

export class InteractionBulk {
  constructor(private readonly models: BehaviourModels) {}

  /** Where the user has had to do with the product in this shop, only the rating and the purchase come along. */
  async importInteractions(interactions: readonly InteractionDocument[]): Promise<void> {
    const kept = interactions.map((interaction) => ({ ...interaction, keptAt: interaction.lastAt }));
    const { taken } = await insertNew(this.models.interactions, kept);
    const met = taken.filter(({ index }) => index !== '_id_').map(({ document }) => document);
    if (met.length === 0) return;
    await this.models.interactions.bulkWrite(
      met.map(({ user, product, points, purchases, lastAt }) => ({
        updateOne: { filter: { user, product }, update: { $set: { points }, $max: { purchases, lastAt, keptAt: lastAt } } },
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

  /** What an imported user did becomes an account's; where the account had to do with the product too, the purchases come along. */
  async claimInteractions(session: ClientSession, imported: Types.ObjectId, account: Types.ObjectId): Promise<void> {
    const { interactions } = this.models;
    const found = await interactions.find({ user: imported }).session(session).lean();
    if (found.length === 0) return;
    const products = found.map(({ product }) => product);
    const own = await interactions
      .find({ user: account, product: { $in: products } }, { product: 1 })
      .session(session)
      .lean();
    const met = new Set(own.map(({ product }) => product.toHexString()));
    const fresh = found.filter(({ product }) => !met.has(product.toHexString()));
    const others = found.filter(({ product }) => met.has(product.toHexString()));
    await interactions.deleteMany({ user: imported }, { session });
    // Whose they are is a part of their shard key: they are made anew.
    const moved = fresh.map((interaction) => ({ ...interaction, _id: new Types.ObjectId(), user: account }));
    if (moved.length > 0) await insert(interactions, moved, session);
    for (const { product, purchases, lastAt, keptAt = lastAt } of others)
      await interactions.updateOne({ user: account, product }, { $max: { purchases, lastAt, keptAt } }, { session });
  }
}
