/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  shares: {
    what: 'Shares: product, channel, message, and how often the link was followed',
    why: 'To make the link, and to show it to followers (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Followers’ shares everybody, others and all figures the author',
  },
  share_visits: {
    what: 'Visits by a shared link, by keyed digests of address and browser',
    why: 'To count different visitors and orders that follow (legitimate interest)',
    retention: '`SHARE_VISIT_RETENTION`',
    seenBy: 'Nobody; the author sees sums',
  },
  share_attributions: {
    what: 'Which order followed from which share',
    why: 'To count orders of a share (legitimate interest)',
    retention: 'as long as the share',
    seenBy: 'Nobody; the author sees sums',
  },
};
