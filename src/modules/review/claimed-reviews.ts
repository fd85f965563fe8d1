/** Reviews of an imported user whose address an account has proved to have: they become the account's. */
import type { Types } from 'mongoose';
import type { Change } from '../../realtime/index.js';
import type { ProductRatings } from './product-rating.js';
import type { ReviewModels } from './review.model.js';

/** Of a product that the account has reviewed here, its own review stands, and the imported one goes out of sight and score. */
export async function claimReviews(
  { reviews }: ReviewModels,
  ratings: ProductRatings,
  change: Change,
  { imported, account }: { imported: Types.ObjectId; account: Types.ObjectId },
): Promise<void> {
  const { session } = change;
  const found = await reviews.find({ author: imported }, { product: 1 }).session(session).lean();
  if (found.length === 0) return;
  const products = found.map(({ product }) => product);
  const own = await reviews
    .find({ author: account, product: { $in: products } }, { product: 1 })
    .session(session)
    .lean();
  const reviewed = new Set(own.map(({ product }) => product.toHexString()));
  const [second, first] = [true, false].map((is) =>
    found.filter(({ product }) => reviewed.has(product.toHexString()) === is).map(({ _id }) => _id),
  ) as [Types.ObjectId[], Types.ObjectId[]];
  if (first.length > 0) await reviews.updateMany({ _id: { $in: first } }, { $set: { author: account } }, { session });
  for (const id of second) await ratings.show(change, id, false);
}
