/** Referrals: products that users recommend to each other, and what becomes of them. */
import { Types } from 'mongoose';
import { broken, brokenRule, RulesBroken, type BrokenRule } from '../../errors.js';
import { message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { ClientSession } from '../../store/database.js';
import { insert, insertMissing } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { DomainEventBus, DomainEvents } from '../domain-events.js';
import type { FeedVerbs } from '../feed/index.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import type { ReferralDocument, ReferralModels, ReferralStatusName } from './referral.model.js';

const maxRecipients = 50;

/** From which statuses a response leads on: nobody goes back, and what was bought stays bought. */
const before: Record<Exclude<ReferralStatusName, 'SENT'>, readonly ReferralStatusName[]> = {
  SEEN: ['SENT'],
  OPENED: ['SENT', 'SEEN', 'DISMISSED'],
  DISMISSED: ['SENT', 'SEEN', 'OPENED'],
  BOUGHT: ['SENT', 'SEEN', 'OPENED', 'DISMISSED'],
};

export interface NewReferral {
  product: Types.ObjectId;
  recipients: Types.ObjectId[];
  message: string;
  idempotencyKey?: string | null;
}

interface ReferralDependencies {
  models: ReferralModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  events: DomainEventBus;
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  notifications: NotificationVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

export class ReferralService {
  private readonly models: ReferralModels;

  constructor(private readonly dependencies: ReferralDependencies) {
    this.models = dependencies.models;
  }

  /**
   * Recommends a product to users, to all of them or to none. Whoever has it from the same sender already keeps that
   * one, so a retry changes nothing.
   * @throws RulesBroken naming every recipient who cannot have it
   */
  async referProduct(sender: Types.ObjectId, input: NewReferral): Promise<ReferralDocument[]> {
    const { product, recipients } = input;
    checkReferral(input.message, recipients.length);
    const distinct = [...new Map(recipients.map((id) => [id.toHexString(), id])).values()];
    const { realtime, idempotency } = this.dependencies;
    await realtime.recordChange([`referrals:${sender.toHexString()}`], async (change) => {
      const request = { user: sender, operation: 'referProduct', key: input.idempotencyKey, input };
      await idempotency.createOnce(change.session, request, () => this.referToEach(change, sender, distinct, input));
    });
    const referrals = await this.models.referrals.find({ sender, recipient: { $in: distinct }, product }).lean();
    return requireCreated(referrals.length > 0 ? referrals : null);
  }

  private async referToEach(change: Change, sender: Types.ObjectId, recipients: Types.ObjectId[], input: NewReferral): Promise<void> {
    const { session } = change;
    const { product } = input;
    if (!(await this.dependencies.catalog.knows(product, session))) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    await this.requireWelcome(session, sender, input.recipients);
    const earlier = await this.models.referrals
      .find({ sender, recipient: { $in: recipients }, product })
      .session(session)
      .lean();
    const fresh = recipients.filter((recipient) => !earlier.some((referral) => referral.recipient.equals(recipient)));
    if (fresh.length === 0) return;
    await this.dependencies.screening.requireClean(change, sender, input.message, 'message');
    const referrals = fresh.map((recipient) => newReferral(sender, recipient, input));
    await this.send(change, sender, product, referrals);
  }

  private async requireWelcome(session: ClientSession, sender: Types.ObjectId, recipients: Types.ObjectId[]): Promise<void> {
    const active = await this.dependencies.users.activeAmong(recipients, session);
    const separated = await this.dependencies.socialGraph.separatedAmong(recipients, sender, session);
    const rules: BrokenRule[] = recipients.flatMap((recipient, at): BrokenRule[] => {
      const field = ['toUserIds', String(at)];
      const key = recipient.toHexString();
      if (recipient.equals(sender)) return [brokenRule('NOT_ALLOWED', 'You can’t recommend products to yourself.', ...field)];
      if (!active.has(key) || separated.has(key)) return [brokenRule('NOT_FOUND', 'There is no such user.', ...field)];
      return [];
    });
    if (rules.length > 0) throw new RulesBroken(rules);
  }

  private async send(change: Change, sender: Types.ObjectId, product: Types.ObjectId, referrals: ReferralDocument[]): Promise<void> {
    const { session } = change;
    const { behaviour, events, notifications, feed } = this.dependencies;
    await insert(this.models.referrals, referrals, session);
    await behaviour.noteInteractions(session, sender, [product], { increments: { referrals: 1 } });
    for (const { _id, recipient } of referrals) {
      const subject = { type: 'Referral', id: _id };
      await notifications.notify(change, { recipient, kind: 'PRODUCT_REFERRED', actor: sender, subject });
      await events.emit(change, 'published', { event: 'REFERRAL_SENT', subject, product });
    }
    await feed.recordActivity(change, { actor: sender, kind: 'REFERRED', subject: { type: 'Product', id: product } });
  }

  /** What a recipient did with a referral; a step that was made already changes nothing. @throws RulesBroken NOT_FOUND */
  async respondToReferral(
    recipient: Types.ObjectId,
    id: Types.ObjectId,
    response: 'SEEN' | 'OPENED' | 'DISMISSED',
  ): Promise<ReferralDocument> {
    const { referrals } = this.models;
    const received = await referrals.findOne({ _id: id, recipient }, { sender: 1 }).lean();
    if (!received || (await this.dependencies.socialGraph.isSeparated(recipient, received.sender)))
      throw broken('NOT_FOUND', 'There is no such referral.', 'referralId');
    await referrals.updateOne(
      { _id: id, recipient, status: { $in: before[response] } },
      { $set: { status: response, updatedAt: new Date() } },
    );
    return (await referrals.findById(id).lean())!;
  }

  /** Whoever orders a product fulfils every referral of it, and its sender hears of it. */
  async fulfil(change: Change, { order }: DomainEvents['orderStatusChanged']): Promise<void> {
    const { status, buyer, items } = order;
    if (status !== 'PLACED') return;
    const { session } = change;
    const { referrals } = this.models;
    const open = { recipient: buyer, product: { $in: items.map(({ product }) => product) }, status: { $in: before.BOUGHT } };
    const fulfilled = await referrals.find(open).session(session).lean();
    for (const { _id, sender, product } of fulfilled) {
      await referrals.updateOne({ _id }, { $set: { status: 'BOUGHT', updatedAt: new Date() } }, { session });
      const subject = { type: 'Referral', id: _id };
      await this.dependencies.notifications.notify(change, { recipient: sender, kind: 'REFERRAL_BOUGHT', actor: buyer, subject });
      await this.dependencies.events.emit(change, 'published', { event: 'REFERRAL_BOUGHT', subject, product });
    }
  }

  /** Referrals of another shop or data set, in bulk; nobody is told. @returns how many were new */
  importReferrals(referrals: readonly ReferralDocument[]): Promise<number> {
    return insertMissing(this.models.referrals, referrals);
  }
}

function newReferral(sender: Types.ObjectId, recipient: Types.ObjectId, { product, message }: NewReferral): ReferralDocument {
  const now = new Date();
  return { _id: new Types.ObjectId(), sender, recipient, product, message, status: 'SENT', createdAt: now, updatedAt: now };
}

export function checkReferral(text: string, recipients: number): void {
  new InputRules()
    .text(text, { max: 1000 }, 'message')
    .require(recipients > 0, 'REQUIRED', 'Choose at least one user.', 'toUserIds')
    .require(recipients <= maxRecipients, 'TOO_LONG', message('Choose at most {max} users at once.', { max: maxRecipients }), 'toUserIds')
    .check();
}

const newestFirst = [
  ['createdAt', -1],
  ['_id', -1],
] as const;

/** @param hidden whose referrals the recipient does not see */
export function receivedReferrals(recipient: Types.ObjectId, hidden: Types.ObjectId[]): ListDefinition {
  return { name: 'referrals', filter: { recipient, ...(hidden.length > 0 && { sender: { $nin: hidden } }) }, order: newestFirst };
}

export function sentReferrals(sender: Types.ObjectId): ListDefinition {
  return { name: 'sentReferrals', filter: { sender }, order: newestFirst };
}
