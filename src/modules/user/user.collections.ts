/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  users: {
    what: 'Accounts: e-mail address, password hash, handle, name, bio, picture, roles, privacy settings, bans and restrictions',
    why: 'To sign in, and to show who wrote what (contract)',
    kept: 'until the account is deleted',
    seenBy: 'Handle, name, bio, picture, roles and the day of sign-up everybody; the rest the person alone',
  },
  sessions: {
    what: 'Sessions: times, device and network as sent by the browser, digests of refresh tokens',
    why: 'To stay signed in, and to show where (contract)',
    kept: 'until `SESSION_LIFETIME` after the last use, or sign-out',
    seenBy: 'The person alone',
  },
  idempotency_keys: {
    what: 'Keys of requests, and what they made',
    why: 'To make retries harmless (contract)',
    kept: '`IDEMPOTENCY_RETENTION`',
    seenBy: 'Nobody',
  },
};
