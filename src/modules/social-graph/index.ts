export { SocialGraphResolver, ViewerBlocksResolver } from './social-graph.resolver.js';
export { allFollows, followedBy, hiddenAuthorsOf, hiddenFrom, importFollows, isBlocked } from './social-graph.service.js';
