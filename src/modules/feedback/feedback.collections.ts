/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  merchant_feedback: {
    what: 'What buyers tell merchants, and the answers',
    why: 'To deliver it (contract)',
    retention: 'until both accounts are deleted; after either without their name',
    seenBy: 'The two of them',
  },
  feedback_tallies: {
    what: 'How much feedback a merchant has',
    why: 'To show them sums (contract)',
    retention: 'until the merchant’s account is deleted',
    seenBy: 'The merchant',
  },
};
