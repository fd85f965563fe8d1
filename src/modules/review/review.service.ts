/** Reviews: what authors write, change and delete. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import { aspects, overallPoints, reviewWeight, starsOf, type Aspect } from '../../scoring/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { productKey, type TalliedProduct } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { FeedVerbs } from '../feed/index.js';
import type { ImageVerbs } from '../image/index.js';
import type { InvitationVerbs } from '../invitation/index.js';
import type { SeenContent } from '../module.js';
import type { OrderVerbs } from '../order/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { ProductRatings } from './product-rating.js';
import { hideable, type ReviewChanges } from './review-change.js';
import { reviewEvent } from './review.events.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';
import { markStale } from './topics/topic-extraction.js';
import { traitsOf } from './review-traits.js';

const maxImages = 10;

export interface ReviewContent extends Record<Aspect, number> {
  title: string;
  body: string;
  imageUrls: string[];
  /** Uploads of the author, in their order. */
  images?: Types.ObjectId[];
}

export interface NewReview extends ReviewContent {
  product: Types.ObjectId;
  incentivised: boolean;
  idempotencyKey?: string | null;
}

interface ReviewServiceDependencies {
  models: ReviewModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  changes: ReviewChanges;
  ratings: ProductRatings;
  events: DomainEventBus;
  behaviour: BehaviourVerbs;
  orders: OrderVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
  images: ImageVerbs;
  invitations: InvitationVerbs;
}

export class ReviewService {
  private readonly models: ReviewModels;

  constructor(private readonly dependencies: ReviewServiceDependencies) {
    this.models = dependencies.models;
  }

  /** The review of a customer who has an invitation's link. @throws RulesBroken as below; INVITATION_INVALID, INVITATION_EXPIRED, INVITATION_USED */
  async createInvited(token: string, input: NewReview): Promise<ReviewDocument> {
    const invitation = await this.dependencies.invitations.invitedBy(token);
    if (!invitation.product.equals(input.product))
      throw broken('INVITATION_INVALID', 'This invitation is for another product.', 'invitation');
    return this.create(invitation.buyer, input, invitation._id);
  }

  /**
   * @param invitation that is used up by it
   * @throws RulesBroken; ALREADY_EXISTS for a second review of the same product
   */
  async create(author: Types.ObjectId, input: NewReview, invitation: Types.ObjectId | null = null): Promise<ReviewDocument> {
    const { idempotency, invitations, ratings, realtime } = this.dependencies;
    const uploads = await this.checked(author, input);
    const id = await realtime.recordChange([productKey(input.product)], async (change) => {
      const { session } = change;
      const product = await ratings.talliedProduct(session, input.product);
      if (!product || product.archivedAt) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
      if (product.merchant.equals(author)) throw broken('NOT_ALLOWED', 'You can’t review your own products.', 'productId');
      const request = { user: author, operation: 'createReview', key: input.idempotencyKey, input };
      return idempotency.createOnce(session, request, async (_id) => {
        if (invitation) await invitations.use(session, invitation);
        const earlier = await this.models.reviews.exists({ product: input.product, author }).session(session);
        if (earlier) throw broken('ALREADY_EXISTS', 'You have already reviewed this product. Edit that review instead.', 'productId');
        await this.add(change, product, await this.reviewOf(session, _id, author, input), uploads.map(textOf));
        await invitations.noteReview(session, author, input.product);
      });
    });
    return requireCreated(await this.models.reviews.findById(id).lean());
  }

  /** @returns the images it shows. @throws RulesBroken with all that is wrong with it or them */
  private async checked(
    author: Types.ObjectId,
    content: Partial<ReviewContent>,
  ): Promise<{ _id: Types.ObjectId; altText: string | null }[]> {
    const rules = contentRules(content);
    const uploads = await rules.from(() => this.dependencies.images.prepare(author, 'REVIEW', (content.images ?? []).slice(0, maxImages)));
    rules.check();
    return uploads ?? [];
  }

  private async reviewOf(session: ClientSession, _id: Types.ObjectId, author: Types.ObjectId, input: NewReview): Promise<ReviewDocument> {
    const { product, quality, price, service, title, body, imageUrls, images = [], incentivised } = input;
    const points = overallPoints(input);
    const createdAt = new Date();
    const verifiedPurchase = await this.dependencies.orders.hasReceived(session, author, product);
    const stars = starsOf(points);
    return {
      _id,
      product,
      author,
      quality,
      price,
      service,
      points,
      stars,
      traits: traitsOf({ stars, verifiedPurchase, imageUrls, images }),
      weight: reviewWeight({ createdAt, verifiedPurchase, helpful: 0, unhelpful: 0 }),
      title,
      body,
      imageUrls,
      images,
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

  /** What is held is stored out of sight, counts nowhere and reaches nobody until it is released. */
  private async add(change: Change, product: TalliedProduct, review: ReviewDocument, altTexts: string[]): Promise<void> {
    const { behaviour, images, ratings, screening } = this.dependencies;
    const { _id, author, title, body } = review;
    const content = { type: 'Review', id: _id };
    const held = await screening.screen(change, { author, content, text: [title, body, ...altTexts].join(' ') });
    await images.show(change.session, author, content, { after: review.images ?? [], hidden: held, field: 'imageIds' });
    await insert(this.models.reviews, { ...review, visible: !held }, change.session);
    if (held) return;
    await behaviour.noteInteractions(change.session, author, [review.product], { points: review.points });
    await ratings.rescore(change, product, null, review);
    await this.announce(change, review);
  }

  /** Reaches whoever watches the product, and the author's followers. */
  private async announce(change: Change, review: ReviewDocument): Promise<void> {
    const { _id, author } = review;
    await change.emitMany([reviewEvent('REVIEW_ADDED', review)]);
    await this.dependencies.feed.recordActivity(change, { actor: author, kind: 'REVIEWED', subject: { type: 'Review', id: _id } });
  }

  /** A review that was held has come out: it is announced now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const review = await this.models.reviews.findById(id).session(change.session).lean();
    if (review) await this.announce(change, review);
  }

  /** Changes one's own review; what is left out stays. An edit that is held takes the review out of sight. @throws RulesBroken, RequestError FORBIDDEN */
  async update(author: Types.ObjectId, id: Types.ObjectId, edit: Partial<ReviewContent>): Promise<ReviewDocument> {
    const { behaviour, changes, images, ratings, screening } = this.dependencies;
    const uploads = await this.checked(author, edit);
    return changes.ofAuthor(author, id, async (change, review, product) => {
      const changed = editedReview(review, edit);
      const { title, body } = changed;
      const before = review.images ?? [];
      const altTexts = uploads.filter(({ _id }) => !before.some((shown) => shown.equals(_id))).map(textOf);
      const isRewritten = title !== review.title || body !== review.body || altTexts.some((text) => text !== '');
      const content = { type: 'Review', id };
      if (edit.images)
        await images.show(change.session, author, content, { before, after: edit.images, hidden: !review.visible, field: 'imageIds' });
      const text = [title, body, ...altTexts].join(' ');
      const held = isRewritten && (await screening.screen(change, { author, content, text, isEdit: true }));
      await this.keepRevision(change, review);
      await ratings.save(change, product, review, changed);
      if (held) {
        await ratings.show(change, id, false);
        return { ...changed, visible: false };
      }
      if (!changed.visible) return changed;
      await behaviour.noteInteractions(change.session, author, [review.product], { points: changed.points });
      await change.emitMany([reviewEvent('REVIEW_EDITED', changed)]);
      return changed;
    });
  }

  private async keepRevision({ session }: Change, review: ReviewDocument): Promise<void> {
    const { _id, author, quality, price, service, title, body, imageUrls, editedAt, createdAt, visible } = review;
    await insert(
      this.models.revisions,
      {
        _id: new Types.ObjectId(),
        review: _id,
        author,
        quality,
        price,
        service,
        title,
        body,
        imageUrls,
        at: editedAt ?? createdAt,
        hidden: !visible,
      },
      session,
    );
  }

  /** @throws RulesBroken, RequestError FORBIDDEN */
  async delete(author: Types.ObjectId, id: Types.ObjectId): Promise<ReviewDocument> {
    const { behaviour, changes, events, feed, images, ratings } = this.dependencies;
    return changes.ofAuthor(author, id, async (change, review, product) => {
      const { session } = change;
      await this.models.reviews.deleteOne({ _id: id }, { session });
      await images.removeImagesOf(session, { type: 'Review', id });
      await this.models.votes.deleteMany({ review: id }, { session });
      await this.models.revisions.deleteMany({ review: id }, { session });
      await feed.withdrawActivity(change, id);
      await behaviour.noteInteractions(session, author, [review.product], { points: null });
      await events.emit(change, 'contentGone', { contents: [{ type: 'Review', id }] });
      await events.emit(change, 'contentDeleted', { content: { type: 'Review', id } });
      if (!review.visible) return review;
      await markStale(this.models, session, review.product);
      await ratings.rescore(change, product, review, null);
      await change.emitMany([reviewEvent('REVIEW_REMOVED', review)]);
      return review;
    });
  }

  /** @returns null where there is no such review */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.reviews.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** The review as a user may see it. */
  async seenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null> {
    const review = await this.models.reviews.findById(id).session(session).lean();
    if (!review || !(await this.dependencies.socialGraph.maySee(viewer, hideable(review), session))) return null;
    return { ...hideable(review), revisedAt: review.editedAt ?? review.createdAt };
  }

  async countComments(session: ClientSession, id: Types.ObjectId, by: number): Promise<void> {
    await this.models.reviews.updateOne({ _id: id }, { $inc: { commentCount: by } }, { session });
  }
}

function textOf({ altText }: { altText: string | null }): string {
  return altText ?? '';
}

function editedReview(review: ReviewDocument, content: Partial<ReviewContent>): ReviewDocument {
  const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined && value !== null));
  const edited: ReviewDocument = { ...review, ...given, editedAt: new Date() };
  const isRewritten = edited.title !== review.title || edited.body !== review.body;
  const changed = isRewritten ? { ...edited, digest: null } : edited;
  const { quality, price, service } = changed;
  if (quality === null || price === null || service === null) return changed;
  const points = overallPoints({ quality, price, service });
  return { ...changed, points, stars: starsOf(points) };
}

export function contentRules(content: Partial<ReviewContent>): InputRules {
  const rules = new InputRules();
  for (const aspect of aspects) rules.range(content[aspect], 1, 5, 'ratings', aspect);
  rules.line(content.title, { max: 200 }, 'title');
  if (content.body !== undefined) rules.text(content.body, { min: 1, max: 10_000 }, 'body');
  for (const [field, images] of Object.entries({ imageUrls: content.imageUrls, imageIds: content.images }))
    rules.require((images ?? []).length <= maxImages, 'TOO_LONG', message('Add at most {max} images.', { max: maxImages }), field);
  return rules;
}
