/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  users: {
    what: 'Accounts: email address (encrypted), password hash, handle, name, bio, picture, roles, privacy settings, bans and restrictions, the ID in the shop that the person came from',
    why: 'To sign in, and to show who wrote what (contract)',
    retention: 'until the account is deleted',
    seenBy: 'Handle, name, bio, picture, roles and the day of sign-up everybody; the rest the person alone',
  },
  sessions: {
    what: 'Sessions: times, device as named by the browser, and what refresh tokens are checked against',
    why: 'To stay signed in, and to show where (contract)',
    retention: 'until `SESSION_LIFETIME` after the last use, `SESSION_MAX_LIFETIME` after sign-in, or sign-out',
    seenBy: 'The person alone',
  },
  user_claims: {
    what: 'Which account has a handle, an email address (as a keyed digest) or an external identity',
    why: 'So that two people do not have the same (contract)',
    retention: 'until the account is deleted, or has another one',
    seenBy: 'Handles everybody; the rest nobody',
  },
  account_tokens: {
    what: 'Digests of the tokens in mailed links, and the address they went to (encrypted)',
    why: 'To confirm addresses and to reset passwords (contract)',
    retention: 'until the link is used, or a week at most',
    seenBy: 'Nobody',
  },
  outgoing_mail: {
    what: 'Mail on its way: kind, times, address and content (encrypted)',
    why: 'So that no email is lost (contract)',
    retention: 'until it is sent, or a week at most',
    seenBy: 'Nobody',
  },
  idempotency_keys: {
    what: 'Keys of requests, and what they made',
    why: 'To make retries harmless (contract)',
    retention: '`IDEMPOTENCY_RETENTION`',
    seenBy: 'Nobody',
  },
};
