import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { FollowDocument, SocialGraphModels } from './social-graph.model.js';

export interface SocialGraphLoaders {
  followeePages: LoaderDefinition<ListKey, Connection<FollowDocument>>;
  followerPages: LoaderDefinition<ListKey, Connection<FollowDocument>>;
}

export function socialGraphLoaders({ follows }: SocialGraphModels): SocialGraphLoaders {
  return {
    followeePages: pagesByParent<FollowDocument>(follows, 'follower'),
    followerPages: pagesByParent<FollowDocument>(follows, 'followee'),
  };
}
