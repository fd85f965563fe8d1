import type { BehaviourVerbs } from '../behaviour/index.js';
import { describeModule, type Foundation } from '../module.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { similarityLoaders } from './similarity.loader.js';
import { SimilarUserResolver, UserSimilarityResolver, ViewerSimilarUsersResolver } from './similarity.resolver.js';
import { SimilarityService } from './similarity.service.js';

export interface SimilarityDependencies {
  users: UserVerbs;
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Which users have a similar taste. */
export function similarityModule(_foundation: Foundation, { users, behaviour, socialGraph }: SimilarityDependencies) {
  const similarity = new SimilarityService(behaviour);
  const loaders = similarityLoaders(behaviour);
  const dependencies = { similarity, loaders, users, socialGraph };
  return describeModule({
    name: 'similarity',
    resolvers: [new SimilarUserResolver(users), new ViewerSimilarUsersResolver(dependencies), new UserSimilarityResolver(dependencies)],
    verbs: {},
  });
}
