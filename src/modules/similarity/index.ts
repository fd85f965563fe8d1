export { SimilarUserResolver, UserSimilarityResolver, ViewerSimilarUsersResolver } from './similarity.resolver.js';
