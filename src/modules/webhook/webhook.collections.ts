/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  webhooks: {
    what: 'Webhooks of merchants and administrators: address, events, sealed secrets',
    why: 'To tell the shop’s other programs what happens (contract)',
    retention: 'until the account is deleted',
    seenBy: 'Their owner',
  },
  webhook_deliveries: {
    what: 'What was told to which webhook, when, and with which outcome. No content: payloads are made when they are sent',
    why: 'To deliver each event, and to show what failed (contract)',
    retention: '`WEBHOOK_RETENTION`, at the latest until the account is deleted',
    seenBy: 'The webhook’s owner',
  },
  webhook_subjects: { none: 'Counts the events about each piece of content, by its id' },
};
