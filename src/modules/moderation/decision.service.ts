/** What moderators and administrators decide, at once and on record. */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { Role, SignedIn } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { ContentReference, DomainEventBus } from '../domain-events.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { UserVerbs } from '../user/index.js';
import { contentKey } from '../domain-events.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { caseLock, type ModerationCases } from './moderation-cases.js';
import type { AuditDocument, ModerationActionName, ModerationModels } from './moderation.model.js';

interface DecisionDependencies {
  models: ModerationModels;
  realtime: Realtime;
  kinds: ModeratedKinds;
  cases: ModerationCases;
  users: UserVerbs;
  notifications: NotificationVerbs;
  events: DomainEventBus;
}

export class DecisionService {
  private readonly models: ModerationModels;

  constructor(private readonly dependencies: DecisionDependencies) {
    this.models = dependencies.models;
  }

  /** Hides, restores, warns, bans and the like, and writes who did it and why. @throws RulesBroken, RequestError */
  async moderate(
    moderator: Types.ObjectId,
    content: ContentReference,
    action: ModerationActionName,
    reason: string,
  ): Promise<AuditDocument> {
    new InputRules().text(reason, { min: 1, max: 1000 }, 'reason').check();
    const { realtime, kinds, cases } = this.dependencies;
    return realtime.recordChange([caseLock(content)], async (change) => {
      const { session } = change;
      const user = await kinds.reportable(content).authorOf(session, content.id);
      if (!user) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
      await this.requireImpartial(session, moderator, user, content);
      const before = await cases.close(session, content, action);
      const isRelease = action === 'RESTORE' && (before?.unreleased ?? false);
      if (content.type === 'User') await this.decideAboutUser(change, user, action);
      else await this.decideAboutContent(change, user, content, action, isRelease);
      if (isRelease) await kinds.require(content).moderation.release(change, content.id);
      await this.tellAuthor(change, user, content, action);
      return this.putOnRecord(session, { moderator, action, contentType: content.type, content: content.id, user, reason });
    });
  }

  /** Nobody decides about themselves, only administrators about other staff, and appeals are for somebody else than who decided first. */
  private async requireImpartial(
    session: ClientSession,
    moderator: Types.ObjectId,
    user: Types.ObjectId,
    content: ContentReference,
  ): Promise<void> {
    const { users } = this.dependencies;
    if (user.equals(moderator)) throw broken('NOT_ALLOWED', 'You can’t moderate yourself or your own content.', 'contentId');
    const isStaff = (roles: readonly Role[] = []): boolean => roles.includes('MODERATOR') || roles.includes('ADMIN');
    const decider = await users.accountOf(moderator, session);
    if (isStaff((await users.accountOf(user, session))?.roles) && !decider?.roles.includes('ADMIN'))
      throw broken('NOT_ALLOWED', 'Only administrators can moderate moderators and administrators.', 'contentId');
    const appeal = await this.models.appeals
      .findOne({ waiting: contentKey(content) })
      .session(session)
      .lean();
    const appealed = appeal?.decision && (await this.models.audit.findById(appeal.decision).session(session).lean());
    if (appealed && appealed.moderator.equals(moderator))
      throw broken('NOT_ALLOWED', 'Another moderator must decide about an appeal against your decision.', 'contentId');
  }

  private async decideAboutContent(
    change: Change,
    author: Types.ObjectId,
    content: ContentReference,
    action: ModerationActionName,
    isRelease: boolean,
  ): Promise<void> {
    const { events, kinds } = this.dependencies;
    if (action === 'RESTRICT' || action === 'RENAME') throw broken('NOT_ALLOWED', 'This action is for users only.', 'action');
    if (action === 'WARN') return;
    const visible = action === 'RESTORE';
    await kinds.require(content).moderation.show(change, content.id, visible, isRelease);
    await events.emit(change, 'contentModerated', { author, content, visible });
    if (action === 'BAN') await this.ban(change, author, true);
  }

  private async decideAboutUser(change: Change, user: Types.ObjectId, action: ModerationActionName): Promise<void> {
    const { users } = this.dependencies;
    if (action === 'HIDE') throw broken('NOT_ALLOWED', 'Users can’t be hidden. Ban or restrict them instead.', 'action');
    if (action === 'BAN' || action === 'RESTORE') await this.ban(change, user, action === 'BAN');
    if (action === 'RESTRICT' || action === 'RESTORE') await users.restrict(change.session, user, action === 'RESTRICT');
    if (action === 'RENAME') await users.rename(change.session, user);
  }

  private async ban(change: Change, user: Types.ObjectId, banned: boolean): Promise<void> {
    const { users } = this.dependencies;
    const account = await users.accountOf(user, change.session);
    if (banned && account?.roles.includes('ADMIN')) throw broken('NOT_ALLOWED', 'Administrators can’t be banned.', 'contentId');
    if (!(await users.ban(change, user, banned))) throw broken('NOT_FOUND', 'There is no such user.', 'contentId');
    if (banned) await this.dependencies.events.emit(change, 'accountBanned', { user });
  }

  /** An appeal that waits is decided with it: restoring grants it, everything else denies it. */
  private async tellAuthor(change: Change, author: Types.ObjectId, content: ContentReference, action: ModerationActionName): Promise<void> {
    const outcome = action === 'RESTORE' ? 'GRANTED' : 'DENIED';
    const { matchedCount } = await this.models.appeals.updateOne(
      { waiting: contentKey(content) },
      { $set: { outcome, decidedAt: new Date() }, $unset: { waiting: 1 } },
      { session: change.session },
    );
    const kind = matchedCount > 0 ? 'APPEAL_DECIDED' : 'CONTENT_MODERATED';
    await this.dependencies.notifications.notify(change, { recipient: author, kind, actor: null, subject: content });
  }

  /** Adds an entry to the audit trail. */
  async putOnRecord(session: ClientSession, what: Omit<AuditDocument, '_id' | 'at'>): Promise<AuditDocument> {
    const entry: AuditDocument = { _id: new Types.ObjectId(), ...what, at: new Date() };
    await insert(this.models.audit, entry, session);
    return entry;
  }

  /** What a user may do, from the next request on. Nobody changes their own roles. @throws RulesBroken */
  async setUserRoles(admin: SignedIn, user: Types.ObjectId, roles: Role[], reason: string): Promise<AuditDocument> {
    new InputRules().text(reason, { min: 1, max: 1000 }, 'reason').check();
    const after: Role[] = [...new Set<Role>(['BUYER', ...roles])];
    if (user.equals(admin.userId)) throw broken('NOT_ALLOWED', 'You can’t change your own roles.', 'userId');
    const { events, realtime, users } = this.dependencies;
    return realtime.recordChange([`roles:${user.toHexString()}`], async (change) => {
      const before = await users.setRoles(change, user, after);
      if (!before) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
      await events.emit(change, 'rolesChanged', { user, roles: after });
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
