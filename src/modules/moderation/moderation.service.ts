import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import type { Role, SignedIn } from '../../relay/context.js';
import { duplicateKeyFields, type ClientSession } from '../../store/transaction.js';
import { authorOfComment, releaseComment, showComment } from '../comment/index.js';
import { notify } from '../notification/index.js';
import { authorOfAnswer, authorOfQuestion, releaseAnswer, releaseQuestion, showAnswer, showQuestion } from '../question/index.js';
import { authorOfReview, releaseReview, showReview } from '../review/index.js';
import { onHeld } from '../screening/index.js';
import { authorOfShare, releaseShare, showShare } from '../share/index.js';
import { bannedUser, banUser, UserModel } from '../user/index.js';
import { AppealModel, AuditModel, CaseModel, ReportModel, type AppealDocument, type AuditDocument } from './moderation.model.js';

export type ModerationActionName = 'HIDE' | 'RESTORE' | 'WARN' | 'BAN';

export interface ModeratedContent {
  type: string;
  id: Types.ObjectId;
}

/** What can be moderated: who wrote it, and how it is taken out of sight. Both answer null where there is no such content. */
interface ContentKind {
  authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null>;
  show(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null>;
  /** Tells those concerned of content that was held from the first and comes out now. */
  release(change: Change, id: Types.ObjectId): Promise<void>;
}

const kinds: Record<string, ContentKind> = {
  Review: { authorOf: authorOfReview, show: showReview, release: releaseReview },
  Comment: { authorOf: authorOfComment, show: showComment, release: releaseComment },
  Question: { authorOf: authorOfQuestion, show: showQuestion, release: releaseQuestion },
  Answer: { authorOf: authorOfAnswer, show: showAnswer, release: releaseAnswer },
  Share: { authorOf: authorOfShare, show: showShare, release: releaseShare },
};

const keyOf = ({ type, id }: ModeratedContent): string => `${type}:${id.toHexString()}`;

/** @throws RequestError BAD_USER_INPUT for what cannot be moderated */
function kindOf({ type }: ModeratedContent): ContentKind {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} cannot be moderated.`, 'input.contentId');
  return kind;
}

/** Everybody reports a thing once; a second report changes nothing. @throws RulesBroken, RequestError */
export async function reportContent(reporter: Types.ObjectId, content: ModeratedContent, reason: string, note: string): Promise<void> {
  const kind = kindOf(content);
  new InputRules().text(note, { most: 1000 }, 'note').check();
  const key = keyOf(content);
  await recordChange([`case:${key}`], async ({ session }) => {
    const author = await kind.authorOf(session, content.id);
    if (!author) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
    if (author.equals(reporter)) throw broken('NOT_ALLOWED', 'You cannot report what you wrote yourself.', 'contentId');
    const _id = `${key}:${reporter.toHexString()}`;
    if (await ReportModel.exists({ _id }).session(session)) return;
    const at = new Date();
    await ReportModel.insertMany([{ _id, case: key, reporter, reason, note, at }], { session });
    await openCase(session, content, author, { $inc: { reports: 1, [`reasons.${reason}`]: 1 } });
  });
}

/** Brings content before the moderators, or back before them. */
async function openCase(
  session: ClientSession,
  content: ModeratedContent,
  author: Types.ObjectId,
  change: { $inc?: object; held?: true },
): Promise<void> {
  const { $inc, held } = change;
  await CaseModel.updateOne(
    { _id: keyOf(content) },
    {
      ...($inc && { $inc }),
      $set: { open: true, lastReportedAt: new Date(), ...(held && { held }) },
      $setOnInsert: { contentType: content.type, content: content.id, author, ...(!$inc && { reports: 0, reasons: {} }) },
    },
    { upsert: true, session },
  );
}

onHeld(({ session }, { author, content }) => openCase(session, content, author, { held: true }));

/** Hides, restores, warns or bans, and writes who did it and why. @throws RulesBroken, RequestError */
export async function moderate(
  moderator: Types.ObjectId,
  content: ModeratedContent,
  action: ModerationActionName,
  reason: string,
): Promise<AuditDocument> {
  new InputRules().text(reason, { least: 1, most: 1000 }, 'reason').check();
  const key = keyOf(content);
  return recordChange([`case:${key}`], async (change) => {
    const { session } = change;
    const user = content.type === 'User' ? content.id : await showOrKeep(change, content, action);
    if (!user) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
    await actOn(change, user, content, action);
    const held = await CaseModel.exists({ _id: key, held: true }).session(session);
    if (held && action === 'RESTORE') await kindOf(content).release(change, content.id);
    await CaseModel.updateOne({ _id: key }, { $set: { open: false, held: false } }, { session });
    await tellAuthor(change, moderator, user, content, action);
    return putOnRecord(session, { moderator, action, contentType: content.type, content: content.id, user, reason });
  });
}

async function putOnRecord(session: ClientSession, what: Omit<AuditDocument, '_id' | 'at'>): Promise<AuditDocument> {
  const entry: AuditDocument = { _id: new Types.ObjectId(), ...what, at: new Date() };
  await AuditModel.collection.insertOne(entry, { session });
  return entry;
}

/** An appeal that waits is decided with it: restoring grants it, everything else denies it. */
async function tellAuthor(
  change: Change,
  moderator: Types.ObjectId,
  author: Types.ObjectId,
  content: ModeratedContent,
  action: ModerationActionName,
): Promise<void> {
  const outcome = action === 'RESTORE' ? 'GRANTED' : 'DENIED';
  const { matchedCount } = await AppealModel.updateOne(
    { waiting: keyOf(content) },
    { $set: { outcome, decidedAt: new Date() }, $unset: { waiting: 1 } },
    { session: change.session },
  );
  if (author.equals(moderator)) return;
  const kind = matchedCount > 0 ? 'APPEAL_DECIDED' : 'CONTENT_MODERATED';
  await notify(change, { recipient: author, kind, actor: null, subject: content });
}

export interface NewAppeal {
  content: ModeratedContent;
  body: string;
}

/** One appeal at a time, against the latest decision, by whoever it is about. @throws RulesBroken, RequestError */
export async function appealModeration(author: Types.ObjectId, { content, body }: NewAppeal): Promise<AppealDocument> {
  const kind = kindOf(content);
  new InputRules().text(body, { least: 1, most: 2000 }, 'body').check();
  return recordAppeal(content, author, body, async (session) => {
    const owner = await kind.authorOf(session, content.id);
    if (!owner) throw broken('NOT_FOUND', 'There is no such content.', 'contentId');
    if (!owner.equals(author)) throw new RequestError('FORBIDDEN', 'Only its author may appeal.');
    const decision = await AuditModel.findOne({ content: content.id }).sort({ at: -1 }).session(session).lean();
    const held = await CaseModel.exists({ _id: keyOf(content), held: true }).session(session);
    if (!held && (!decision || decision.action === 'RESTORE'))
      throw broken('NOT_ALLOWED', 'There is no decision to appeal against.', 'contentId');
  });
}

/** The same for somebody who can no longer sign in. @throws RulesBroken INVALID_CREDENTIALS, also for accounts that are not shut out */
export async function appealBan(email: string, password: string, body: string): Promise<void> {
  new InputRules().text(body, { least: 1, most: 2000 }, 'body').check();
  const user = await bannedUser(email, password);
  if (!user) throw broken('INVALID_CREDENTIALS', 'No suspended account has this address and password.', 'password');
  await recordAppeal({ type: 'User', id: user }, user, body, async () => {});
}

async function recordAppeal(
  content: ModeratedContent,
  author: Types.ObjectId,
  body: string,
  check: (session: ClientSession) => Promise<void>,
): Promise<AppealDocument> {
  const key = keyOf(content);
  try {
    return await recordChange([`case:${key}`], async ({ session }) => {
      await check(session);
      const appeal: AppealDocument = {
        _id: new Types.ObjectId(),
        case: key,
        contentType: content.type,
        content: content.id,
        author,
        body,
        at: new Date(),
        outcome: null,
        decidedAt: null,
        waiting: key,
      };
      await AppealModel.collection.insertOne(appeal, { session });
      await openCase(session, content, author, {});
      return appeal;
    });
  } catch (error) {
    if (duplicateKeyFields(error)) throw broken('ALREADY_EXISTS', 'An appeal waits already.', 'contentId');
    throw error;
  }
}

/** What a user may do, from the next request on. Nobody takes the running of the shop from themselves. @throws RulesBroken */
export async function setUserRoles(admin: SignedIn, user: Types.ObjectId, roles: Role[], reason: string): Promise<AuditDocument> {
  new InputRules().text(reason, { least: 1, most: 1000 }, 'reason').check();
  const after: Role[] = [...new Set<Role>(['BUYER', ...roles])];
  if (user.equals(admin.userId) && !after.includes('ADMIN'))
    throw broken('NOT_ALLOWED', 'You cannot take this role from yourself.', 'roles');
  return recordChange([`roles:${user.toHexString()}`], async ({ session }) => {
    const before = await UserModel.findOneAndUpdate({ _id: user }, { $set: { roles: after } }, { session }).lean();
    if (!before) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
    const record = { moderator: admin.userId, action: 'CHANGE_ROLES', contentType: 'User', content: user, user, reason };
    return putOnRecord(session, { ...record, roles: { before: before.roles, after } });
  });
}

/** A warning leaves the content as it is. */
function showOrKeep(change: Change, content: ModeratedContent, action: ModerationActionName): Promise<Types.ObjectId | null> {
  const kind = kindOf(content);
  return action === 'WARN' ? kind.authorOf(change.session, content.id) : kind.show(change, content.id, action === 'RESTORE');
}

async function actOn(change: Change, user: Types.ObjectId, { type }: ModeratedContent, action: ModerationActionName): Promise<void> {
  if (type === 'User' && action === 'HIDE') throw broken('NOT_ALLOWED', 'A user cannot be hidden; ban them.', 'action');
  if (action === 'BAN') {
    const found = await UserModel.findById(user, { roles: 1 }).session(change.session).lean();
    if (found?.roles.includes('ADMIN')) throw broken('NOT_ALLOWED', 'An administrator cannot be banned.', 'contentId');
  }
  const bans = action === 'BAN' || (action === 'RESTORE' && type === 'User');
  if (bans && !(await banUser(change, user, action === 'BAN'))) throw broken('NOT_FOUND', 'There is no such user.', 'contentId');
}

export function openCases(): ListDefinition {
  return {
    name: 'moderationQueue',
    filter: { open: true },
    order: [
      ['reports', -1],
      ['_id', 1],
    ],
  };
}

export function reportList(key: string): ListDefinition {
  return {
    name: 'reports',
    filter: { case: key },
    order: [
      ['at', -1],
      ['_id', 1],
    ],
  };
}

/** What was decided about a user and what they wrote. */
export function decisionsAbout(user: Types.ObjectId): ListDefinition {
  return { ...auditTrail(), name: 'moderationDecisions', filter: { user } };
}

export function auditTrail(): ListDefinition {
  return {
    name: 'auditTrail',
    filter: {},
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}
