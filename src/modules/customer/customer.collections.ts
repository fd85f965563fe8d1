/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  spent_customer_tokens: { none: 'digests of the numbers of exchanged tokens, for minutes' },
};
