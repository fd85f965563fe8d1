/** What buyers tell merchants, the merchants' answers, and how much there is of each kind. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import {
  feedbackKinds,
  type FeedbackDocument,
  type FeedbackKindName,
  type FeedbackModels,
  type FeedbackTallyDocument,
} from './feedback.model.js';

export interface NewFeedback {
  merchant: Types.ObjectId;
  product: Types.ObjectId | null;
  kind: FeedbackKindName;
  body: string;
  idempotencyKey?: string | null;
}

export interface KindCount {
  kind: FeedbackKindName;
  count: number;
}

export interface FeedbackSummary {
  total: number;
  byKind: KindCount[];
}

interface FeedbackDependencies {
  models: FeedbackModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  events: DomainEventBus;
  users: UserVerbs;
  catalog: CatalogVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

export class FeedbackService {
  private readonly models: FeedbackModels;

  constructor(private readonly dependencies: FeedbackDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async sendMerchantFeedback(sender: Types.ObjectId, input: NewFeedback): Promise<FeedbackDocument> {
    checkFeedback(input.body);
    const { realtime, idempotency } = this.dependencies;
    const id = await realtime.recordChange([feedbackKey(input.merchant)], async (change) => {
      const request = { user: sender, operation: 'sendMerchantFeedback', key: input.idempotencyKey, input };
      return idempotency.createOnce(change.session, request, (_id) => this.insertFeedback(change, _id, sender, input));
    });
    return requireCreated(await this.models.feedback.findById(id).lean());
  }

  private async insertFeedback(change: Change, _id: Types.ObjectId, sender: Types.ObjectId, input: NewFeedback): Promise<void> {
    const { merchant, product, kind, body } = input;
    await this.requireWelcome(change, sender, input);
    await this.dependencies.screening.requireClean(change, sender, body, 'body');
    const feedback: FeedbackDocument = {
      _id,
      sender,
      merchant,
      product,
      kind,
      body,
      answer: null,
      answeredAt: null,
      answered: false,
      createdAt: new Date(),
    };
    await insert(this.models.feedback, feedback, change.session);
    for (const scope of product ? [null, product] : [null]) await this.count(change, merchant, scope, kind);
    const subject = { type: 'MerchantFeedback', id: _id };
    await this.dependencies.notifications.notify(change, { recipient: merchant, kind: 'FEEDBACK_RECEIVED', actor: sender, subject });
    await this.dependencies.events.emit(change, 'published', { event: 'FEEDBACK_RECEIVED', subject, product, merchant });
  }

  private async requireWelcome({ session }: Change, sender: Types.ObjectId, { merchant, product }: NewFeedback): Promise<void> {
    const { users, catalog, socialGraph } = this.dependencies;
    if (merchant.equals(sender)) throw broken('NOT_ALLOWED', 'You can’t send feedback to yourself.', 'merchantId');
    if (!(await users.knowsMerchant(merchant, session)) || (await socialGraph.isSeparated(merchant, sender, session)))
      throw broken('NOT_FOUND', 'There is no such merchant.', 'merchantId');
    if (product && !(await catalog.merchantOf(product, session))?.equals(merchant))
      throw broken('NOT_FOUND', 'This merchant has no such product.', 'productId');
  }

  private async count(
    { session }: Change,
    merchant: Types.ObjectId,
    product: Types.ObjectId | null,
    kind: FeedbackKindName,
  ): Promise<void> {
    await this.models.tallies.updateOne(
      { _id: tallyKey(merchant, product) },
      { $inc: { total: 1, [`kinds.${kind}`]: 1 }, $setOnInsert: { merchant, product } },
      { upsert: true, session },
    );
  }

  /** The merchant's answer; the sender is told. @throws RulesBroken */
  async answerMerchantFeedback(merchant: Types.ObjectId, id: Types.ObjectId, body: string): Promise<FeedbackDocument> {
    checkFeedback(body);
    const { events, realtime, notifications, screening, socialGraph } = this.dependencies;
    return realtime.recordChange([feedbackKey(merchant)], async (change) => {
      await screening.requireClean(change, merchant, body, 'body');
      const answered = await this.models.feedback
        .findOneAndUpdate(
          { _id: id, merchant },
          { $set: { answer: body, answeredAt: new Date(), answered: true } },
          { returnDocument: 'after', session: change.session },
        )
        .lean();
      if (!answered || (await socialGraph.isSeparated(merchant, answered.sender, change.session)))
        throw broken('NOT_FOUND', 'There is no such feedback.', 'feedbackId');
      const subject = { type: 'MerchantFeedback', id };
      await notifications.notify(change, { recipient: answered.sender, kind: 'FEEDBACK_ANSWERED', actor: merchant, subject });
      await events.emit(change, 'published', { event: 'FEEDBACK_ANSWERED', subject, product: answered.product, merchant });
      return answered;
    });
  }

  async totalTally(merchant: Types.ObjectId): Promise<FeedbackTallyDocument | null> {
    return await this.models.tallies.findById(tallyKey(merchant, null)).lean();
  }
}

const feedbackKey = (merchant: Types.ObjectId): string => `feedback:${merchant.toHexString()}`;

const tallyKey = (merchant: Types.ObjectId, product: Types.ObjectId | null): string =>
  product ? `${merchant.toHexString()}:${product.toHexString()}` : merchant.toHexString();

export function countsOf(tally: Pick<FeedbackTallyDocument, 'kinds'> | null): KindCount[] {
  return feedbackKinds.map((kind) => ({ kind, count: tally?.kinds[kind] ?? 0 }));
}

export function productTallies(merchant: Types.ObjectId): ListDefinition {
  return {
    name: 'feedbackByProduct',
    filter: { merchant, product: { $ne: null } },
    order: [
      ['total', -1],
      ['_id', 1],
    ],
  };
}

const newestFirst = [
  ['createdAt', -1],
  ['_id', -1],
] as const;

export interface FeedbackConditions {
  kind?: FeedbackKindName | null;
  product?: Types.ObjectId;
  answered?: boolean | null;
}

/** @param hidden whose feedback the merchant does not see */
export function receivedFeedback(merchant: Types.ObjectId, hidden: Types.ObjectId[], conditions: FeedbackConditions): ListDefinition {
  const { kind, product, answered } = conditions;
  const isFiltered = [kind, product, answered].some((condition) => condition !== null && condition !== undefined);
  const filter = {
    merchant,
    ...(product && { product }),
    // Each field of the index is named, so that reading it gives the order.
    ...(isFiltered && { kind: kind ?? { $in: [...feedbackKinds] }, answered: answered ?? { $in: [false, true] } }),
    ...(hidden.length > 0 && { sender: { $nin: hidden } }),
  };
  return { name: 'merchantFeedback', filter, order: newestFirst };
}

export function sentFeedback(sender: Types.ObjectId): ListDefinition {
  return { name: 'sentFeedback', filter: { sender }, order: newestFirst };
}

export function checkFeedback(body: string): void {
  new InputRules().text(body, { min: 1, max: 5000 }, 'body').check();
}
