/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  moderation_cases: {
    what: 'What was reported or held or looks fake, why, and whose it is',
    why: 'To keep the shop fit to be read (legitimate interest, legal obligation)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Moderators',
  },
  content_reports: {
    what: 'Reports: who, of what, why',
    why: 'To look into them (legal obligation)',
    retention: '`REPORT_RETENTION`',
    seenBy: 'Moderators, without the reporter’s name',
  },
  appeals: {
    what: 'Appeals against decisions',
    why: 'To look again (legal obligation)',
    retention: '`REPORT_RETENTION`',
    seenBy: 'The author and moderators',
  },
  audit_entries: {
    what: 'Moderation decisions and changes of roles: who made them, about which user, and why',
    why: 'To account for them (legal obligation)',
    retention: '`AUDIT_RETENTION`',
    seenBy: 'Moderators; the person they are about, without the moderator’s name',
  },
};
