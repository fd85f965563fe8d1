/** Keeps a product's tally true, in the transaction of the review that changes it. */
import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import type { Change } from '../../realtime/index.js';
import { addToTally, emptyTally, summarise, type RatedReview, type RatingSummary, type RatingTally } from '../../scoring/index.js';
import { inTransaction, type ClientSession } from '../../store/transaction.js';
import { ProductModel, type ProductDocument } from '../catalog/index.js';
import { CategoryTallyModel, ReviewModel, type ReviewDocument } from './review.model.js';

const shards = 16;

export interface CategoryTally {
  count: number;
  points: number;
}

export const ratingTopic = (product: Types.ObjectId): string => `ratings:${product.toHexString()}`;

export type TalliedProduct = Pick<ProductDocument, '_id' | 'category' | 'rating' | 'merchant'>;

export async function talliedProduct(session: ClientSession, id: Types.ObjectId): Promise<TalliedProduct | null> {
  return ProductModel.findById(id, { category: 1, rating: 1, merchant: 1 }).session(session).lean();
}

/** Takes a review out of the product's score, puts another version of it in, or both, and says so to whoever watches. */
export async function rescore(
  change: Change,
  product: TalliedProduct,
  removed: RatedReview | null,
  added: RatedReview | null,
): Promise<void> {
  const { session } = change;
  const tally = structuredClone(product.rating);
  if (removed) addToTally(tally, removed, -1);
  if (added) addToTally(tally, added, 1);
  const category = await moveCategoryTally(session, product, tally.count - product.rating.count, tally.points - product.rating.points);
  const summary = summarise(tally, category);
  await ProductModel.updateOne({ _id: product._id }, { $set: { rating: tally, score: summary.composite ?? 0 } }, { session });
  await change.emit(ratingTopic(product._id), 'RATING_CHANGED', { product: product._id, summary });
}

async function moveCategoryTally(session: ClientSession, product: TalliedProduct, count: number, points: number): Promise<CategoryTally> {
  const { category } = product;
  if (count !== 0 || points !== 0) {
    await CategoryTallyModel.updateOne(
      { _id: shardOf(product) },
      { $inc: { count, points }, $setOnInsert: { category } },
      { upsert: true, session },
    );
  }
  return addUp(await CategoryTallyModel.find({ category }).session(session).lean());
}

function shardOf({ _id, category }: TalliedProduct): string {
  return `${category.toHexString()}:${_id.id[11]! % shards}`;
}

function addUp(tallies: CategoryTally[]): CategoryTally {
  return tallies.reduce((sum, { count, points }) => ({ count: sum.count + count, points: sum.points + points }), { count: 0, points: 0 });
}

export const categoryTally: LoaderDefinition<Types.ObjectId, CategoryTally> = {
  cacheKey: (category) => category.toHexString(),
  async batch(categories) {
    const tallies = await CategoryTallyModel.find({ category: { $in: categories } }).lean();
    return categories.map((category) => addUp(tallies.filter((tally) => tally.category.equals(category))));
  },
};

/** The score as it is now. */
export function ratingOf(product: TalliedProduct, category: CategoryTally): RatingSummary {
  return summarise(product.rating, category);
}

const retallyBatch = 200;

/** Tallies products anew from their reviews, for reviews that came in bulk. */
export async function retallyProducts(products: Types.ObjectId[], onProgress: (done: number) => void = () => {}): Promise<void> {
  for (let from = 0; from < products.length; from += retallyBatch) {
    const batch = products.slice(from, from + retallyBatch);
    await inTransaction(
      batch.map((id) => `product:${id.toHexString()}`),
      (session) => retally(session, batch),
    );
    onProgress(from + batch.length);
  }
}

async function retally(session: ClientSession, ids: Types.ObjectId[]): Promise<void> {
  const products = (await ProductModel.find({ _id: { $in: ids } }, { category: 1, rating: 1, merchant: 1 })
    .session(session)
    .lean()) as TalliedProduct[];
  const tallies = await countReviews(session, ids);
  const changes = products.map((product) => ({ product, tally: tallies.get(product._id.toHexString()) ?? emptyTally() }));
  await CategoryTallyModel.collection.bulkWrite(
    changes.map(({ product, tally }) => ({
      updateOne: {
        filter: { _id: shardOf(product) as never },
        update: {
          $inc: { count: tally.count - product.rating.count, points: tally.points - product.rating.points },
          $setOnInsert: { category: product.category },
        },
        upsert: true,
      },
    })),
    { session },
  );
  const categories = await CategoryTallyModel.find({ category: { $in: products.map(({ category }) => category) } })
    .session(session)
    .lean();
  await ProductModel.collection.bulkWrite(
    changes.map(({ product, tally }) => {
      const category = addUp(categories.filter((one) => one.category.equals(product.category)));
      const score = summarise(tally, category).composite ?? 0;
      return { updateOne: { filter: { _id: product._id }, update: { $set: { rating: tally, score } } } };
    }),
    { session },
  );
}

async function countReviews(session: ClientSession, products: Types.ObjectId[]): Promise<Map<string, RatingTally>> {
  const projection = { product: 1, quality: 1, price: 1, service: 1, points: 1, weight: 1 };
  const reviews = ReviewModel.collection.find<ReviewDocument>(
    { product: { $in: products }, visible: true },
    { projection, session, batchSize: 5000 },
  );
  const tallies = new Map<string, RatingTally>();
  for await (const review of reviews) {
    const key = review.product.toHexString();
    const tally = tallies.get(key) ?? emptyTally();
    tallies.set(key, tally);
    addToTally(tally, review, 1);
  }
  return tallies;
}
