/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  personal_data_accesses: {
    what: 'Who read or exported a person’s private data, and when',
    why: 'To account for it (legal obligation)',
    retention: '`ACCESS_LOG_RETENTION`',
    seenBy: 'Administrators; the person it is about, without the reader’s name',
  },
};
