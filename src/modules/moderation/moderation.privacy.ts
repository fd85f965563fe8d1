/** What moderation holds on a user, for exports and erasures. */
import { registerOwnedDocuments, registerPersonalData, registerReference } from '../user/index.js';
import { AppealModel, AuditModel, CaseModel, ReportModel } from './moderation.model.js';

registerOwnedDocuments({ name: 'reports', model: ReportModel, owner: 'reporter', erase: 'ANONYMISE', texts: ['note'] });
registerOwnedDocuments({ name: 'appeals', model: AppealModel, owner: 'author', erase: 'DELETE' });
registerOwnedDocuments({ name: 'moderationDecisions', model: AuditModel, owner: 'user', erase: 'ANONYMISE', texts: ['reason'] });
registerReference('casesOfContent', CaseModel, 'author');
registerReference('decisionsMade', AuditModel, 'moderator');
registerReference('decisionsAboutAccount', AuditModel, 'content');
registerPersonalData({
  name: 'caseOfAccount',
  collect: async () => [],
  erase: async ({ session, user }) => void (await CaseModel.deleteOne({ _id: `User:${user.toHexString()}` }, { session })),
});
