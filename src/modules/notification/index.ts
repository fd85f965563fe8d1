import { Receiver } from '../../outbound/receiver.js';
import type { Realtime } from '../../realtime/index.js';
import type { DomainListeners } from '../domain-events.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { deleteSome, ownedDocuments, updateSome, type PersonalData } from '../personal-data.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { Departures } from './departures.js';
import { Digests } from './digests.js';
import { notificationLoaders } from './notification.loader.js';
import { notificationModels, type NotificationModels } from './notification.model.js';
import { NotificationResolver, ViewerNotificationsResolver } from './notification.resolver.js';
import { NotificationService, notificationTopic } from './notification.service.js';
import { collections } from './notification.collections.js';
import { NotifiedReader, type ReadAs } from './notified.js';
import { PushDevices } from './push-devices.js';
import { PushSender, pushTimeout, type WebPushKeys } from './push-sender.js';
import { PushResolver, ViewerPushResolver } from './push.resolver.js';

export type { ReadAs } from './notified.js';
export type { WebPushKeys } from './push-sender.js';

export interface NotificationOptions {
  /** Milliseconds that a notification is kept after it last happened. */
  retention: number;
  /** Milliseconds in which the same deed of the same person, taken back and done again, is told once. */
  repeatWindow: number;
  /** Keys to send push messages with; null where none are sent. */
  webPush: WebPushKeys | null;
  /** Whether push services may be on private networks, and without TLS. */
  allowPrivate: boolean;
  /** IANA name, of the morning when digests are sent. */
  timeZone: string;
  shopName: string;
  publicUrl: string;
  productUrlOf: (slug: string) => string;
}

export type NotificationModule = ReturnType<typeof notificationModule>;
/** How other features tell users what concerns them. */
export type NotificationVerbs = NotificationModule['verbs'];

/** What happened that concerns a user, and which kinds of it they want to hear of. */
export function notificationModule(
  { database, realtime, nodes, keys, mail: outbox, log }: Foundation,
  { users, socialGraph }: { users: UserVerbs; socialGraph: SocialGraphVerbs },
  options: NotificationOptions,
) {
  const { repeatWindow, webPush, allowPrivate, timeZone } = options;
  const models = notificationModels(database, options.retention);
  const loaders = notificationLoaders(models);
  const notified = new NotifiedReader({ users, socialGraph, ...options });
  const departures = new Departures(models, timeZone);
  const notifications = new NotificationService({ models, realtime, socialGraph, departures, repeatWindow });
  const devices = new PushDevices({ models, realtime, allowPrivate, enabled: webPush !== null });
  const digests = new Digests({ models, notifications, notified, users, realtime, outbox, keys, log, ...options });
  const receiver = new Receiver({ allowPrivate, timeout: pushTimeout });
  const pushSender = webPush && new PushSender({ models, realtime, receiver, devices, notified, users, keys: webPush, log });
  const dependencies = { notifications, models, loaders, nodes, users, socialGraph };
  return describeModule({
    name: 'notification',
    collections,
    resolvers: [
      new NotificationResolver(dependencies),
      new ViewerNotificationsResolver(dependencies),
      new PushResolver(devices),
      new ViewerPushResolver(devices, webPush?.publicKey ?? null),
    ],
    nodes: {
      async Notification(id, context) {
        const notification = await context.load(loaders.notificationById, id);
        return notification && context.signedIn?.userId.equals(notification.recipient) ? notification : null;
      },
    },
    on: listeners(notifications),
    personalData: [
      ownedDocuments({ name: 'notifications', model: models.notifications, owner: 'recipient', erase: 'DELETE' }),
      ownedDocuments({ name: 'notificationPreferences', model: models.preferences, owner: '_id', erase: 'DELETE' }),
      ownedDocuments({
        name: 'pushDevices',
        model: models.devices,
        owner: 'user',
        erase: 'DELETE',
        withheld: ['_id', 'session', 'p256dh', 'auth'],
      }),
      notExported('pushMessages', (step) => deleteSome(models.pushes, { user: step.user }, step)),
      notExported('notificationDigests', (step) => deleteSome(models.digests, { _id: step.user }, step)),
      notExported('pushMessagesOfOthers', (step) => updateSome(models.pushes, { actor: step.user }, { $set: { actor: null } }, step)),
      notificationsOfOthers(models, realtime),
    ],
    workers: [digests.worker, ...(pushSender ? [pushSender.worker] : [])],
    verbs: {
      ...verbs(notifications, ['notify']),
      isUnsubscribeLink: digests.isUnsubscribeLink.bind(digests),
      unsubscribe: digests.unsubscribe.bind(digests),
      /** Says how what notifications are about is read. Until then nothing leaves. */
      readAs: (read: ReadAs) => void (notified.read = read),
    },
  });
}

function listeners(notifications: NotificationService): DomainListeners {
  return {
    /** Others are not told of what is out of sight; its author is. */
    contentModerated: (change, { author, content, visible }) => notifications.show(change, author, content, visible),
    contentHeld: (change, { author, content }) => notifications.show(change, author, content, false),
    followed: (change, { follower, followee }) =>
      notifications.notify(change, { recipient: followee, kind: 'FOLLOWED', actor: follower, subject: { type: 'User', id: followee } }),
    /** A delivered order asks the buyer what they think of each product. */
    async orderStatusChanged(change, { order: { status, buyer, items }, silent }) {
      if (status !== 'DELIVERED' || silent) return;
      for (const { product } of items) {
        const subject = { type: 'Product', id: product };
        await notifications.notify(change, { recipient: buyer, kind: 'REVIEW_REQUESTED', actor: null, subject });
      }
    },
  };
}

/** What is on its way says nothing that the export does not say elsewhere. */
function notExported(name: string, erase: PersonalData['erase']): PersonalData {
  return { name, collect: async () => [], erase };
}

function notificationsOfOthers({ notifications }: NotificationModels, { eventLog }: Realtime): PersonalData {
  return {
    name: 'notificationsOfOthers',
    collect: async () => [],
    async erase(step) {
      const { session, user, max } = step;
      const found = await updateSome(notifications, { actors: user }, { $pull: { actors: user } }, step);
      return Math.max(found, await eventLog.dropTopic(session, notificationTopic(user), max));
    },
  };
}
