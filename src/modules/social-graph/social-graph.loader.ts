import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { existsByPair, type Pair } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { FollowDocument, SocialGraphModels } from './social-graph.model.js';

export interface SocialGraphLoaders {
  followeePages: LoaderDefinition<ListKey, Connection<FollowDocument>>;
  followerPages: LoaderDefinition<ListKey, Connection<FollowDocument>>;
  /** Whether a user follows the subject. */
  isFollowing: LoaderDefinition<Pair, boolean>;
  hasBlocked: LoaderDefinition<Pair, boolean>;
}

export function socialGraphLoaders({ follows, blocks }: SocialGraphModels): SocialGraphLoaders {
  return {
    followeePages: pagesByParent<FollowDocument>(follows, 'follower'),
    followerPages: pagesByParent<FollowDocument>(follows, 'followee'),
    isFollowing: existsByPair(follows, { user: 'follower', subject: 'followee' }),
    hasBlocked: existsByPair(blocks, { user: 'blocker', subject: 'blocked' }),
  };
}
