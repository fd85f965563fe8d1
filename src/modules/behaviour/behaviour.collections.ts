/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  behaviour_events: {
    what: 'Views, clicks and add-to-carts of users and of visitors by a random ID',
    why: 'For recommendations (consent to tracking)',
    retention: '`BEHAVIOUR_RETENTION`, or until consent is withdrawn',
    seenBy: 'The person alone',
  },
  interactions: {
    what: 'What a user did with a product, added up: views, clicks, carts, purchases, ratings, comments, questions, shares, referrals',
    why: 'For recommendations and trends (consent to tracking for what is tracked; legitimate interest in sums of the rest)',
    retention: 'until the account is deleted; what was tracked until consent is withdrawn',
    seenBy: 'The person alone',
  },
  consents: {
    what: 'Decisions about tracking and personalisation, with time and version of the wording',
    why: 'To prove consent (legal obligation)',
    retention: 'the latest until the account is deleted, or `VISITOR_CONSENT_LIFETIME` for visitors; earlier ones `CONSENT_RETENTION`',
    seenBy: 'The person alone',
  },
};
