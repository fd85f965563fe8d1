/** Tells users what concerns them, in the transaction of what happened. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { Language } from '../../messages/index.js';
import { insert } from '../../store/documents.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { channelNames, channelsOf, mutedField, type Channels } from './channels.js';
import type { Departures } from './departures.js';
import {
  notificationKinds,
  type DigestFrequency,
  type NotificationDocument,
  type NotificationKindName,
  type NotificationModels,
} from './notification.model.js';

/** What can be taken back and done again without an end. */
const repeatable: ReadonlySet<NotificationKindName> = new Set<NotificationKindName>([
  'REACTED',
  'REVIEW_ANSWERED',
  'ANSWER_ACCEPTED',
  'FOLLOWED',
  'FEEDBACK_ANSWERED',
]);
const maxActors = 100;
/** A notification that is not shown in the shop. */
const offPage = { hidden: true, offPage: true } as const;
const maxCounted = 1000;
/** How many of those that were all marked at once are answered. */
const maxShown = 100;

export const notificationTopic = (recipient: Types.ObjectId): string => `notifications:${recipient.toHexString()}`;

export interface Notice {
  recipient: Types.ObjectId;
  kind: NotificationKindName;
  /** Who did it; null where it was the shop. */
  actor: Types.ObjectId | null;
  subject: ContentReference;
}

export interface Preference extends Channels {
  kind: NotificationKindName;
}

export interface PreferenceChange {
  /** Channels that are left out stay as they are. */
  kinds: readonly ({ kind: NotificationKindName } & { [Channel in keyof Channels]?: boolean | null })[];
  digest?: DigestFrequency | null;
  /** The language in which the user asks, which is that of their mails from now on. */
  language: Language;
}

interface NotificationDependencies {
  models: NotificationModels;
  realtime: Realtime;
  socialGraph: SocialGraphVerbs;
  departures: Departures;
  /** Milliseconds in which the same deed of the same person is told once. */
  repeatWindow: number;
}

export class NotificationService {
  private readonly models: NotificationModels;

  constructor(private readonly dependencies: NotificationDependencies) {
    this.models = dependencies.models;
  }

  /** Nobody hears of what they did themselves, of whom they have blocked, or of kinds they have muted. */
  async notify(change: Change, notice: Notice): Promise<void> {
    const { recipient, kind, actor, subject } = notice;
    if (actor?.equals(recipient)) return;
    if (actor && (await this.dependencies.socialGraph.isSeparated(recipient, actor, change.session))) return;
    const preferences = await this.models.preferences.findById(recipient).session(change.session).lean();
    const channels = channelsOf(preferences, kind);
    const leaves = preferences !== null && (channels.push || channels.email);
    if (!channels.enabled && !leaves) return;
    if (actor && repeatable.has(kind) && (await this.wasTold(change, notice, actor))) return;
    const content = contentKey(subject);
    const notification = await this.putOnList(change, notice, `${channels.enabled ? '' : 'off page:'}${kind}:${content}`, channels);
    if (leaves) await this.dependencies.departures.add(change, { recipient, notification, actor, channels, preferences });
    if (!channels.enabled) return;
    await change.emit(notificationTopic(recipient), 'NOTIFICATION_RECEIVED', { notification, content, ...(actor && { author: actor }) });
  }

  /** Whether the recipient heard of the same deed of the same person lately: giving, taking back and giving again is told once. */
  private async wasTold({ session }: Change, { recipient, kind, subject }: Notice, actor: Types.ObjectId): Promise<boolean> {
    const since = new Date(Date.now() - this.dependencies.repeatWindow);
    const same = { subject: subject.id, recipient, kind, actors: actor, at: { $gt: since } };
    return (await this.models.notifications.exists(same).session(session)) !== null;
  }

  /** Takes what others than its author were told about content off their lists, or puts it back. */
  async show({ session }: Change, author: Types.ObjectId, { id }: ContentReference, visible: boolean): Promise<void> {
    const told = { subject: id, recipient: { $ne: author }, offPage: { $ne: true } };
    await this.models.notifications.updateMany(told, { $set: { hidden: !visible } }, { session });
  }

  /** Joins the unread notification of the same group, or makes a new one. @returns its id */
  private async putOnList(
    { session }: Change,
    { recipient, kind, actor, subject }: Notice,
    unreadGroup: string,
    { enabled }: Channels,
  ): Promise<Types.ObjectId> {
    const earlier = await this.models.notifications.findOne({ recipient, unreadGroup }).session(session).lean();
    const at = new Date();
    if (earlier) {
      const isNew = actor && !earlier.actors.some((known) => known.equals(actor));
      const join = isNew ? { $push: { actors: { $each: [actor], $slice: -maxActors } } } : {};
      await this.models.notifications.updateOne({ _id: earlier._id, recipient }, { $set: { at }, ...join }, { session });
      return earlier._id;
    }
    const _id = new Types.ObjectId();
    const actors = actor ? [actor] : [];
    const { type: subjectType, id } = subject;
    const fresh = { _id, recipient, kind, subjectType, subject: id, actors, unreadGroup, at, readAt: null, ...(!enabled && offPage) };
    await insert(this.models.notifications, fresh, session);
    return _id;
  }

  /** How many are unread, counted up to a thousand. */
  unreadCount(recipient: Types.ObjectId): Promise<number> {
    return this.models.notifications
      .countDocuments({ recipient, unreadGroup: { $exists: true }, hidden: { $ne: true } }, { limit: maxCounted })
      .exec();
  }

  /**
   * Marks some, or all up to now.
   * @returns which, of all the latest hundred, and how many stay unread
   * @throws RulesBroken NOT_FOUND for what belongs to somebody else
   */
  async markRead(recipient: Types.ObjectId, ids: Types.ObjectId[] | null): Promise<{ marked: NotificationDocument[]; unread: number }> {
    const { notifications } = this.models;
    const marked = await this.dependencies.realtime.recordChange([notificationTopic(recipient)], async ({ session }) => {
      const which = ids ? { _id: { $in: ids }, recipient } : { recipient, unreadGroup: { $exists: true } };
      if (ids && (await notifications.countDocuments(which).session(session)) < new Set(ids.map(String)).size)
        throw broken('NOT_FOUND', 'There is no such notification.', 'notificationIds');
      const latest = ids
        ? []
        : await notifications.find(which, { _id: 1 }).sort({ at: -1, _id: -1 }).limit(maxShown).session(session).lean();
      await notifications.updateMany({ ...which, readAt: null }, { $set: { readAt: new Date() }, $unset: { unreadGroup: 1 } }, { session });
      const marked = ids ?? latest.map(({ _id }) => _id);
      return notifications
        .find({ _id: { $in: marked }, recipient, hidden: { $ne: true } })
        .sort({ at: -1, _id: -1 })
        .session(session)
        .lean();
    });
    return { marked, unread: await this.unreadCount(recipient) };
  }

  async preferencesOf(user: Types.ObjectId): Promise<Preference[]> {
    const preferences = await this.models.preferences.findById(user).lean();
    return notificationKinds.map((kind) => ({ kind, ...channelsOf(preferences, kind) }));
  }

  async digestOf(user: Types.ObjectId): Promise<DigestFrequency> {
    return (await this.models.preferences.findById(user, { digest: 1 }).lean())?.digest ?? 'NEVER';
  }

  /** Kinds, channels and the digest that are left out stay as they are. */
  async updatePreferences(user: Types.ObjectId, { kinds, digest, language }: PreferenceChange): Promise<Preference[]> {
    const { preferences } = this.models;
    await this.dependencies.realtime.recordChange([notificationTopic(user)], async ({ session }) => {
      const set = { language, ...(digest && { digest }) };
      await preferences.updateOne({ _id: user }, { $set: set }, { upsert: true, session });
      for (const channel of channelNames) {
        const field = mutedField[channel];
        const namesOf = (on: boolean) => kinds.filter((change) => change[channel] === on).map(({ kind }) => kind);
        await preferences.updateOne({ _id: user }, { $addToSet: { [field]: { $each: namesOf(false) } } }, { session });
        await preferences.updateOne({ _id: user }, { $pullAll: { [field]: namesOf(true) } }, { session });
      }
      if (digest) await this.dependencies.departures.reschedule(session, user, digest);
    });
    return this.preferencesOf(user);
  }
}

/** @param hidden whose doings the recipient does not see */
export function notificationList(recipient: Types.ObjectId, hidden: Types.ObjectId[], unread: boolean): ListDefinition {
  const seen = { $or: [{ actors: { $size: 0 } }, { actors: { $elemMatch: { $nin: hidden } } }] };
  return {
    name: unread ? 'notifications/unread' : 'notifications',
    filter: { recipient, hidden: { $in: [null, false] }, ...(unread && { readAt: null }), ...(hidden.length > 0 && seen) },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}
