/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  api_keys: {
    what: 'API keys: name, scopes, times, and the digest of the secret',
    why: 'So that systems of the account’s owner can use the API (contract)',
    retention: 'until 90 days after it expires or is revoked, or until the account is deleted',
    seenBy: 'The owner and administrators; the digest nobody',
  },
};
