/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  notifications: {
    what: 'What happened that concerns a user, and who did it',
    why: 'To tell them (contract)',
    kept: '`NOTIFICATION_RETENTION`',
    seenBy: 'The person alone',
  },
  notification_preferences: {
    what: 'Which kinds of notification a user does not want',
    why: 'To leave them out (contract)',
    kept: 'until the account is deleted',
    seenBy: 'The person alone',
  },
};
