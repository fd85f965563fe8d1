/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  import_runs: { none: 'how imports went: names of files, counts, and why lines were rejected, without their values' },
};
