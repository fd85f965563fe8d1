import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, Float, ID, Info, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { isAspect } from '../../opinions/index.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent, type StreamSubject } from '../../realtime/index.js';
import {
  asksFor,
  ConnectionArgs,
  edgeIn,
  mapNodes,
  paginateArray,
  withLiveCursor,
  type Connection,
  type ListDefinition,
} from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { changeKindOf, kindAsTold } from '../../relay/change-kind.js';
import { Cost } from '../../relay/cost.js';
import { idOf, imageIdsOf, toGlobalId } from '../../relay/global-id.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { AfterEvent, FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { payload } from '../../relay/payload.js';
import { pointsPerStar, type AspectRatings, type RatingSummary } from '../../scoring/index.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import { Image, type ImageVerbs, type ShownImage } from '../image/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { ratingTopic } from './product-rating.js';
import { reviewChanges, reviewTopic } from './review.events.js';
import { reviewList, reviewsBy, revisionList, topicNamed } from './review-list.js';
import type { ReviewReactions } from './review-reactions.js';
import { maxSearched, type ReviewSearch } from './review-search.js';
import type { ReviewLoaders } from './review.loader.js';
import type { ReviewDocument, ReviewRevisionDocument } from './review.model.js';
import { contentRules, type ReviewService } from './review.service.js';
import type { ShownScore, ShownScores } from './shown-score.js';
import {
  CreateReviewInput,
  CreateReviewPayload,
  DeleteReviewInput,
  DeleteReviewPayload,
  ProductRating,
  RatingChanged,
  RespondToReviewInput,
  RespondToReviewPayload,
  Review,
  ReviewRatings,
  ReviewAdded,
  ReviewChanged,
  ReviewConnection,
  ReviewFilter,
  ReviewRevision,
  ReviewRevisionConnection,
  ReviewSort,
  ReviewVote,
  StarCount,
  UpdateReviewInput,
  UpdateReviewPayload,
  VoteReviewInput,
  VoteReviewPayload,
} from './review.type.js';

export interface ReviewResolverDependencies {
  reviews: ReviewService;
  reactions: ReviewReactions;
  loaders: ReviewLoaders;
  users: UserVerbs;
  catalog: CatalogVerbs;
  images: ImageVerbs;
}

const maxQuery = 200;

@Resolver(() => Review)
export class ReviewResolver {
  constructor(private readonly dependencies: ReviewResolverDependencies) {}

  @FieldResolver(() => Float, { description: 'Overall rating, 1 to 5: the plain mean of the ratings.' })
  overall(@Root() review: ReviewDocument): number {
    return review.points / pointsPerStar;
  }

  @FieldResolver(() => ReviewRatings, { description: 'Ratings by aspect.' })
  ratings(@Root() review: ReviewDocument): AspectRatings {
    return review;
  }

  @FieldResolver(() => User, { nullable: true, description: 'The author. Null if their account was deleted.' })
  author(@Root() review: ReviewDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, review.author);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The reviewed product. Null if it was deleted.' })
  product(@Root() review: ReviewDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, review.product);
  }

  @Cost({ assumedSize: 5 })
  @FieldResolver(() => [Image], { description: 'Images that the author added, up to 20.' })
  images(@Root() { images, imageUrls }: ReviewDocument, @Ctx() context: RequestContext): Promise<ShownImage[]> {
    return this.dependencies.images.shown(context, images, imageUrls);
  }

  @FieldResolver(() => ReviewVote, { nullable: true, description: 'The viewer’s vote. Null if they have not voted.' })
  async viewerVote(@Root() review: ReviewDocument, @Ctx() context: RequestContext): Promise<`${ReviewVote}` | null> {
    if (!context.signedIn) return null;
    const vote = await context.load(this.dependencies.loaders.voteOn, { subject: review._id, user: context.signedIn.userId });
    if (!vote) return null;
    return vote.helpful ? ReviewVote.HELPFUL : ReviewVote.UNHELPFUL;
  }

  @FieldResolver(() => ReviewRevisionConnection, { description: 'Versions of the review before it was edited, newest first.' })
  revisions(
    @Root() review: ReviewDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReviewRevisionDocument>> {
    return context.require(this.dependencies.loaders.revisionsOfReview, { parent: review._id, list: revisionList(review._id), args: page });
  }

  @ChecksInput(({ ratings, title, body, imageUrls }: CreateReviewInput) =>
    contentRules({ ...ratings, title, body, imageUrls: imageUrls ?? [] }).check(),
  )
  @Mutation(() => CreateReviewPayload, {
    description: 'Adds a review of a product. It counts in the product’s score immediately. Requires a session or an `invitation`.',
  })
  createReview(
    @Arg('input', () => CreateReviewInput, { description: 'The review to add.' }) input: CreateReviewInput,
    @Ctx() context: RequestContext,
  ) {
    const { productId, imageUrls, imageIds, ratings, invitation: token, ...rest } = input;
    const images = imageIdsOf(imageIds);
    const product = idOf('Product', productId, 'input.productId');
    const viewer = token ? null : context.requireSignedIn().userId;
    return payload(async () => {
      const content = { ...rest, ...ratings, product, imageUrls: imageUrls ?? [], images };
      const { reviews } = this.dependencies;
      const review = await (viewer ? reviews.create(viewer, content) : reviews.createInvited(token!, content));
      return { review, held: !review.visible };
    });
  }

  @Authorized()
  @ChecksInput((input: UpdateReviewInput) => contentRules(editOf(input)).check())
  @Mutation(() => UpdateReviewPayload, { description: 'Edits one of the viewer’s reviews. The earlier version is kept in `revisions`.' })
  updateReview(
    @Arg('input', () => UpdateReviewInput, { description: 'The review, and the fields to change.' }) input: UpdateReviewInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Review', input.reviewId, 'input.reviewId');
    const content = { ...editOf(input), images: imageIdsOf(input.imageIds) };
    return payload(async () => {
      const review = await this.dependencies.reviews.update(context.requireSignedIn().userId, id, content);
      return { review, held: !review.visible };
    });
  }

  @Authorized()
  @Mutation(() => DeleteReviewPayload, { description: 'Deletes one of the viewer’s reviews. It no longer counts in the product’s score.' })
  deleteReview(
    @Arg('input', () => DeleteReviewInput, { description: 'The review to delete.' }) { reviewId }: DeleteReviewInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Review', reviewId, 'input.reviewId');
    return payload(async () => {
      const { product } = await this.dependencies.reviews.delete(context.requireSignedIn().userId, id);
      return { deletedReviewId: reviewId, product: await context.load(this.dependencies.catalog.productById, product) };
    });
  }

  @Authorized()
  @Mutation(() => VoteReviewPayload, { description: 'Votes on whether a review was helpful. Replaces the viewer’s earlier vote.' })
  voteReview(
    @Arg('input', () => VoteReviewInput, { description: 'The review, and the vote on it.' }) { reviewId, vote }: VoteReviewInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Review', reviewId, 'input.reviewId');
    const helpful = vote ? vote === ReviewVote.HELPFUL : null;
    return payload(async () => ({ review: await this.dependencies.reactions.vote(context.requireSignedIn().userId, id, helpful) }));
  }

  @AllowKeys('reviews:write')
  @Authorized('MERCHANT')
  @Mutation(() => RespondToReviewPayload, { description: 'Responds to a review in public. Only the product’s merchant can.' })
  respondToReview(
    @Arg('input', () => RespondToReviewInput, { description: 'The review, and the response to it.' })
    { reviewId, body }: RespondToReviewInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Review', reviewId, 'input.reviewId');
    return payload(async () => ({ review: await this.dependencies.reactions.respond(context.requireSignedIn(), id, body) }));
  }

  @Subscription(() => ReviewAdded, {
    description: 'New reviews of a product.',
    subscribe: subscribeTo({ topic: reviewTopicOf, subject: productOf, types: ['REVIEW_ADDED'] }),
  })
  async reviewAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('productId', () => ID, { description: 'The product to watch.' }) productId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const review = await context.load(this.dependencies.loaders.reviewById, event.data['review'] as ReviewDocument['_id']);
    const visible = review?.visible ? review : null;
    const product = asksFor(info, 'product') ? await this.productOf(productId, context) : null;
    const edge = visible && edgeIn(reviewList(visible.product, [], {}, 'NEWEST'), visible);
    return { cursor: encodeEventCursor(event), review: visible, edge, product };
  }

  @Subscription(() => ReviewChanged, {
    description:
      'Every review of a product that is added, edited or removed. A response of the merchant and a verified purchase are edits; votes are not sent.',
    subscribe: subscribeTo({ topic: reviewTopicOf, subject: productOf, types: reviewChanges }),
  })
  async reviewChanged(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('productId', () => ID, { description: 'The product to watch.' }) productId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const id = event.data['review'] as ReviewDocument['_id'];
    const happened = changeKindOf(event.type);
    const found = happened === 'REMOVED' ? null : await context.load(this.dependencies.loaders.reviewById, id);
    const review = found?.visible ? found : null;
    const kind = kindAsTold(happened, review);
    return {
      cursor: encodeEventCursor(event),
      kind,
      reviewId: toGlobalId('Review', id),
      review,
      edge: kind === 'ADDED' && review ? edgeIn(reviewList(review.product, [], {}, 'NEWEST'), review) : null,
      product: asksFor(info, 'product') ? await this.productOf(productId, context) : null,
    };
  }

  @Subscription(() => RatingChanged, {
    description: 'Changes of a product’s score.',
    subscribe: subscribeTo({ topic: (args: ProductArgs) => ratingTopic(productOf(args).id), subject: productOf, latestOnly: true }),
  })
  async ratingChanged(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('productId', () => ID, { description: 'The product to watch.' }) productId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const product = asksFor(info, 'product') ? await this.productOf(productId, context) : null;
    const cursor = encodeEventCursor(event);
    const { id: _id } = productOf({ productId });
    return { cursor, rating: { ...(event.data['summary'] as RatingSummary), _id, liveCursor: cursor }, product };
  }

  private productOf(productId: string, context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, idOf('Product', productId, 'productId'));
  }
}

interface ProductArgs {
  productId: string;
}

function productOf({ productId }: ProductArgs): StreamSubject {
  const argument = 'productId';
  return { type: 'Product', id: idOf('Product', productId, argument), argument };
}

function reviewTopicOf(args: ProductArgs): string {
  return reviewTopic(productOf(args).id);
}

@Resolver(() => ProductRating)
export class ProductRatingResolver {
  @FieldResolver(() => [StarCount], { description: 'Number of reviews by star rating: one for each of 1 to 5 stars, in this order.' })
  distribution(@Root() { distribution }: RatingSummary): StarCount[] {
    return distribution.map((count, at) => ({ stars: at + 1, count }));
  }
}

@Resolver(() => ReviewRevision)
export class ReviewRevisionResolver {
  @FieldResolver(() => ReviewRatings, { description: 'Ratings by aspect at that time.' })
  ratings(@Root() revision: ReviewRevisionDocument): AspectRatings {
    return revision;
  }
}

@Resolver(() => Product)
export class ProductReviewsResolver {
  constructor(
    private readonly loaders: ReviewLoaders,
    private readonly socialGraph: SocialGraphVerbs,
    private readonly search: ReviewSearch,
    private readonly scores: ShownScores,
  ) {}

  @FieldResolver(() => ProductRating, { description: 'The product’s score.' })
  rating(@Root() product: ProductDocument, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<ShownScore> {
    return this.scores.of(product, context, asksFor(info, 'liveCursor'));
  }

  // A search reads the texts of all reviews that it looks through.
  @Cost({ perItem: { argument: 'search', weight: 300 } })
  @FieldResolver(() => ReviewConnection, { description: 'Reviews of the product.' })
  async reviews(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => ReviewFilter, { nullable: true, description: 'Conditions the reviews must meet. All reviews when left out.' })
    filter?: ReviewFilter | null,
    @Arg('sort', () => ReviewSort, { nullable: true, defaultValue: ReviewSort.HELPFUL, description: 'Order of the list.' })
    sort: ReviewSort = ReviewSort.HELPFUL,
    @Arg('search', () => String, {
      nullable: true,
      description: `Only reviews that contain all of these words, or words that begin with them. Searches the first ${maxSearched.toLocaleString('en')} reviews of the list. Up to 200 characters. All reviews when left out.`,
    })
    search?: string | null,
  ): Promise<Connection<ReviewDocument>> {
    const hidden = await this.socialGraph.hiddenFrom(context);
    const list = reviewList(product._id, hidden, filter ?? {}, sort);
    if (!(await this.isTopicOf(product, filter?.topic, context))) return paginateArray([], page, list.name);
    if (search) return this.searched(list, search, page, context);
    const unfiltered = Object.values(filter ?? {}).every((condition) => condition === null || condition === undefined);
    if (unfiltered && hidden.length === 0) list.totalCount = product.rating.count;
    return withLiveCursor(reviewTopic(product._id), info, context, () =>
      context.require(this.loaders.reviewsOfProduct, { parent: product._id, list, args: page }),
    );
  }

  /** Aspects have an index. Of phrases only the product's own are looked for, which a good part of its reviews have. */
  private async isTopicOf(product: ProductDocument, name: string | null | undefined, context: RequestContext): Promise<boolean> {
    const topic = topicNamed(name);
    if (topic === null || isAspect(topic)) return true;
    const found = await context.load(this.loaders.topicsOfProduct, product._id);
    return found?.topics.some((known) => known.topic === topic) ?? false;
  }

  private async searched(
    list: ListDefinition,
    search: string,
    page: ConnectionArgs,
    context: RequestContext,
  ): Promise<Connection<ReviewDocument>> {
    if (search.length > maxQuery) throw new RequestError('BAD_USER_INPUT', `A search can have up to ${maxQuery} characters.`, 'search');
    const found = await this.search.find(list, search);
    return mapNodes(paginateArray(found, page, `${list.name}/search`), (id) => context.load(this.loaders.reviewById, id));
  }

  @FieldResolver(() => Review, {
    nullable: true,
    description: 'The viewer’s review of the product. Null if there is none, and for anonymous users.',
  })
  viewerReview(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<ReviewDocument | null> | null {
    return context.signedIn && context.load(this.loaders.ownReview, { product: product._id, author: context.signedIn.userId });
  }
}

@Resolver(() => User)
export class UserReviewsResolver {
  constructor(
    private readonly loaders: ReviewLoaders,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  @FieldResolver(() => ReviewConnection, { description: 'The user’s reviews, newest first.' })
  async reviews(
    @Root() user: PublicUser,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReviewDocument>> {
    if (await this.socialGraph.isHiddenFrom(context, user._id)) return paginateArray<ReviewDocument>([], page, 'reviewsBy');
    return context.require(this.loaders.reviewsOfAuthor, { parent: user._id, list: reviewsBy(user._id), args: page });
  }
}

/** What is null stays as it is. */
function editOf({ ratings, title, body, imageUrls }: UpdateReviewInput) {
  return {
    quality: ratings?.quality ?? undefined,
    price: ratings?.price ?? undefined,
    service: ratings?.service ?? undefined,
    title: title ?? undefined,
    body: body ?? undefined,
    imageUrls: imageUrls ?? undefined,
  };
}
