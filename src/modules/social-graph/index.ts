export { SocialGraphResolver } from './social-graph.resolver.js';
export { allFollows, followedBy, importFollows } from './social-graph.service.js';
