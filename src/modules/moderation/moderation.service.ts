import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { authorOfComment, showComment } from '../comment/index.js';
import { authorOfReview, showReview } from '../review/index.js';
import type { ClientSession } from '../../store/transaction.js';
import { banUser, UserModel } from '../user/index.js';
import { AuditModel, CaseModel, ReportModel, type AuditDocument } from './moderation.model.js';

export type ModerationActionName = 'HIDE' | 'RESTORE' | 'WARN' | 'BAN';

export interface ModeratedContent {
  type: string;
  id: Types.ObjectId;
}

/** What can be moderated: who wrote it, and how it is taken out of sight. Both answer null where there is no such content. */
interface ContentKind {
  authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null>;
  show(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null>;
}

const kinds: Record<string, ContentKind> = {
  Review: { authorOf: authorOfReview, show: showReview },
  Comment: { authorOf: authorOfComment, show: showComment },
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
    await CaseModel.updateOne(
      { _id: key },
      {
        $inc: { reports: 1, [`reasons.${reason}`]: 1 },
        $set: { open: true, lastReportedAt: at },
        $setOnInsert: { contentType: content.type, content: content.id },
      },
      { upsert: true, session },
    );
  });
}

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
    await CaseModel.updateOne({ _id: key }, { $set: { open: false } }, { session });
    const entry: AuditDocument = {
      _id: new Types.ObjectId(),
      moderator,
      action,
      contentType: content.type,
      content: content.id,
      user,
      reason,
      at: new Date(),
    };
    await AuditModel.collection.insertOne(entry, { session });
    return entry;
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
