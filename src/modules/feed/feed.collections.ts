/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  activities: {
    what: 'What a user did in public',
    why: 'To bring it into their followers’ feeds (contract)',
    retention: '`FEED_RETENTION`',
    seenBy: 'The followers',
  },
  feed_items: {
    what: 'Activities in the feed of each follower',
    why: 'To show the feed (contract)',
    retention: '`FEED_RETENTION`',
    seenBy: 'The follower',
  },
};
