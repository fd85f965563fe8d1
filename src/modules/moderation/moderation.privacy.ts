/** What moderation holds on a user, for exports and erasures. */
import { type PersonalData, deleteSome, ownedDocuments, reference } from '../personal-data.js';
import { contentKey } from '../domain-events.js';
import type { ModerationModels } from './moderation.model.js';

export function moderationPersonalData({ appeals, audit, cases, reports }: ModerationModels): PersonalData[] {
  return [
    ownedDocuments({ name: 'reports', model: reports, owner: 'reporter', erase: 'ANONYMISE', texts: ['note'] }),
    ownedDocuments({ name: 'appeals', model: appeals, owner: 'author', erase: 'DELETE' }),
    // Who decided is not for those whom it is about.
    ownedDocuments({
      name: 'moderationDecisions',
      model: audit,
      owner: 'user',
      erase: 'ANONYMISE',
      texts: ['reason'],
      withheld: ['moderator'],
    }),
    reference('casesOfContent', cases, 'author'),
    reference('decisionsMade', audit, 'moderator'),
    reference('decisionsAboutAccount', audit, 'content'),
    {
      name: 'caseOfAccount',
      collect: async () => [],
      erase: (step) => deleteSome(cases, { _id: contentKey({ type: 'User', id: step.user }) }, step),
    },
    {
      name: 'reportsOfAccount',
      collect: async () => [],
      erase: (step) => deleteSome(reports, { case: contentKey({ type: 'User', id: step.user }) }, step),
    },
  ];
}
