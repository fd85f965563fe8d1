/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  follows: {
    what: 'Who follows whom, and since when',
    why: 'To fill feeds, and for recommendations (contract)',
    kept: 'until the account is deleted',
    seenBy: 'Everybody',
  },
  blocks: {
    what: 'Who blocked whom, and since when',
    why: 'To keep the two apart (contract)',
    kept: 'until the account is deleted',
    seenBy: 'The person who blocked',
  },
};
