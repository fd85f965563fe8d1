import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { pairKey } from '../../relay/loader.js';
import type { SignedIn } from '../../relay/context.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { aspects, overallPoints, reviewWeight, starsOf, wilsonLowerBound, type Aspect } from '../../scoring/index.js';
import { createOnce } from '../../store/idempotency.js';
import { insertMissing } from '../../store/bulk.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { recordActivity, withdrawActivity } from '../feed/index.js';
import { notify } from '../notification/index.js';
import { hasReceived, onOrderStatus } from '../order/index.js';
import { screen } from '../screening/index.js';
import { rescore, talliedProduct, type TalliedProduct } from './product-rating.js';
import { ReviewModel, ReviewRevisionModel, ReviewVoteModel, type ReviewDocument } from './review.model.js';

export const reviewTopic = (product: Types.ObjectId): string => `reviews:${product.toHexString()}`;

const mostImages = 10;

export interface ReviewContent extends Record<Aspect, number> {
  title: string;
  body: string;
  imageUrls: string[];
}

export interface NewReview extends ReviewContent {
  product: Types.ObjectId;
  incentivised: boolean;
  idempotencyKey?: string | null;
}

const keyOf = (product: Types.ObjectId): string[] => [`product:${product.toHexString()}`];

/** @throws RulesBroken; ALREADY_EXISTS for a second review of the same product */
export async function createReview(author: Types.ObjectId, input: NewReview): Promise<ReviewDocument> {
  checkContent(input);
  const id = await recordChange(keyOf(input.product), async (change) => {
    const { session } = change;
    const product = await talliedProduct(session, input.product);
    if (!product) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    if (product.merchant.equals(author)) throw broken('NOT_ALLOWED', 'Merchants cannot review their own products.', 'productId');
    const request = { user: author, operation: 'createReview', key: input.idempotencyKey };
    const { id } = await createOnce(session, request, async (_id) => {
      const earlier = await ReviewModel.exists({ product: input.product, author }).session(session);
      if (earlier) throw broken('ALREADY_EXISTS', 'You have reviewed this product; change that review instead.', 'productId');
      await addReview(change, product, await newReview(session, _id, author, input));
    });
    return id;
  });
  return (await ReviewModel.findById(id).lean())!;
}

async function newReview(session: ClientSession, _id: Types.ObjectId, author: Types.ObjectId, input: NewReview): Promise<ReviewDocument> {
  const { product, quality, price, service, title, body, imageUrls, incentivised } = input;
  const points = overallPoints(input);
  const createdAt = new Date();
  const verifiedPurchase = await hasReceived(session, author, product);
  return {
    _id,
    product,
    author,
    quality,
    price,
    service,
    points,
    stars: starsOf(points),
    weight: reviewWeight({ createdAt, verifiedPurchase, helpful: 0, unhelpful: 0 }),
    title,
    body,
    imageUrls,
    verifiedPurchase,
    incentivised,
    helpful: 0,
    unhelpful: 0,
    helpfulness: 0,
    response: null,
    visible: true,
    commentCount: 0,
    createdAt,
    editedAt: null,
  };
}

async function addReview(change: Change, product: TalliedProduct, review: ReviewDocument): Promise<void> {
  const { session } = change;
  await ReviewModel.collection.insertOne(review, { session });
  await noteInteractions(session, review.author, [review.product], { points: review.points });
  await rescore(change, product, null, review);
  await change.emit(reviewTopic(review.product), 'REVIEW_ADDED', {
    review: review._id,
    author: review.author,
    content: `Review:${review._id.toHexString()}`,
  });
  const content = { type: 'Review', id: review._id };
  const held = await screen(change, { author: review.author, content, text: `${review.title} ${review.body}` });
  if (held) await showReview(change, review._id, false);
  else await tellFollowers(change, review);
}

async function tellFollowers(change: Change, { _id, author }: Pick<ReviewDocument, '_id' | 'author'>): Promise<void> {
  await recordActivity(change, { actor: author, kind: 'REVIEWED', subject: { type: 'Review', id: _id } });
}

/** A review that was held comes out: its author's followers see it now. */
export async function releaseReview(change: Change, id: Types.ObjectId): Promise<void> {
  const author = await authorOfReview(change.session, id);
  if (author) await tellFollowers(change, { _id: id, author });
}

function checkContent(content: Partial<ReviewContent>): void {
  const rules = new InputRules();
  for (const aspect of aspects) rules.range(content[aspect], 1, 5, aspect);
  rules.text(content.title, { most: 200 }, 'title');
  if (content.body !== undefined) rules.text(content.body, { least: 1, most: 10_000 }, 'body');
  rules.require((content.imageUrls ?? []).length <= mostImages, 'TOO_LONG', `A review may have at most ${mostImages} images.`, 'imageUrls');
  rules.check();
}

/** Changes one's own review; what is left out stays. @throws RulesBroken, RequestError FORBIDDEN */
export async function updateReview(author: Types.ObjectId, id: Types.ObjectId, content: Partial<ReviewContent>): Promise<ReviewDocument> {
  checkContent(content);
  return changeOwnReview(author, id, async (change, review, product) => {
    const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined && value !== null));
    const changed = { ...review, ...given, editedAt: new Date() } as ReviewDocument;
    if (changed.quality !== null && changed.price !== null && changed.service !== null) {
      changed.points = overallPoints(changed as Record<Aspect, number>);
      changed.stars = starsOf(changed.points);
    }
    await keepRevision(change, review);
    await saveReview(change, product, review, changed);
    await noteInteractions(change.session, author, [review.product], { points: changed.points });
    return changed;
  });
}

async function keepRevision({ session }: Change, review: ReviewDocument): Promise<void> {
  const { _id, author, quality, price, service, title, body, imageUrls, editedAt, createdAt } = review;
  await ReviewRevisionModel.collection.insertOne(
    { _id: new Types.ObjectId(), review: _id, author, quality, price, service, title, body, imageUrls, at: editedAt ?? createdAt },
    { session },
  );
}

/** @throws RulesBroken, RequestError FORBIDDEN */
export async function deleteReview(author: Types.ObjectId, id: Types.ObjectId): Promise<ReviewDocument> {
  return changeOwnReview(author, id, async (change, review, product) => {
    await ReviewModel.deleteOne({ _id: id }, { session: change.session });
    await ReviewVoteModel.deleteMany({ review: id }, { session: change.session });
    await ReviewRevisionModel.deleteMany({ review: id }, { session: change.session });
    await withdrawActivity(change, id);
    await noteInteractions(change.session, author, [review.product], { points: null });
    if (review.visible) await rescore(change, product, review, null);
    return review;
  });
}

type ReviewWork = (change: Change, review: ReviewDocument, product: TalliedProduct) => Promise<ReviewDocument>;

async function changeOwnReview(author: Types.ObjectId, id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
  return changeReview(id, async (change, review, product) => {
    if (!review.author.equals(author)) throw new RequestError('FORBIDDEN', 'This review is somebody else’s.');
    return work(change, review, product);
  });
}

async function changeReview(id: Types.ObjectId, work: ReviewWork): Promise<ReviewDocument> {
  const missing = broken('NOT_FOUND', 'There is no such review.', 'reviewId');
  const found = await ReviewModel.findById(id, { product: 1 }).lean();
  if (!found) throw missing;
  return recordChange(keyOf(found.product), async (change) => {
    const review = await ReviewModel.findById(id).session(change.session).lean();
    const product = await talliedProduct(change.session, found.product);
    if (!review || !product) throw missing;
    return work(change, review, product);
  });
}

/** Stores a changed review and carries the change into the product's score. */
async function saveReview(change: Change, product: TalliedProduct, before: ReviewDocument, after: ReviewDocument): Promise<void> {
  after.helpfulness = wilsonLowerBound(after.helpful, after.helpful + after.unhelpful);
  after.weight = reviewWeight(after);
  const { _id, ...fields } = after;
  await ReviewModel.collection.updateOne({ _id }, { $set: fields }, { session: change.session });
  const scoreChanged =
    before.points !== after.points || before.weight !== after.weight || aspects.some((aspect) => before[aspect] !== after[aspect]);
  if (after.visible && scoreChanged) await rescore(change, product, before, after);
}

/** One vote per user, which they may change; null takes it back. @throws RulesBroken NOT_ALLOWED on one's own review */
export async function voteReview(voter: Types.ObjectId, id: Types.ObjectId, helpful: boolean | null): Promise<ReviewDocument> {
  return changeReview(id, async (change, review, product) => {
    if (review.author.equals(voter)) throw broken('NOT_ALLOWED', 'You cannot vote on your own review.', 'reviewId');
    const { session } = change;
    const _id = pairKey({ subject: id, user: voter });
    const earlier = await ReviewVoteModel.findById(_id).session(session).lean();
    const before = earlier?.helpful ?? null;
    if (before === helpful) return review;
    if (helpful === null) await ReviewVoteModel.deleteOne({ _id }, { session });
    else await ReviewVoteModel.updateOne({ _id }, { $set: { review: id, voter, helpful, at: new Date() } }, { upsert: true, session });
    const changed = {
      ...review,
      helpful: review.helpful + Number(helpful === true) - Number(before === true),
      unhelpful: review.unhelpful + Number(helpful === false) - Number(before === false),
    };
    await saveReview(change, product, review, changed);
    return changed;
  });
}

/** The merchant's public answer; an empty one takes it back. @throws RulesBroken, RequestError FORBIDDEN */
export async function respondToReview(merchant: SignedIn, id: Types.ObjectId, body: string): Promise<ReviewDocument> {
  new InputRules().text(body, { most: 5000 }, 'body').check();
  return changeReview(id, async (change, review, product) => {
    if (!product.merchant.equals(merchant.userId)) throw new RequestError('FORBIDDEN', 'Only the product’s merchant may respond.');
    const response = body.trim() === '' ? null : { body, at: new Date(), by: merchant.userId };
    await ReviewModel.updateOne({ _id: id }, { $set: { response } }, { session: change.session });
    if (response)
      await notify(change, { recipient: review.author, kind: 'REVIEW_ANSWERED', actor: merchant.userId, subject: { type: 'Review', id } });
    return { ...review, response };
  });
}

/** A delivered order makes the buyer's earlier reviews of its products verified. */
onOrderStatus(async (change, { status, buyer, items }) => {
  if (status !== 'DELIVERED') return;
  for (const { product: id } of items) {
    const review = await ReviewModel.findOne({ product: id, author: buyer }).session(change.session).lean();
    const product = review && (await talliedProduct(change.session, id));
    if (review && product && !review.verifiedPurchase) await saveReview(change, product, review, { ...review, verifiedPurchase: true });
  }
});

/** @returns null where there is no such review */
export async function authorOfReview(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
  return (await ReviewModel.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Takes a review out of sight and out of the score, or puts it back. @returns its author, or null where there is none */
export async function showReview(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
  const review = await ReviewModel.findById(id).session(change.session).lean();
  const product = review && (await talliedProduct(change.session, review.product));
  if (!review || !product) return null;
  if (review.visible !== visible) {
    await ReviewModel.updateOne({ _id: id }, { $set: { visible } }, { session: change.session });
    await rescore(change, product, visible ? null : review, visible ? review : null);
    await change.hideEvents(`Review:${id.toHexString()}`, !visible);
  }
  return review.author;
}

const reviewOrders = {
  HELPFUL: [
    ['helpfulness', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  OLDEST: [
    ['createdAt', 1],
    ['_id', 1],
  ],
  HIGHEST: [
    ['points', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
  LOWEST: [
    ['points', 1],
    ['createdAt', 1],
    ['_id', 1],
  ],
} as const;

export interface ReviewConditions {
  rating?: number | null;
  verified?: boolean | null;
  withImages?: boolean | null;
}

/** @throws RequestError BAD_USER_INPUT for a rating outside 1 to 5 */
export function reviewList(
  product: Types.ObjectId,
  hidden: Types.ObjectId[],
  conditions: ReviewConditions,
  sort: keyof typeof reviewOrders,
): ListDefinition {
  const { rating, verified, withImages } = conditions;
  if (typeof rating === 'number' && (rating < 1 || rating > 5))
    throw new RequestError('BAD_USER_INPUT', 'A rating is from 1 to 5.', 'filter.rating');
  const filter = {
    product,
    visible: true,
    ...(hidden.length > 0 && { author: { $nin: hidden } }),
    ...(typeof rating === 'number' && { stars: rating }),
    ...(typeof verified === 'boolean' && { verifiedPurchase: verified }),
    ...(typeof withImages === 'boolean' && { 'imageUrls.0': { $exists: withImages } }),
  };
  return { name: `reviews/${sort}`, filter, order: reviewOrders[sort] };
}

export function revisionList(review: Types.ObjectId): ListDefinition {
  return {
    name: 'revisions',
    filter: { review },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

export function reviewsBy(author: Types.ObjectId): ListDefinition {
  return { name: 'reviewsBy', filter: { author, visible: true }, order: reviewOrders.NEWEST };
}

/** Reviews of another shop or data set, in bulk. @returns how many were new */
export async function importReviews(reviews: ReviewDocument[]): Promise<number> {
  return insertMissing(ReviewModel, reviews);
}

/** Every visible review, for export. */
export function allReviews(): AsyncIterable<ReviewDocument> {
  return ReviewModel.collection.find<ReviewDocument>({ visible: true }, { batchSize: 1000 });
}
