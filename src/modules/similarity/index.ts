import type { ReviewVerbs } from '../review/index.js';
import { describeModule, type Foundation } from '../module.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { similarityLoaders } from './similarity.loader.js';
import { UserSimilarityResolver, ViewerSimilarUsersResolver } from './similarity.resolver.js';
import { SimilarityService } from './similarity.service.js';

export interface SimilarityDependencies {
  users: UserVerbs;
  reviews: ReviewVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Which users have a similar taste. */
export function similarityModule(_foundation: Foundation, { users, reviews, socialGraph }: SimilarityDependencies) {
  const similarity = new SimilarityService(reviews);
  const loaders = similarityLoaders(reviews);
  const dependencies = { similarity, loaders, users, socialGraph };
  return describeModule({
    name: 'similarity',
    resolvers: [new ViewerSimilarUsersResolver(dependencies), new UserSimilarityResolver(dependencies)],
    verbs: {},
  });
}
