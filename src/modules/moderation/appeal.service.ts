/** Authors ask for a second look at a decision. */
import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Realtime } from '../../realtime/index.js';
import { duplicateKeyFields, type ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { UserVerbs } from '../user/index.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { caseLock, type ModerationCases } from './moderation-cases.js';
import type { AppealDocument, ModerationModels } from './moderation.model.js';

export interface NewAppeal {
  content: ContentReference;
  body: string;
}

interface AppealDependencies {
  models: ModerationModels;
  realtime: Realtime;
  kinds: ModeratedKinds;
  cases: ModerationCases;
  users: UserVerbs;
}

export class AppealService {
  constructor(private readonly dependencies: AppealDependencies) {}

  /** One appeal at a time, against the latest decision, by whoever it is about. @throws RulesBroken, RequestError */
  async appealModeration(author: Types.ObjectId, { content, body }: NewAppeal): Promise<AppealDocument> {
    const { models, kinds, cases } = this.dependencies;
    const kind = kinds.reportable(content);
    checkAppeal(body);
    return this.recordAppeal(content, author, body, async (session) => {
      const owner = (await kind.seenBy(session, author, content.id))?.author;
      if (!owner) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
      if (!owner.equals(author)) throw new RequestError('FORBIDDEN', 'You can only appeal decisions about your own content.');
      if (await cases.isHeld(session, content)) return null;
      const decision = await models.audit
        .findOne({ content: content.id, action: { $ne: 'CHANGE_ROLES' } })
        .sort({ at: -1 })
        .session(session)
        .lean();
      if (decision && decision.action !== 'RESTORE') return decision._id;
      throw broken('NOT_ALLOWED', 'There is no decision to appeal against.', 'contentId');
    });
  }

  /** The same for somebody who can no longer sign in. @throws RulesBroken INVALID_CREDENTIALS, also for accounts that are not banned */
  async appealBan(email: string, password: string, body: string): Promise<void> {
    checkAppeal(body);
    const user = await this.dependencies.users.bannedUser(email, password);
    if (!user) throw broken('INVALID_CREDENTIALS', 'No suspended account has this email address and password.', 'password');
    await this.recordAppeal({ type: 'User', id: user }, user, body, async (session) => {
      const ban = await this.dependencies.models.audit.findOne({ user, action: 'BAN' }).sort({ at: -1 }).session(session).lean();
      return ban?._id ?? null;
    });
  }

  private async recordAppeal(
    content: ContentReference,
    author: Types.ObjectId,
    body: string,
    decisionAgainst: (session: ClientSession) => Promise<Types.ObjectId | null>,
  ): Promise<AppealDocument> {
    const { models, realtime, cases } = this.dependencies;
    const key = contentKey(content);
    try {
      return await realtime.recordChange([caseLock(content)], async ({ session }) => {
        const decision = await decisionAgainst(session);
        const appeal: AppealDocument = {
          _id: new Types.ObjectId(),
          case: key,
          contentType: content.type,
          content: content.id,
          author,
          decision,
          body,
          at: new Date(),
          outcome: null,
          decidedAt: null,
          waiting: key,
        };
        await insert(models.appeals, appeal, session);
        await cases.open(session, content, author, 'APPEALED');
        return appeal;
      });
    } catch (error) {
      if (duplicateKeyFields(error)) throw broken('ALREADY_EXISTS', 'There is already a pending appeal.', 'contentId');
      throw error;
    }
  }
}

export function checkAppeal(body: string): void {
  new InputRules().text(body, { min: 1, max: 2000 }, 'body').check();
}
