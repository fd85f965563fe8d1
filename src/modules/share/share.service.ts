import { randomInt } from 'node:crypto';
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { createOnce } from '../../store/idempotency.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { ProductModel } from '../catalog/index.js';
import { recordActivity, withdrawActivity } from '../feed/index.js';
import { onOrderStatus } from '../order/index.js';
import { screen } from '../screening/index.js';
import { registerOwnedDocuments } from '../user/index.js';
import { AttributionModel, ShareModel, ShareVisitModel, type ShareChannelName, type ShareDocument } from './share.model.js';

const attributedFor = 30 * 24 * 60 * 60 * 1000;
const codeLength = 9;
/** Without the letters and digits that people mistake for each other. */
const alphabet = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

export interface NewShare {
  product: Types.ObjectId;
  channel: ShareChannelName;
  message: string;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken */
export async function shareProduct(author: Types.ObjectId, input: NewShare): Promise<ShareDocument> {
  new InputRules().text(input.message, { most: 1000 }, 'message').check();
  const id = await recordChange([], async (change) => {
    const request = { user: author, operation: 'shareProduct', key: input.idempotencyKey };
    const { id } = await createOnce(change.session, request, (_id) => insertShare(change, _id, author, input));
    return id;
  });
  return (await ShareModel.findById(id).lean())!;
}

async function insertShare(change: Change, _id: Types.ObjectId, author: Types.ObjectId, input: NewShare): Promise<void> {
  const { session } = change;
  const { product, channel, message } = input;
  if (!(await ProductModel.exists({ _id: product }).session(session))) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
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
    createdAt: new Date(),
    hiddenAt: null,
  };
  await ShareModel.collection.insertOne(share, { session });
  await noteInteractions(session, author, [product], { increments: { shares: 1 } });
  if (channel !== 'FOLLOWERS') return;
  const content = { type: 'Share', id: _id };
  if (await screen(change, { author, content, text: message })) await showShare(change, _id, false);
  else await recordActivity(change, { actor: author, kind: 'SHARED', subject: content });
}

function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Its link leads nowhere from now on. @throws RulesBroken, RequestError FORBIDDEN */
export async function deleteShare(author: Types.ObjectId, id: Types.ObjectId): Promise<ShareDocument> {
  return recordChange([shareKey(id)], async (change) => {
    const { session } = change;
    const share = await ShareModel.findById(id).session(session).lean();
    if (!share) throw broken('NOT_FOUND', 'There is no such share.', 'shareId');
    if (!share.author.equals(author)) throw new RequestError('FORBIDDEN', 'This share is somebody else’s.');
    await ShareModel.deleteOne({ _id: id }, { session });
    await ShareVisitModel.deleteMany({ share: id }, { session });
    await AttributionModel.deleteMany({ share: id }, { session });
    await withdrawActivity(change, id);
    return share;
  });
}

export const shareKey = (id: Types.ObjectId): string => `share:${id.toHexString()}`;

/** @returns null where there is no such share */
export async function authorOfShare(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
  return (await ShareModel.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Takes a share out of sight, or puts it back. @returns its author, or null where there is none */
export async function showShare(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
  const share = await ShareModel.findById(id).session(change.session).lean();
  if (!share) return null;
  if ((share.hiddenAt === null) !== visible) {
    await ShareModel.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session: change.session });
    await change.hideEvents(`Share:${id.toHexString()}`, !visible);
  }
  return share.author;
}

/** A share that was held comes out: its author's followers see it now. */
export async function releaseShare(change: Change, id: Types.ObjectId): Promise<void> {
  const author = await authorOfShare(change.session, id);
  if (author) await recordActivity(change, { actor: author, kind: 'SHARED', subject: { type: 'Share', id } });
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

/** An order of the shared product within thirty days of a visit is the share's; nobody earns one by ordering themselves. */
onOrderStatus(async (change, order, shareToken) => {
  const { session } = change;
  if (order.status === 'CANCELLED') {
    const withdrawn = await AttributionModel.findOneAndDelete({ _id: order._id }, { session }).lean();
    if (withdrawn) await ShareModel.updateOne({ _id: withdrawn.share }, { $inc: { orders: -1 } }, { session });
  }
  if (order.status !== 'PLACED' || !shareToken) return;
  const since = new Date(order.placedAt.getTime() - attributedFor);
  const visit = await ShareVisitModel.findOne({ _id: shareToken, lastAt: { $gte: since } })
    .session(session)
    .lean();
  const share = visit && (await ShareModel.findById(visit.share).session(session).lean());
  if (!share || share.author.equals(order.buyer) || !order.items.some(({ product }) => product.equals(share.product))) return;
  await AttributionModel.collection.insertOne({ _id: order._id, share: share._id }, { session });
  await ShareModel.updateOne({ _id: share._id }, { $inc: { orders: 1 } }, { session });
});

registerOwnedDocuments({ name: 'shares', model: ShareModel, owner: 'author', erase: 'ANONYMISE', texts: ['message'] });
