/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  contributions: {
    what: 'Digests of what a user wrote, and when',
    why: 'To notice floods and repetitions (legitimate interest)',
    retention: '`SCREENING_RETENTION`',
    seenBy: 'Nobody',
  },
  spam_examples: {
    what: 'Hashed features of the words that a new account wrote, and whether a moderator took it out of sight',
    why: 'To learn what spam looks like (legitimate interest)',
    retention: '30 days; where a moderator decided, `REPORT_RETENTION`',
    seenBy: 'Nobody',
  },
  spam_classifiers: { none: 'Weights of features of words, learnt from many texts.' },
};
