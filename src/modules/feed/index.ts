export { FeedFanOut } from './fan-out.js';
export { FeedItemResolver, ViewerFeedResolver } from './feed.resolver.js';
export { recordActivity, withdrawActivity } from './feed.service.js';
