import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { FeedItemDocument, FeedModels } from './feed.model.js';

interface OwnItem {
  owner: Types.ObjectId;
  activity: Types.ObjectId;
}

export interface FeedLoaders {
  feedItemById: LoaderDefinition<Types.ObjectId, FeedItemDocument>;
  /** An activity in the feed of the viewer, who is the owner of every key. */
  itemOfActivity: LoaderDefinition<OwnItem, FeedItemDocument>;
}

export function feedLoaders({ items }: FeedModels): FeedLoaders {
  return {
    feedItemById: byId<FeedItemDocument>(items),
    itemOfActivity: {
      cacheKey: ({ owner, activity }) => `${owner.toHexString()}:${activity.toHexString()}`,
      async batch(keys) {
        const { owner } = keys[0]!;
        const found = await items.find({ owner, activity: { $in: keys.map(({ activity }) => activity) } }).lean();
        return keys.map(({ activity }) => found.find((item) => item.activity.equals(activity)) ?? null);
      },
    },
  };
}
