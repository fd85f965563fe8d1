/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  notifications: {
    what: 'What happened that concerns a user, and who did it',
    why: 'To tell them (contract)',
    retention: '`NOTIFICATION_RETENTION`',
    seenBy: 'The person alone',
  },
  notification_preferences: {
    what: 'Which kinds of notification a user wants in the shop, on their devices and by email, and their language',
    why: 'To leave them out (contract)',
    retention: 'until the account is deleted',
    seenBy: 'The person alone',
  },
  push_devices: {
    what: 'Browsers that get notifications: address and keys of their push service, kind of browser, language',
    why: 'To send them (consent, given in the browser)',
    retention: 'until they are switched off, their session ends or the push service gives them up',
    seenBy: 'The person alone',
  },
  push_messages: {
    what: 'Which notification is on its way to which browser',
    why: 'To lose none (contract)',
    retention: 'until it is sent, at most a day',
    seenBy: 'Nobody',
  },
  notification_digests: {
    what: 'Notifications to include in the next email',
    why: 'To send it (consent)',
    retention: 'until it is sent',
    seenBy: 'Nobody',
  },
};
