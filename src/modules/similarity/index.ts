import type { ReviewVerbs } from '../review/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { ProductFitResolver } from './fit/product-fit.resolver.js';
import { ProductFitService } from './fit/product-fit.service.js';
import { LikeMinded } from './like-minded.js';
import { similarityLoaders } from './similarity.loader.js';
import { UserSimilarityResolver, ViewerSimilarUsersResolver } from './similarity.resolver.js';
import { SimilarityService } from './similarity.service.js';

export type { LikeMindedUser } from './like-minded.js';

/** What other features may ask of likeness. */
export type SimilarityVerbs = ReturnType<typeof similarityModule>['verbs'];

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
  const fit = new ProductFitService({ reviews, users, socialGraph, loaders });
  return describeModule({
    name: 'similarity',
    resolvers: [new ViewerSimilarUsersResolver(dependencies), new UserSimilarityResolver(dependencies), new ProductFitResolver(fit)],
    verbs: verbs(new LikeMinded({ reviews, users, loaders }), ['likeMindedOf']),
  });
}
