/** Tells users what concerns them, in the transaction of what happened. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { ListDefinition } from '../../relay/connection.js';
import { dropTopics, recordChange, type Change } from '../../realtime/index.js';
import { onOrderStatus } from '../order/index.js';
import { isBlocked, onFollows } from '../social-graph/index.js';
import { registerOwnedDocuments, registerPersonalData } from '../user/index.js';
import { notificationKinds, NotificationModel, NotificationPreferencesModel, type NotificationKindName } from './notification.model.js';

const mostActors = 100;
const mostCounted = 1000;

export const notificationTopic = (recipient: Types.ObjectId): string => `notifications:${recipient.toHexString()}`;

export interface Notice {
  recipient: Types.ObjectId;
  kind: NotificationKindName;
  /** Who did it; null where it was the shop. */
  actor: Types.ObjectId | null;
  subject: { type: string; id: Types.ObjectId };
}

/** Nobody hears of what they did themselves, of whom they have blocked, or of kinds they have muted. */
export async function notify(change: Change, { recipient, kind, actor, subject }: Notice): Promise<void> {
  if (actor?.equals(recipient)) return;
  if (actor && (await isBlocked(recipient, actor))) return;
  const { session } = change;
  if (await NotificationPreferencesModel.exists({ _id: recipient, muted: kind }).session(session)) return;
  const content = `${subject.type}:${subject.id.toHexString()}`;
  const unreadGroup = `${kind}:${content}`;
  const earlier = await NotificationModel.findOne({ recipient, unreadGroup }).session(session).lean();
  const notification = earlier?._id ?? new Types.ObjectId();
  const at = new Date();
  if (earlier) {
    const join = actor && earlier.actors.length < mostActors ? { $addToSet: { actors: actor } } : {};
    await NotificationModel.updateOne({ _id: notification }, { $set: { at }, ...join }, { session });
  } else {
    const actors = actor ? [actor] : [];
    const fresh = {
      _id: notification,
      recipient,
      kind,
      subjectType: subject.type,
      subject: subject.id,
      actors,
      unreadGroup,
      at,
      readAt: null,
    };
    await NotificationModel.collection.insertOne(fresh, { session });
  }
  await change.emit(notificationTopic(recipient), 'NOTIFICATION_RECEIVED', { notification, content, ...(actor && { author: actor }) });
}

/** @param hidden whose doings the recipient does not see */
export function notificationList(recipient: Types.ObjectId, hidden: Types.ObjectId[], unread: boolean): ListDefinition {
  const seen = { $or: [{ actors: { $size: 0 } }, { actors: { $elemMatch: { $nin: hidden } } }] };
  return {
    name: unread ? 'notifications/unread' : 'notifications',
    filter: { recipient, ...(unread && { readAt: null }), ...(hidden.length > 0 && seen) },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

/** How many are unread, counted up to a thousand. */
export function unreadCount(recipient: Types.ObjectId): Promise<number> {
  return NotificationModel.countDocuments({ recipient, unreadGroup: { $exists: true } }, { limit: mostCounted }).exec();
}

/** Marks some, or all up to now. @returns how many stay unread. @throws RulesBroken NOT_FOUND for what is not one's own */
export async function markRead(recipient: Types.ObjectId, ids: Types.ObjectId[] | null): Promise<number> {
  await recordChange([`notifications:${recipient.toHexString()}`], async ({ session }) => {
    const which = ids ? { _id: { $in: ids }, recipient } : { recipient, unreadGroup: { $exists: true } };
    if (ids && (await NotificationModel.countDocuments(which).session(session)) < new Set(ids.map(String)).size)
      throw broken('NOT_FOUND', 'There is no such notification.', 'notificationIds');
    await NotificationModel.updateMany(
      { ...which, readAt: null },
      { $set: { readAt: new Date() }, $unset: { unreadGroup: 1 } },
      { session },
    );
  });
  return unreadCount(recipient);
}

export interface Preference {
  kind: NotificationKindName;
  enabled: boolean;
}

export async function preferencesOf(user: Types.ObjectId): Promise<Preference[]> {
  const muted = (await NotificationPreferencesModel.findById(user).lean())?.muted ?? [];
  return notificationKinds.map((kind) => ({ kind, enabled: !muted.includes(kind) }));
}

/** Kinds that are left out stay as they are. */
export async function updatePreferences(user: Types.ObjectId, changes: Preference[]): Promise<Preference[]> {
  const off = changes.filter(({ enabled }) => !enabled).map(({ kind }) => kind);
  const on = changes.filter(({ enabled }) => enabled).map(({ kind }) => kind);
  await recordChange([`notifications:${user.toHexString()}`], async ({ session }) => {
    await NotificationPreferencesModel.updateOne({ _id: user }, { $addToSet: { muted: { $each: off } } }, { upsert: true, session });
    await NotificationPreferencesModel.updateOne({ _id: user }, { $pullAll: { muted: on } }, { session });
  });
  return preferencesOf(user);
}

onFollows({
  onFollow: (change, follower, followee) =>
    notify(change, { recipient: followee, kind: 'FOLLOWED', actor: follower, subject: { type: 'User', id: followee } }),
});

/** A delivered order asks the buyer what they think of each product. */
onOrderStatus(async (change, { status, buyer, items }) => {
  if (status !== 'DELIVERED') return;
  for (const { product } of items)
    await notify(change, { recipient: buyer, kind: 'REVIEW_REQUESTED', actor: null, subject: { type: 'Product', id: product } });
});

registerOwnedDocuments({ name: 'notifications', model: NotificationModel, owner: 'recipient', erase: 'DELETE' });
registerOwnedDocuments({ name: 'notificationPreferences', model: NotificationPreferencesModel, owner: '_id', erase: 'DELETE' });
registerPersonalData({
  name: 'notificationsOfOthers',
  collect: async () => [],
  async erase({ session, user }) {
    await NotificationModel.updateMany({ actors: user }, { $pull: { actors: user } }, { session });
    await dropTopics(session, [notificationTopic(user)]);
  },
});
