/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  follows: {
    what: 'Which users follow which, and since when',
    why: 'To fill feeds, and for recommendations (contract)',
    retention: 'until the account is deleted',
    seenBy: 'Everybody',
  },
  blocks: {
    what: 'Which users blocked which, and since when',
    why: 'To keep the two apart (contract)',
    retention: 'until the account is deleted',
    seenBy: 'The person who blocked',
  },
};
