/** Shares: how they come about, who sees them, and which orders they led to. */
import { randomInt } from 'node:crypto';
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { contentKey, type DomainEventBus, type DomainEvents } from '../domain-events.js';
import type { FeedVerbs } from '../feed/index.js';
import type { SeenContent } from '../module.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { Hideable, SocialGraphVerbs } from '../social-graph/index.js';
import type { ShareLoaders } from './share.loader.js';
import type { ShareChannelName, ShareDocument, ShareModels } from './share.model.js';

const codeLength = 9;
/** Without the letters and digits that people mistake for each other. */
const alphabet = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

export interface NewShare {
  product: Types.ObjectId;
  channel: ShareChannelName;
  message: string;
  idempotencyKey?: string | null;
}

interface ShareDependencies {
  models: ShareModels;
  loaders: ShareLoaders;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  events: DomainEventBus;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
  /** Milliseconds after a visit in which an order is the share's. */
  attributionWindow: number;
}

export class ShareService {
  private readonly models: ShareModels;

  constructor(private readonly dependencies: ShareDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async shareProduct(author: Types.ObjectId, input: NewShare): Promise<ShareDocument> {
    checkShare(input);
    const { realtime, idempotency } = this.dependencies;
    const id = await realtime.recordChange([], async (change) => {
      const request = { user: author, operation: 'shareProduct', key: input.idempotencyKey, input };
      return idempotency.createOnce(change.session, request, (_id) => this.insertShare(change, _id, author, input));
    });
    return requireCreated(await this.models.shares.findById(id).lean());
  }

  private async insertShare(change: Change, _id: Types.ObjectId, author: Types.ObjectId, input: NewShare): Promise<void> {
    const { session } = change;
    const { product, channel, message } = input;
    const { catalog, screening } = this.dependencies;
    if (!(await catalog.knows(product, session))) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    const content = { type: 'Share', id: _id };
    const held = await screening.screen(change, { author, content, text: message });
    const now = new Date();
    const share: ShareDocument = {
      _id,
      code: newCode(),
      author,
      product,
      channel,
      message,
      visits: 0,
      uniqueVisitors: 0,
      orders: 0,
      commentCount: 0,
      createdAt: now,
      hiddenAt: held ? now : null,
    };
    await insert(this.models.shares, share, session);
    if (!held) await this.publish(change, share);
  }

  /** Counts a share that can be seen, and brings it to its author's followers where it is meant for them. */
  private async publish(change: Change, { _id, author, product, channel }: ShareDocument): Promise<void> {
    const { behaviour, events, feed } = this.dependencies;
    await behaviour.noteInteractions(change.session, author, [product], { increments: { shares: 1 } });
    if (channel === 'FOLLOWERS') await feed.recordActivity(change, { actor: author, kind: 'SHARED', subject: { type: 'Share', id: _id } });
    await events.emit(change, 'published', { event: 'SHARE_ADDED', subject: { type: 'Share', id: _id }, product });
  }

  /** Its link leads nowhere from now on. @throws RulesBroken, RequestError FORBIDDEN */
  async deleteShare(author: Types.ObjectId, id: Types.ObjectId): Promise<ShareDocument> {
    const { shares, visits, attributions } = this.models;
    return this.dependencies.realtime.recordChange([shareKey(id)], async (change) => {
      const { session } = change;
      const share = await shares.findById(id).session(session).lean();
      if (!share || !(await this.dependencies.socialGraph.maySee(author, hideable(share), session)))
        throw broken('NOT_FOUND', 'There is no such share.', 'shareId');
      if (!share.author.equals(author)) throw new RequestError('FORBIDDEN', 'You can only delete your own shares.');
      await shares.deleteOne({ _id: id }, { session });
      await visits.deleteMany({ share: id }, { session });
      await attributions.deleteMany({ share: id }, { session });
      await this.dependencies.feed.withdrawActivity(change, id);
      const content = { type: 'Share', id };
      await this.dependencies.events.emit(change, 'contentGone', { contents: [content] });
      await this.dependencies.events.emit(change, 'contentDeleted', { content });
      await this.dependencies.events.emit(change, 'published', { event: 'SHARE_REMOVED', subject: content, product: share.product });
      return share;
    });
  }

  /** A share that the viewer may see: their own, or one that went to followers and is hidden neither from all nor from them. */
  async visibleShare(id: Types.ObjectId, context: RequestContext): Promise<ShareDocument | null> {
    const share = await context.load(this.dependencies.loaders.shareById, id);
    if (!share) return null;
    if (context.signedIn?.userId.equals(share.author)) return share;
    return (await this.dependencies.socialGraph.showsTo(context, hideable(share))) ? share : null;
  }

  /** @returns null where there is no such share */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.shares.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** A share as a user may see it: one that did not go to followers is its author's alone. */
  async seenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null> {
    const share = await this.models.shares.findById(id).session(session).lean();
    if (!share || !(await this.dependencies.socialGraph.maySee(viewer, hideable(share), session))) return null;
    return { ...hideable(share), revisedAt: share.createdAt };
  }

  async countComments(session: ClientSession, id: Types.ObjectId, by: number): Promise<void> {
    await this.models.shares.updateOne({ _id: id }, { $inc: { commentCount: by } }, { session });
  }

  /** Takes a share out of sight, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
    const { session } = change;
    const share = await this.models.shares.findById(id).session(session).lean();
    if (!share) return null;
    if ((share.hiddenAt === null) !== visible) {
      await this.models.shares.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session });
      await change.hideEvents(contentKey({ type: 'Share', id }), !visible);
    }
    return share.author;
  }

  /** A share that was held comes out: it is counted, and its author's followers see it now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const share = await this.models.shares.findById(id).session(change.session).lean();
    if (share) await this.publish(change, share);
  }

  /** An order of the shared product soon after a visit is the share's; nobody earns one by ordering themselves. */
  async attribute({ session }: Change, { order, shareToken }: DomainEvents['orderStatusChanged']): Promise<void> {
    if (order.status === 'CANCELLED') await this.withdrawAttribution(session, order._id);
    if (order.status !== 'PLACED' || !shareToken) return;
    const { shares, visits, attributions } = this.models;
    const since = new Date(Date.now() - this.dependencies.attributionWindow);
    const visit = await visits
      .findOne({ _id: shareToken, lastAt: { $gte: since } })
      .session(session)
      .lean();
    const share = visit && (await shares.findById(visit.share).session(session).lean());
    if (!share || share.author.equals(order.buyer) || !order.items.some(({ product }) => product.equals(share.product))) return;
    await insert(attributions, { _id: order._id, share: share._id }, session);
    await shares.updateOne({ _id: share._id }, { $inc: { orders: 1 } }, { session });
  }

  private async withdrawAttribution(session: ClientSession, order: Types.ObjectId): Promise<void> {
    const withdrawn = await this.models.attributions.findOneAndDelete({ _id: order }, { session }).lean();
    if (withdrawn) await this.models.shares.updateOne({ _id: withdrawn.share }, { $inc: { orders: -1 } }, { session });
  }
}

function hideable({ author, channel, hiddenAt }: ShareDocument): Hideable {
  return { author, hidden: channel !== 'FOLLOWERS' || hiddenAt !== null };
}

function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** What changes of a share contend for. */
export function shareKey(id: Types.ObjectId): string {
  return `share:${id.toHexString()}`;
}

export function shareList(author: Types.ObjectId): ListDefinition {
  return {
    name: 'shares',
    filter: { author },
    order: [
      ['createdAt', -1],
      ['_id', -1],
    ],
  };
}

export function checkShare({ message }: { message: string }): void {
  new InputRules().text(message, { max: 1000 }, 'message').check();
}
