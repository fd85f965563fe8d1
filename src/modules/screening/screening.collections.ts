/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  contributions: {
    what: 'Digests of what somebody wrote, and when',
    why: 'To notice floods and repetitions (legitimate interest)',
    kept: '`SCREENING_RETENTION`',
    seenBy: 'Nobody',
  },
};
