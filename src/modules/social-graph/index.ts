import { describeModule, verbs, type Foundation } from '../module.js';
import { deleteSome, ownedDocuments, type PersonalData } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { BlockService } from './block.service.js';
import { FollowService } from './follow.service.js';
import { socialGraphLoaders } from './social-graph.loader.js';
import { socialGraphModels, type SocialGraphModels } from './social-graph.model.js';
import { SocialGraphResolver, ViewerBlocksResolver } from './social-graph.resolver.js';
import { ViewerRelationResolver } from './viewer-relation.resolver.js';
import { collections } from './social-graph.collections.js';

export type { Hideable } from './block.service.js';

export type SocialGraphModule = ReturnType<typeof socialGraphModule>;
/** Who follows and who blocks whom. */
export type SocialGraphVerbs = SocialGraphModule['verbs'];

/** Follows and blocks. */
export function socialGraphModule({ database, realtime, events }: Foundation, { users }: { users: UserVerbs }) {
  const models = socialGraphModels(database);
  const blocks = new BlockService({ models, realtime, users });
  const follows = new FollowService({ models, realtime, events, users, blocks });
  const dependencies = { models, loaders: socialGraphLoaders(models), blocks, follows, users };
  return describeModule({
    name: 'social-graph',
    collections,
    resolvers: [
      new SocialGraphResolver(dependencies),
      new ViewerBlocksResolver(dependencies),
      new ViewerRelationResolver(dependencies.loaders),
    ],
    nodes: { User: (id, context) => blocks.profile(id, context) },
    externalNodes: { User: (key, context) => blocks.profileByExternalId(key, context) },
    personalData: [
      ownedDocuments({ name: 'following', model: models.follows, owner: 'follower', erase: 'DELETE' }),
      ownedDocuments({ name: 'followers', model: models.follows, owner: 'followee', erase: 'DELETE' }),
      ownedDocuments({ name: 'blockedUsers', model: models.blocks, owner: 'blocker', erase: 'DELETE' }),
      blockedBy(models),
    ],
    verbs: {
      ...verbs(blocks, [
        'hiddenAuthorsOf',
        'hiddenFrom',
        'isHiddenFrom',
        'isSeparated',
        'maySee',
        'separatedAmong',
        'showsTo',
        'visibleUser',
      ]),
      ...verbs(follows, ['followedBy', 'followersAfter', 'importFollows', 'latestFolloweesOf', 'previewFollows']),
    },
  });
}

/** Who has blocked a user is nobody's business, the user's included. */
function blockedBy({ blocks }: SocialGraphModels): PersonalData {
  return {
    name: 'blockedBy',
    collect: async () => [],
    erase: (step) => deleteSome(blocks, { blocked: step.user }, step),
  };
}
