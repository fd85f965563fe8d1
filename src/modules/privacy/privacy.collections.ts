/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  erasures: {
    what: 'Accounts that are being erased, with the names to take out of texts (encrypted)',
    why: 'To carry out the erasure (legal obligation)',
    retention: 'until the erasure is done',
    seenBy: 'Nobody',
  },
  events: {
    what: 'References to what happened, for live updates',
    why: 'So that subscriptions can resume (contract)',
    retention: '`EVENT_RETENTION`',
    seenBy: 'Whoever may see what they refer to',
  },
  topics: { none: 'Counters of events.' },
  key_turns: { none: 'Which process may change something just now, for seconds.' },
  store_state: { none: 'The release that the store is at.' },
};
