export {
  allFollows,
  blockersAmong,
  followedBy,
  followersAfter,
  hiddenAuthorsOf,
  hiddenFrom,
  importFollows,
  isBlocked,
  isHiddenFrom,
  onFollows,
} from './social-graph.service.js';
export { SocialGraphResolver, ViewerBlocksResolver } from './social-graph.resolver.js';
