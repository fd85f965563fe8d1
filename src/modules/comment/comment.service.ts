import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { insertMissing } from '../../store/bulk.js';
import { pairKey, type AnyModel } from '../../relay/loader.js';
import { ProductModel } from '../catalog/index.js';
import { createOnce } from '../../store/idempotency.js';
import { notify } from '../notification/index.js';
import { screen } from '../screening/index.js';
import { isBlocked } from '../social-graph/index.js';
import { usersByHandle } from '../user/index.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { commentSubjectKind, type CommentSubjectKind } from './comment-subject.js';
import { CommentModel, ReactionModel, type CommentDocument, type ReactionName } from './comment.model.js';
import { mentionedHandles } from './mentions.js';

const editWindow = 24 * 60 * 60 * 1000;
const mostMentionsTold = 10;

export const commentTopic = (subject: Types.ObjectId): string => `comments:${subject.toHexString()}`;

export interface NewComment {
  subjectType: string;
  subject: Types.ObjectId;
  parent: Types.ObjectId | null;
  body: string;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken, RequestError BAD_USER_INPUT for a subject of a kind that takes no comments */
export async function addComment(author: Types.ObjectId, input: NewComment): Promise<CommentDocument> {
  const kind = requireKind(input.subjectType);
  checkBody(input.body);
  const id = await recordChange([kind.keyOf(input.subject)], async (change) => {
    const request = { user: author, operation: 'addComment', key: input.idempotencyKey };
    const { id } = await createOnce(change.session, request, (_id) => insertComment(change, kind, _id, author, input));
    return id;
  });
  return (await CommentModel.findById(id).lean())!;
}

function requireKind(type: string): CommentSubjectKind {
  const kind = commentSubjectKind(type);
  if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} takes no comments.`, 'input.subjectId');
  return kind;
}

async function insertComment(
  change: Change,
  kind: CommentSubjectKind,
  _id: Types.ObjectId,
  author: Types.ObjectId,
  input: NewComment,
): Promise<void> {
  const { session } = change;
  const { subjectType, subject, parent, body } = input;
  if (!(await kind.count(session, subject, 1))) throw broken('NOT_FOUND', 'There is nothing here to comment on.', 'subjectId');
  if (parent) await countReply(change, subject, parent, 1);
  const answered = await authorAnswered(change, kind, input);
  await requireWelcome(answered, author, input);
  const mentions = await mentionsIn(body);
  const comment: CommentDocument = {
    _id,
    subjectType,
    subject,
    parent,
    author,
    body,
    replyCount: 0,
    ...(mentions.length > 0 && { mentions }),
    reactions: {},
    createdAt: new Date(),
    editedAt: null,
    deletedAt: null,
    hiddenAt: null,
  };
  await CommentModel.collection.insertOne(comment, { session });
  if (subjectType === 'Product') await noteInteractions(session, author, [subject], { increments: { comments: 1 } });
  await change.emit(commentTopic(subject), 'COMMENT_ADDED', { comment: _id, author, content: `Comment:${_id.toHexString()}` });
  if (await screen(change, { author, content: { type: 'Comment', id: _id }, text: body })) await showComment(change, _id, false);
  else await tellThoseConcerned(change, comment, answered);
}

async function mentionsIn(body: string): Promise<Types.ObjectId[]> {
  return (await usersByHandle(mentionedHandles(body))).map(({ _id }) => _id);
}

/** Whose comment is answered hears of the reply, the subject's author of a comment, and whoever is named of that; everybody once. */
async function tellThoseConcerned(change: Change, comment: CommentDocument, answered: Types.ObjectId | null): Promise<void> {
  const { author: actor, parent, subjectType, subject } = comment;
  if (answered && parent) await notify(change, { recipient: answered, kind: 'REPLIED', actor, subject: { type: 'Comment', id: parent } });
  else if (answered) await notify(change, { recipient: answered, kind: 'COMMENTED', actor, subject: { type: subjectType, id: subject } });
  const named = (comment.mentions ?? []).filter((user) => !answered?.equals(user)).slice(0, mostMentionsTold);
  for (const recipient of named)
    await notify(change, { recipient, kind: 'MENTIONED', actor, subject: { type: 'Comment', id: comment._id } });
}

async function countReply({ session }: Change, subject: Types.ObjectId, parent: Types.ObjectId, by: number): Promise<void> {
  const { matchedCount } = await CommentModel.updateOne({ _id: parent, subject }, { $inc: { replyCount: by } }, { session });
  if (matchedCount === 0) throw broken('NOT_FOUND', 'There is no such comment on this subject.', 'parentId');
}

/** Whoever wrote the comment that is replied to, or else the subject. */
async function authorAnswered(
  { session }: Change,
  kind: CommentSubjectKind,
  { subject, parent }: Pick<NewComment, 'subject' | 'parent'>,
): Promise<Types.ObjectId | null> {
  if (!parent) return kind.authorOf(session, subject);
  return (await CommentModel.findById(parent, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Nobody answers someone who has blocked them. */
async function requireWelcome(answered: Types.ObjectId | null, author: Types.ObjectId, { parent }: NewComment): Promise<void> {
  if (answered && (await isBlocked(answered, author)))
    throw broken('NOT_ALLOWED', 'The author does not want that.', parent ? 'parentId' : 'subjectId');
}

function checkBody(body: string): void {
  new InputRules().text(body, { least: 1, most: 5000 }, 'body').check();
}

/** A comment may be changed for a day. @throws RulesBroken TOO_LATE, RequestError FORBIDDEN */
export async function editComment(author: Types.ObjectId, id: Types.ObjectId, body: string): Promise<CommentDocument> {
  checkBody(body);
  const { createdAt } = await requireOwn(author, id);
  if (Date.now() - createdAt.getTime() > editWindow) throw broken('TOO_LATE', 'A comment can be changed for 24 hours.', 'commentId');
  const mentions = await mentionsIn(body);
  const edited = await CommentModel.findOneAndUpdate(
    { _id: id, deletedAt: null },
    { $set: { body, mentions, editedAt: new Date() } },
    { returnDocument: 'after' },
  ).lean();
  if (!edited) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
  return edited;
}

/** Takes a comment away; with replies below it, an empty place stays. @throws RulesBroken, RequestError FORBIDDEN */
export async function deleteComment(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
  const found = await requireOwn(author, id);
  const kind = requireKind(found.subjectType);
  return recordChange([kind.keyOf(found.subject)], async (change) => {
    const { session } = change;
    const comment = await CommentModel.findOne({ _id: id, deletedAt: null, hiddenAt: null }).session(session).lean();
    if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
    await kind.count(session, comment.subject, -1);
    if (comment.replyCount > 0) {
      const tombstone = { body: '', mentions: [], deletedAt: new Date() };
      await CommentModel.updateOne({ _id: id }, { $set: tombstone }, { session });
      return { ...comment, ...tombstone };
    }
    await CommentModel.deleteOne({ _id: id }, { session });
    await ReactionModel.deleteMany({ comment: id }, { session });
    if (comment.parent) await CommentModel.updateOne({ _id: comment.parent }, { $inc: { replyCount: -1 } }, { session });
    return comment;
  });
}

/** One reaction per user, which they may change; null takes it back. @throws RulesBroken */
export async function reactToComment(user: Types.ObjectId, id: Types.ObjectId, reaction: ReactionName | null): Promise<CommentDocument> {
  return recordChange([`comment:${id.toHexString()}`], async (change) => {
    const { session } = change;
    const comment = await CommentModel.findOne({ _id: id, deletedAt: null, hiddenAt: null }).session(session).lean();
    if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
    if (await isBlocked(comment.author, user)) throw broken('NOT_ALLOWED', 'The author does not want that.', 'commentId');
    const _id = pairKey({ subject: id, user });
    const before = (await ReactionModel.findById(_id).session(session).lean())?.reaction ?? null;
    if (before === reaction) return comment;
    if (reaction === null) await ReactionModel.deleteOne({ _id }, { session });
    else await ReactionModel.updateOne({ _id }, { $set: { comment: id, user, reaction, at: new Date() } }, { upsert: true, session });
    const moves = { ...(before && { [`reactions.${before}`]: -1 }), ...(reaction && { [`reactions.${reaction}`]: 1 }) };
    const changed = await CommentModel.findOneAndUpdate({ _id: id }, { $inc: moves }, { returnDocument: 'after', session }).lean();
    if (reaction) await notify(change, { recipient: comment.author, kind: 'REACTED', actor: user, subject: { type: 'Comment', id } });
    return changed!;
  });
}

async function requireOwn(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
  const comment = await CommentModel.findOne({ _id: id, deletedAt: null }).lean();
  if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
  if (!comment.author.equals(author)) throw new RequestError('FORBIDDEN', 'This comment is somebody else’s.');
  return comment;
}

const commentOrders = {
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  OLDEST: [
    ['createdAt', 1],
    ['_id', 1],
  ],
} as const;

/** What nobody has hidden, and the viewer does not. */
function seenBy(hidden: Types.ObjectId[]): Record<string, unknown> {
  return { hiddenAt: null, ...(hidden.length > 0 && { author: { $nin: hidden } }) };
}

/** @returns null where there is no such comment */
export async function authorOfComment(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
  return (await CommentModel.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Takes a comment out of sight, or puts it back. @returns its author, or null where there is none */
export async function showComment(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
  const { session } = change;
  const comment = await CommentModel.findById(id).session(session).lean();
  if (!comment) return null;
  if ((comment.hiddenAt === null) !== visible) {
    const by = visible ? 1 : -1;
    await CommentModel.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session });
    await commentSubjectKind(comment.subjectType)?.count(session, comment.subject, by);
    if (comment.parent) await CommentModel.updateOne({ _id: comment.parent }, { $inc: { replyCount: by } }, { session });
    await change.hideEvents(`Comment:${id.toHexString()}`, !visible);
  }
  return comment.author;
}

/** A comment that was held comes out: those whom it concerns hear of it now. */
export async function releaseComment(change: Change, id: Types.ObjectId): Promise<void> {
  const comment = await CommentModel.findById(id).session(change.session).lean();
  const kind = comment && commentSubjectKind(comment.subjectType);
  if (comment && kind) await tellThoseConcerned(change, comment, await authorAnswered(change, kind, comment));
}

export function commentList(subject: Types.ObjectId, hidden: Types.ObjectId[], sort: keyof typeof commentOrders): ListDefinition {
  return { name: `comments/${sort}`, filter: { subject, parent: null, ...seenBy(hidden) }, order: commentOrders[sort] };
}

export function replyList(parent: Types.ObjectId, hidden: Types.ObjectId[]): ListDefinition {
  return { name: 'replies', filter: { parent, ...seenBy(hidden) }, order: commentOrders.OLDEST };
}

/** Comments of another shop or data set, in bulk. Counts on products are moved by what is new. @returns how many were new */
export async function importComments(comments: CommentDocument[]): Promise<number> {
  const known = await CommentModel.find({ _id: { $in: comments.map(({ _id }) => _id) } }, { _id: 1 }).lean();
  const ids = new Set(known.map(({ _id }) => _id.toHexString()));
  const fresh = comments.filter(({ _id }) => !ids.has(_id.toHexString()));
  await insertMissing(CommentModel, fresh);
  await addCounts(
    ProductModel,
    'commentCount',
    fresh.filter(({ subjectType }) => subjectType === 'Product').map(({ subject }) => subject),
  );
  await addCounts(
    CommentModel,
    'replyCount',
    fresh.flatMap(({ parent }) => parent ?? []),
  );
  return fresh.length;
}

async function addCounts(model: AnyModel, field: string, ids: Types.ObjectId[]): Promise<void> {
  if (ids.length === 0) return;
  await model.collection.bulkWrite(
    ids.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { [field]: 1 } } } })),
    { ordered: false },
  );
}
