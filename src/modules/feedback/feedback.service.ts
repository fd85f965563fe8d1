import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { createOnce } from '../../store/idempotency.js';
import { ProductModel } from '../catalog/index.js';
import { notify } from '../notification/index.js';
import { isBlocked } from '../social-graph/index.js';
import { registerOwnedDocuments, registerPersonalData, UserModel } from '../user/index.js';
import {
  feedbackKinds,
  FeedbackModel,
  FeedbackTallyModel,
  type FeedbackDocument,
  type FeedbackKindName,
  type FeedbackTallyDocument,
} from './feedback.model.js';

export interface NewFeedback {
  merchant: Types.ObjectId;
  product: Types.ObjectId | null;
  kind: FeedbackKindName;
  body: string;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken */
export async function sendMerchantFeedback(sender: Types.ObjectId, input: NewFeedback): Promise<FeedbackDocument> {
  new InputRules().text(input.body, { least: 1, most: 5000 }, 'body').check();
  const id = await recordChange([`feedback:${input.merchant.toHexString()}`], async (change) => {
    const request = { user: sender, operation: 'sendMerchantFeedback', key: input.idempotencyKey };
    const { id } = await createOnce(change.session, request, (_id) => insertFeedback(change, _id, sender, input));
    return id;
  });
  return (await FeedbackModel.findById(id).lean())!;
}

async function insertFeedback(change: Change, _id: Types.ObjectId, sender: Types.ObjectId, input: NewFeedback): Promise<void> {
  const { session } = change;
  const { merchant, product, kind, body } = input;
  if (merchant.equals(sender)) throw broken('NOT_ALLOWED', 'You cannot send feedback to yourself.', 'merchantId');
  if (!(await UserModel.exists({ _id: merchant, roles: 'MERCHANT' }).session(session)))
    throw broken('NOT_FOUND', 'There is no such merchant.', 'merchantId');
  if (product && !(await ProductModel.exists({ _id: product, merchant }).session(session)))
    throw broken('NOT_FOUND', 'This merchant has no such product.', 'productId');
  if (await isBlocked(merchant, sender)) throw broken('NOT_ALLOWED', 'This merchant does not want that.', 'merchantId');
  const feedback = { _id, sender, merchant, product, kind, body, answer: null, answeredAt: null, createdAt: new Date() };
  await FeedbackModel.collection.insertOne(feedback, { session });
  for (const scope of product ? [null, product] : [null]) await count(change, merchant, scope, kind);
  await notify(change, { recipient: merchant, kind: 'FEEDBACK_RECEIVED', actor: sender, subject: { type: 'MerchantFeedback', id: _id } });
}

const tallyKey = (merchant: Types.ObjectId, product: Types.ObjectId | null): string =>
  product ? `${merchant.toHexString()}:${product.toHexString()}` : merchant.toHexString();

async function count({ session }: Change, merchant: Types.ObjectId, product: Types.ObjectId | null, kind: FeedbackKindName): Promise<void> {
  await FeedbackTallyModel.updateOne(
    { _id: tallyKey(merchant, product) },
    { $inc: { total: 1, [`kinds.${kind}`]: 1 }, $setOnInsert: { merchant, product } },
    { upsert: true, session },
  );
}

/** The merchant's answer; the sender is told. @throws RulesBroken */
export async function answerMerchantFeedback(merchant: Types.ObjectId, id: Types.ObjectId, body: string): Promise<FeedbackDocument> {
  new InputRules().text(body, { least: 1, most: 5000 }, 'body').check();
  return recordChange([`feedback:${merchant.toHexString()}`], async (change) => {
    const answered = await FeedbackModel.findOneAndUpdate(
      { _id: id, merchant },
      { $set: { answer: body, answeredAt: new Date() } },
      { returnDocument: 'after', session: change.session },
    ).lean();
    if (!answered) throw broken('NOT_FOUND', 'There is no such feedback.', 'feedbackId');
    await notify(change, {
      recipient: answered.sender,
      kind: 'FEEDBACK_ANSWERED',
      actor: merchant,
      subject: { type: 'MerchantFeedback', id },
    });
    return answered;
  });
}

export interface KindCount {
  kind: FeedbackKindName;
  count: number;
}

export function countsOf(tally: Pick<FeedbackTallyDocument, 'kinds'> | null): KindCount[] {
  return feedbackKinds.map((kind) => ({ kind, count: tally?.kinds[kind] ?? 0 }));
}

export async function totalTally(merchant: Types.ObjectId): Promise<FeedbackTallyDocument | null> {
  return await FeedbackTallyModel.findById(tallyKey(merchant, null)).lean();
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
  const filter = {
    merchant,
    ...(kind && { kind }),
    ...(product && { product }),
    ...(typeof answered === 'boolean' && { answeredAt: answered ? { $ne: null } : null }),
    ...(hidden.length > 0 && { sender: { $nin: hidden } }),
  };
  return { name: 'merchantFeedback', filter, order: newestFirst };
}

export function sentFeedback(sender: Types.ObjectId): ListDefinition {
  return { name: 'sentFeedback', filter: { sender }, order: newestFirst };
}

registerOwnedDocuments({ name: 'feedbackSent', model: FeedbackModel, owner: 'sender', erase: 'ANONYMISE', texts: ['body'] });
registerOwnedDocuments({ name: 'feedbackReceived', model: FeedbackModel, owner: 'merchant', erase: 'ANONYMISE', texts: ['answer'] });
registerPersonalData({
  name: 'feedbackCounts',
  collect: async () => [],
  erase: async ({ session, user }) => void (await FeedbackTallyModel.deleteMany({ merchant: user }, { session })),
});
