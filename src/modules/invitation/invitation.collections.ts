/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  review_invitations: {
    what: 'Invitations to review what was delivered: buyer, product, order, when they were sent, opened and followed',
    why: 'To ask for reviews (legitimate interest), with a link to unsubscribe in each email',
    retention: 'a year, at the latest until the account is deleted',
    seenBy: 'The merchant, without the buyer',
  },
  invitation_unsubscribed: {
    what: 'A digest of the address of who wants no invitations',
    why: 'To keep to their objection (legal obligation)',
    retention: 'for good, since it leads to nobody who does not give the address again',
    seenBy: 'Nobody',
  },
};
