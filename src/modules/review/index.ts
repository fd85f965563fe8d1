import { endOf } from '../../realtime/index.js';
import type { NodeFinder } from '../../relay/node.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { FeedVerbs } from '../feed/index.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import type { ImageVerbs } from '../image/index.js';
import type { InvitationVerbs } from '../invitation/index.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { OrderVerbs } from '../order/index.js';
import { ownedDocuments, type PersonalData } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { claimReviews } from './claimed-reviews.js';
import { PublicRatings } from './public-ratings.js';
import { ProductJsonLdResolver } from './product-json-ld.js';
import { ProductRatings, ratingTopic } from './product-rating.js';
import { hideable, ReviewChanges } from './review-change.js';
import { ReviewReactions } from './review-reactions.js';
import { ReviewBulk } from './review.bulk.js';
import { editOf, reviewTopic } from './review.events.js';
import { reviewLoaders, type ReviewLoaders } from './review.loader.js';
import { reviewModels, type ReviewModels } from './review.model.js';
import {
  ProductRatingResolver,
  ProductReviewsResolver,
  ReviewResolver,
  ReviewRevisionResolver,
  UserReviewsResolver,
} from './review.resolver.js';
import { ReviewSearch } from './review-search.js';
import { ProductReviewPermissionResolver, ReviewPermissionsResolver } from './review-permissions.resolver.js';
import { ShownScores } from './shown-score.js';
import { ReviewService } from './review.service.js';
import { collections } from './review.collections.js';
import { ProductTopicsResolver } from './topics/review-topics.resolver.js';
import { TopicExtraction } from './topics/topic-extraction.js';

export type { ImportableReview, OnConflict } from './review.bulk.js';
export { ReviewPreview } from './review-preview.js';
export type { ReviewDocument } from './review.model.js';
export { traitsOf } from './review-traits.js';
export { Review } from './review.type.js';
export type { PublicRating } from './public-ratings.js';
export { textOf } from './topics/review-text.js';
export { ReviewQuote, type ShownQuote } from './topics/review-topics.type.js';

export type ReviewModule = ReturnType<typeof reviewModule>;
/** What other features may ask of reviews. */
export type ReviewVerbs = ReviewModule['verbs'];

export interface ReviewDependencies {
  images: ImageVerbs;
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  orders: OrderVerbs;
  notifications: NotificationVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
  invitations: InvitationVerbs;
}

export interface ReviewOptions {
  /** Where the shop shows a product, by its slug. */
  productUrlOf: (slug: string) => string;
}

/** Reviews, and the scores that follow from them. */
export function reviewModule(
  { database, realtime, idempotency, events, log }: Foundation,
  { images, users, catalog, behaviour, orders, notifications, feed, screening, socialGraph, invitations }: ReviewDependencies,
  { productUrlOf }: ReviewOptions,
) {
  const models = reviewModels(database);
  const loaders = reviewLoaders(models);
  const ratings = new ProductRatings({ models, realtime, behaviour, catalog });
  const changes = new ReviewChanges(models, realtime, ratings, socialGraph);
  const reviews = new ReviewService({
    ...{ models, realtime, idempotency, events, changes, ratings, images },
    ...{ behaviour, orders, feed, screening, socialGraph, invitations },
  });
  const reactions = new ReviewReactions({ models, changes, ratings, notifications, screening });
  const bulk = new ReviewBulk(models, database);
  const scores = new ShownScores(loaders, catalog);
  const topics = new TopicExtraction({ models, catalog, log });
  const visibleReview: NodeFinder = async (id, context) => {
    const review = await context.load(loaders.reviewById, id);
    return review && (await socialGraph.showsTo(context, hideable(review))) ? review : null;
  };
  return describeModule({
    name: 'review',
    collections,
    resolvers: [
      new ReviewResolver({ reviews, reactions, loaders, users, catalog, images }),
      new ReviewPermissionsResolver(),
      new ProductReviewPermissionResolver(loaders),
      new ReviewRevisionResolver(),
      new ProductRatingResolver(),
      new ProductReviewsResolver(loaders, socialGraph, new ReviewSearch(models), scores),
      new ProductTopicsResolver(loaders, socialGraph),
      new UserReviewsResolver(loaders, socialGraph),
      new ProductJsonLdResolver(loaders, users, images, productUrlOf),
    ],
    nodes: {
      Review: visibleReview,
      async ProductRating(id, context) {
        const product = await catalog.productInShop(context, id);
        return product && (await scores.of(product, context, true));
      },
      async ReviewRevision(id, context) {
        const revision = await context.load(loaders.revisionById, id);
        return revision && !revision.hidden && (await visibleReview(revision.review, context)) ? revision : null;
      },
    },
    on: {
      productsArchived: (change, { products }) =>
        change.emitMany(products.flatMap((id) => [endOf(reviewTopic(id)), endOf(ratingTopic(id))])),
      productMoved: (change, moved) => ratings.moveToCategory(change, moved),
      importedUserClaimed: (change, claimed) => claimReviews(models, ratings, change, claimed),
      async reviewsWanted({ session }, { buyer, products, onReviewed }) {
        const query = { product: { $in: [...products] }, author: buyer };
        const found = await models.reviews.find(query, { product: 1 }).session(session).lean();
        onReviewed(found.map(({ product }) => product));
      },
      async purchasesWithdrawn(change, { buyer, products }) {
        for (const product of products)
          if (!(await orders.hasReceived(change.session, buyer, product))) await ratings.withdrawPurchase(change, buyer, product);
      },
      async orderStatusChanged(change, { order: { status, buyer, items } }) {
        if (status !== 'DELIVERED') return;
        await ratings.verify(
          change,
          buyer,
          items.map(({ product }) => product),
        );
      },
    },
    personalData: [
      ownedDocuments({
        name: 'reviews',
        model: models.reviews,
        owner: 'author',
        erase: 'ANONYMISE',
        texts: ['title', 'body'],
        // Its text may lose names, so that it is read again.
        cleared: { images: [], digest: null },
        withheld: ['digest'],
        changeOf: editOf,
      }),
      ownedDocuments({ name: 'reviewVotes', model: models.votes, owner: 'voter', erase: 'ANONYMISE' }),
      ownedDocuments({ name: 'earlierVersionsOfReviews', model: models.revisions, owner: 'author', erase: 'DELETE' }),
      responses(models),
    ],
    content: [reviewContent(reviews, ratings, loaders, visibleReview)],
    workers: [topics.worker],
    verbs: {
      reviewById: loaders.reviewById,
      topicsOfProduct: loaders.topicsOfProduct,
      ...verbs(bulk, ['allReviews', 'importReviews', 'latestReviews', 'reviewsThere']),
      ...verbs(ratings, ['retallyProducts']),
      ...verbs(new PublicRatings(models), ['publicRatingsOf', 'publicReviewsOf', 'ratersOf', 'reviewCandidates', 'topicsWrittenAboutBy']),
    },
  });
}

/** What a merchant answered to reviews: it stays, without the merchant. */
function responses({ reviews }: ReviewModels): PersonalData {
  return {
    name: 'responsesToReviews',
    collect: (merchant) => reviews.find({ 'response.by': merchant }, { product: 1, response: 1 }).lean(),
    async erase({ session, emitMany, user, anonymousId, redact, max }) {
      const answered = await reviews.find({ 'response.by': user }).limit(max).session(session).lean();
      for (const { _id, response } of answered)
        await reviews.updateOne({ _id }, { $set: { 'response.body': redact(response!.body), 'response.by': anonymousId } }, { session });
      await emitMany(answered.map(editOf).filter((entry) => entry !== null));
      return answered.length;
    },
  };
}

function reviewContent(
  reviews: ReviewService,
  ratings: ProductRatings,
  { reviewById }: ReviewLoaders,
  visibleReview: NodeFinder,
): ContentKind {
  return {
    type: 'Review',
    authorOf: (session, id) => reviews.authorOf(session, id),
    seenBy: (session, viewer, id) => reviews.seenBy(session, viewer, id),
    moderation: {
      find: (context, id) => context.load(reviewById, id),
      show: (change, id, visible, isRelease) => ratings.show(change, id, visible, isRelease),
      release: (change, id) => reviews.release(change, id),
    },
    comments: {
      keyOf: (id) => `review:${id.toHexString()}`,
      count: (session, id, by) => reviews.countComments(session, id, by),
      find: (context, id) => visibleReview(id, context),
    },
  };
}
