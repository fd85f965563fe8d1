/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  comments: {
    what: 'Comments, and the users they mention',
    why: 'To publish them (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Everybody, unless hidden',
  },
  comment_reactions: {
    what: 'Reactions to comments',
    why: 'To count them (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'The person alone; everybody sees sums',
  },
};
