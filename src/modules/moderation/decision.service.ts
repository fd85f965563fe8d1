/** What moderators and administrators decide, at once and on record. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { Role, SignedIn } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { ContentReference } from '../domain-events.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { UserVerbs } from '../user/index.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { caseKey, caseLock, type ModerationCases } from './moderation-cases.js';
import type { AuditDocument, ModerationActionName, ModerationModels } from './moderation.model.js';

interface DecisionDependencies {
  models: ModerationModels;
  realtime: Realtime;
  kinds: ModeratedKinds;
  cases: ModerationCases;
  users: UserVerbs;
  notifications: NotificationVerbs;
}

export class DecisionService {
  private readonly models: ModerationModels;

  constructor(private readonly dependencies: DecisionDependencies) {
    this.models = dependencies.models;
  }

  /** Hides, restores, warns or bans, and writes who did it and why. @throws RulesBroken, RequestError */
  async moderate(
    moderator: Types.ObjectId,
    content: ContentReference,
    action: ModerationActionName,
    reason: string,
  ): Promise<AuditDocument> {
    new InputRules().text(reason, { least: 1, most: 1000 }, 'reason').check();
    const { realtime, kinds, cases } = this.dependencies;
    return realtime.recordChange([caseLock(content)], async (change) => {
      const { session } = change;
      const user = content.type === 'User' ? content.id : await this.showOrKeep(change, content, action);
      if (!user) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
      await this.actOn(change, user, content, action);
      const before = await cases.close(session, content, action);
      if (before?.unreleased && action === 'RESTORE') await kinds.require(content).moderation.release(change, content.id);
      await this.tellAuthor(change, moderator, user, content, action);
      return this.putOnRecord(session, { moderator, action, contentType: content.type, content: content.id, user, reason });
    });
  }

  /** A warning leaves the content as it is. */
  private showOrKeep(change: Change, content: ContentReference, action: ModerationActionName): Promise<Types.ObjectId | null> {
    const kind = this.dependencies.kinds.require(content);
    if (action === 'WARN') return kind.authorOf(change.session, content.id);
    return kind.moderation.show(change, content.id, action === 'RESTORE');
  }

  private async actOn(change: Change, user: Types.ObjectId, { type }: ContentReference, action: ModerationActionName): Promise<void> {
    const { users } = this.dependencies;
    if (type === 'User' && action === 'HIDE') throw broken('NOT_ALLOWED', 'A user cannot be hidden; ban them.', 'action');
    if (action === 'BAN') {
      const account = await users.accountOf(user, change.session);
      if (account?.roles.includes('ADMIN')) throw broken('NOT_ALLOWED', 'An administrator cannot be banned.', 'contentId');
    }
    const bans = action === 'BAN' || (action === 'RESTORE' && type === 'User');
    if (bans && !(await users.ban(change, user, action === 'BAN'))) throw broken('NOT_FOUND', 'There is no such user.', 'contentId');
  }

  /** An appeal that waits is decided with it: restoring grants it, everything else denies it. */
  private async tellAuthor(
    change: Change,
    moderator: Types.ObjectId,
    author: Types.ObjectId,
    content: ContentReference,
    action: ModerationActionName,
  ): Promise<void> {
    const outcome = action === 'RESTORE' ? 'GRANTED' : 'DENIED';
    const { matchedCount } = await this.models.appeals.updateOne(
      { waiting: caseKey(content) },
      { $set: { outcome, decidedAt: new Date() }, $unset: { waiting: 1 } },
      { session: change.session },
    );
    if (author.equals(moderator)) return;
    const kind = matchedCount > 0 ? 'APPEAL_DECIDED' : 'CONTENT_MODERATED';
    await this.dependencies.notifications.notify(change, { recipient: author, kind, actor: null, subject: content });
  }

  private async putOnRecord(session: ClientSession, what: Omit<AuditDocument, '_id' | 'at'>): Promise<AuditDocument> {
    const entry: AuditDocument = { _id: new Types.ObjectId(), ...what, at: new Date() };
    await insert(this.models.audit, entry, session);
    return entry;
  }

  /** What a user may do, from the next request on. Nobody takes the running of the shop from themselves. @throws RulesBroken */
  async setUserRoles(admin: SignedIn, user: Types.ObjectId, roles: Role[], reason: string): Promise<AuditDocument> {
    new InputRules().text(reason, { least: 1, most: 1000 }, 'reason').check();
    const after: Role[] = [...new Set<Role>(['BUYER', ...roles])];
    if (user.equals(admin.userId) && !after.includes('ADMIN'))
      throw broken('NOT_ALLOWED', 'You cannot take this role from yourself.', 'roles');
    const { realtime, users } = this.dependencies;
    return realtime.recordChange([`roles:${user.toHexString()}`], async (change) => {
      const before = await users.setRoles(change, user, after);
      if (!before) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
      return this.putOnRecord(change.session, {
        moderator: admin.userId,
        action: 'CHANGE_ROLES',
        contentType: 'User',
        content: user,
        user,
        reason,
        roles: { before, after },
      });
    });
  }
}
