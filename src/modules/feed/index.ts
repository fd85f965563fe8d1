import type { Realtime } from '../../realtime/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { deleteSome, ownedDocuments, type PersonalData } from '../personal-data.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { FeedFanOut } from './fan-out.js';
import { feedLoaders } from './feed.loader.js';
import { feedModels, type FeedModels } from './feed.model.js';
import { FeedItemResolver, ViewerFeedResolver } from './feed.resolver.js';
import { FeedService, feedTopic } from './feed.service.js';
import { collections } from './feed.collections.js';

export interface FeedOptions {
  /** Milliseconds that an activity stays in feeds. */
  retention: number;
}

export type FeedModule = ReturnType<typeof feedModule>;
/** How other features bring what somebody did into the feeds of their followers, and take it back. */
export type FeedVerbs = FeedModule['verbs'];

/** What the people whom a user follows do. */
export function feedModule(
  { database, realtime, nodes, log }: Foundation,
  { users, socialGraph }: { users: UserVerbs; socialGraph: SocialGraphVerbs },
  { retention }: FeedOptions,
) {
  const models = feedModels(database, retention);
  const loaders = feedLoaders(models);
  const feed = new FeedService(models);
  const fanOut = new FeedFanOut({ models, realtime, socialGraph, log });
  return describeModule({
    name: 'feed',
    collections,
    resolvers: [new FeedItemResolver({ loaders, nodes, users }), new ViewerFeedResolver(models, nodes)],
    nodes: {
      async FeedItem(id, context) {
        const item = await context.load(loaders.feedItemById, id);
        return item && context.signedIn?.userId.equals(item.owner) ? item : null;
      },
    },
    on: {
      followed: (change, follow) => feed.backfill(change, follow),
      unfollowed: (change, follow) => feed.clear(change, follow),
    },
    personalData: [
      ownedDocuments({ name: 'activities', model: models.activities, owner: 'actor', erase: 'DELETE' }),
      ownedDocuments({ name: 'feed', model: models.items, owner: 'owner', erase: 'DELETE' }),
      feedsOfFollowers(models, realtime),
    ],
    workers: [fanOut.worker],
    verbs: verbs(feed, ['recordActivity', 'withdrawActivity']),
  });
}

function feedsOfFollowers({ items }: FeedModels, { eventLog }: Realtime): PersonalData {
  return {
    name: 'feedsOfFollowers',
    collect: async () => [],
    async erase(step) {
      const { session, user, max } = step;
      return Math.max(await deleteSome(items, { actor: user }, step), await eventLog.dropTopic(session, feedTopic(user), max));
    },
  };
}
