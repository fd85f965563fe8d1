/** Reports of content to the moderators. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Realtime } from '../../realtime/index.js';
import { insert } from '../../store/documents.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { caseLock, type ModerationCases } from './moderation-cases.js';
import type { ModerationModels, ReportReasonName } from './moderation.model.js';

interface ReportDependencies {
  models: ModerationModels;
  realtime: Realtime;
  kinds: ModeratedKinds;
  cases: ModerationCases;
}

export class ReportService {
  constructor(private readonly dependencies: ReportDependencies) {}

  /**
   * Everybody reports a version of a thing once; another report of the same version changes nothing, one after an edit counts.
   * @throws RulesBroken, RequestError
   */
  async reportContent(reporter: Types.ObjectId, content: ContentReference, reason: ReportReasonName, note: string): Promise<void> {
    const { models, realtime, kinds, cases } = this.dependencies;
    const kind = kinds.reportable(content);
    new InputRules().text(note, { max: 1000 }, 'note').check();
    await realtime.recordChange([caseLock(content)], async ({ session }) => {
      const seen = await kind.seenBy(session, reporter, content.id);
      const author = seen?.author;
      if (!author) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
      if (author.equals(reporter)) throw broken('NOT_ALLOWED', 'You can’t report yourself or your own content.', 'contentId');
      const key = contentKey(content);
      const _id = `${key}:${seen.revisedAt.getTime()}:${reporter.toHexString()}`;
      if (await models.reports.exists({ _id }).session(session)) return;
      await insert(models.reports, { _id, case: key, reporter, reason, note, at: new Date() }, session);
      await cases.open(session, content, author, { reported: reason });
    });
  }
}
