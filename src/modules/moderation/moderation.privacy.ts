/** What moderation holds on a user, for exports and erasures. */
import { deleteSome, ownedDocuments, reference, type PersonalData } from '../personal-data.js';
import type { ModerationModels } from './moderation.model.js';

export function moderationPersonalData({ appeals, audit, cases, reports }: ModerationModels): PersonalData[] {
  return [
    ownedDocuments({ name: 'reports', model: reports, owner: 'reporter', erase: 'ANONYMISE', texts: ['note'] }),
    ownedDocuments({ name: 'appeals', model: appeals, owner: 'author', erase: 'DELETE' }),
    ownedDocuments({ name: 'moderationDecisions', model: audit, owner: 'user', erase: 'ANONYMISE', texts: ['reason'] }),
    reference('casesOfContent', cases, 'author'),
    reference('decisionsMade', audit, 'moderator'),
    reference('decisionsAboutAccount', audit, 'content'),
    {
      name: 'caseOfAccount',
      collect: async () => [],
      erase: (step) => deleteSome(cases, { _id: `User:${step.user.toHexString()}` }, step),
    },
  ];
}
