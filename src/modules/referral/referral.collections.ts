/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  referrals: {
    what: 'Products that a user recommends to another, the message, and what the other did with it',
    why: 'To deliver it, and to tell the sender (contract)',
    retention: 'until the recipient’s account is deleted; after the sender’s without the sender',
    seenBy: 'The two of them',
  },
};
