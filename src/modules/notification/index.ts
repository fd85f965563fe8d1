import type { Realtime } from '../../realtime/index.js';
import type { DomainListeners } from '../domain-events.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments, updateSome, type PersonalData } from '../personal-data.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { notificationLoaders } from './notification.loader.js';
import { notificationModels, type NotificationModels } from './notification.model.js';
import { NotificationResolver, ViewerNotificationsResolver } from './notification.resolver.js';
import { NotificationService, notificationTopic } from './notification.service.js';
import { collections } from './notification.collections.js';

export interface NotificationOptions {
  /** Milliseconds that a notification is kept after it last happened. */
  retention: number;
  /** Milliseconds in which the same deed of the same person, taken back and done again, is told once. */
  repeatWindow: number;
}

export type NotificationModule = ReturnType<typeof notificationModule>;
/** How other features tell users what concerns them. */
export type NotificationVerbs = NotificationModule['verbs'];

/** What happened that concerns a user, and which kinds of it they want to hear of. */
export function notificationModule(
  { database, realtime, nodes }: Foundation,
  { users, socialGraph }: { users: UserVerbs; socialGraph: SocialGraphVerbs },
  { retention, repeatWindow }: NotificationOptions,
) {
  const models = notificationModels(database, retention);
  const loaders = notificationLoaders(models);
  const notifications = new NotificationService({ models, realtime, socialGraph, repeatWindow });
  const dependencies = { notifications, models, loaders, nodes, users, socialGraph };
  return describeModule({
    name: 'notification',
    collections,
    resolvers: [new NotificationResolver(dependencies), new ViewerNotificationsResolver(dependencies)],
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
      notificationsOfOthers(models, realtime),
    ],
    verbs: verbs(notifications, ['notify']),
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
