import { Types } from 'mongoose';
import { broken, RulesBroken, type BrokenRule } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { createOnce } from '../../store/idempotency.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { ProductModel } from '../catalog/index.js';
import { recordActivity } from '../feed/index.js';
import { notify } from '../notification/index.js';
import { onOrderStatus } from '../order/index.js';
import { blockersAmong } from '../social-graph/index.js';
import { registerOwnedDocuments, UserModel } from '../user/index.js';
import { ReferralModel, type ReferralDocument, type ReferralStatusName } from './referral.model.js';

const mostRecipients = 50;

export interface NewReferral {
  product: Types.ObjectId;
  recipients: Types.ObjectId[];
  message: string;
  idempotencyKey?: string | null;
}

/**
 * Recommends a product to users, to all of them or to none. Whoever has it from the same sender already keeps that
 * one, so a retry changes nothing.
 * @throws RulesBroken naming every recipient who cannot have it
 */
export async function referProduct(sender: Types.ObjectId, input: NewReferral): Promise<ReferralDocument[]> {
  const { product, recipients } = input;
  new InputRules()
    .text(input.message, { most: 1000 }, 'message')
    .require(recipients.length > 0, 'REQUIRED', 'Name at least one user.', 'toUserIds')
    .require(recipients.length <= mostRecipients, 'TOO_LONG', `Name at most ${mostRecipients} users at once.`, 'toUserIds')
    .check();
  const distinct = [...new Map(recipients.map((id) => [id.toHexString(), id])).values()];
  await recordChange([`referrals:${sender.toHexString()}`], async (change) => {
    const request = { user: sender, operation: 'referProduct', key: input.idempotencyKey };
    await createOnce(change.session, request, () => referToEach(change, sender, distinct, input));
  });
  return await ReferralModel.find({ sender, recipient: { $in: distinct }, product }).lean();
}

async function referToEach(change: Change, sender: Types.ObjectId, recipients: Types.ObjectId[], input: NewReferral): Promise<void> {
  const { session } = change;
  const { product } = input;
  if (!(await ProductModel.exists({ _id: product }).session(session))) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
  await requireWelcome(session, sender, input.recipients);
  const earlier = await ReferralModel.find({ sender, recipient: { $in: recipients }, product })
    .session(session)
    .lean();
  const fresh = recipients.filter((recipient) => !earlier.some((one) => one.recipient.equals(recipient)));
  if (fresh.length > 0)
    await send(
      change,
      sender,
      product,
      fresh.map((recipient) => newReferral(sender, recipient, input)),
    );
}

async function requireWelcome(session: ClientSession, sender: Types.ObjectId, recipients: Types.ObjectId[]): Promise<void> {
  const known = await UserModel.find({ _id: { $in: recipients }, bannedAt: null }, { _id: 1 })
    .session(session)
    .lean();
  const blockers = await blockersAmong(recipients, sender);
  const rules: BrokenRule[] = recipients.flatMap((recipient, at): BrokenRule[] => {
    const field = ['input', 'toUserIds', String(at)];
    if (recipient.equals(sender)) return [{ code: 'NOT_ALLOWED', message: 'You cannot recommend to yourself.', field }];
    if (!known.some(({ _id }) => _id.equals(recipient))) return [{ code: 'NOT_FOUND', message: 'There is no such user.', field }];
    if (blockers.has(recipient.toHexString())) return [{ code: 'NOT_ALLOWED', message: 'This user does not want that.', field }];
    return [];
  });
  if (rules.length > 0) throw new RulesBroken(rules);
}

function newReferral(sender: Types.ObjectId, recipient: Types.ObjectId, { product, message }: NewReferral): ReferralDocument {
  const now = new Date();
  return { _id: new Types.ObjectId(), sender, recipient, product, message, status: 'SENT', createdAt: now, updatedAt: now };
}

async function send(change: Change, sender: Types.ObjectId, product: Types.ObjectId, referrals: ReferralDocument[]): Promise<void> {
  const { session } = change;
  await ReferralModel.collection.insertMany(referrals, { session });
  await noteInteractions(session, sender, [product], { increments: { referrals: 1 } });
  for (const { _id, recipient } of referrals)
    await notify(change, { recipient, kind: 'PRODUCT_REFERRED', actor: sender, subject: { type: 'Referral', id: _id } });
  await recordActivity(change, { actor: sender, kind: 'REFERRED', subject: { type: 'Product', id: product } });
}

/** From which statuses a response leads on: nobody goes back, and what was bought stays bought. */
const before: Record<Exclude<ReferralStatusName, 'SENT'>, readonly ReferralStatusName[]> = {
  SEEN: ['SENT'],
  OPENED: ['SENT', 'SEEN', 'DISMISSED'],
  DISMISSED: ['SENT', 'SEEN', 'OPENED'],
  BOUGHT: ['SENT', 'SEEN', 'OPENED', 'DISMISSED'],
};

/** What a recipient did with a referral; a step that was made already changes nothing. @throws RulesBroken NOT_FOUND */
export async function respondToReferral(
  recipient: Types.ObjectId,
  id: Types.ObjectId,
  response: 'SEEN' | 'OPENED' | 'DISMISSED',
): Promise<ReferralDocument> {
  await ReferralModel.updateOne(
    { _id: id, recipient, status: { $in: before[response] } },
    { $set: { status: response, updatedAt: new Date() } },
  );
  const referral = await ReferralModel.findOne({ _id: id, recipient }).lean();
  if (!referral) throw broken('NOT_FOUND', 'There is no such referral.', 'referralId');
  return referral;
}

/** Whoever orders a product fulfils every referral of it, and its sender hears of it. */
onOrderStatus(async (change, { status, buyer, items }) => {
  if (status !== 'PLACED') return;
  const { session } = change;
  const open = { recipient: buyer, product: { $in: items.map(({ product }) => product) }, status: { $in: before.BOUGHT } };
  const fulfilled = await ReferralModel.find(open).session(session).lean();
  for (const { _id, sender } of fulfilled) {
    await ReferralModel.updateOne({ _id }, { $set: { status: 'BOUGHT', updatedAt: new Date() } }, { session });
    await notify(change, { recipient: sender, kind: 'REFERRAL_BOUGHT', actor: buyer, subject: { type: 'Referral', id: _id } });
  }
});

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

registerOwnedDocuments({ name: 'referralsSent', model: ReferralModel, owner: 'sender', erase: 'ANONYMISE', texts: ['message'] });
registerOwnedDocuments({ name: 'referralsReceived', model: ReferralModel, owner: 'recipient', erase: 'DELETE' });
