import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { insertMissing } from '../../store/bulk.js';
import type { AnyModel } from '../../relay/loader.js';
import { ProductModel } from '../catalog/index.js';
import { createOnce } from '../../store/idempotency.js';
import { isBlocked } from '../social-graph/index.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { commentSubjectKind, type CommentSubjectKind } from './comment-subject.js';
import { CommentModel, type CommentDocument } from './comment.model.js';

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
  await requireWelcome(change, kind, author, input);
  const comment: CommentDocument = {
    _id,
    subjectType,
    subject,
    parent,
    author,
    body,
    replyCount: 0,
    createdAt: new Date(),
    editedAt: null,
    deletedAt: null,
    hiddenAt: null,
  };
  await CommentModel.collection.insertOne(comment, { session });
  if (subjectType === 'Product') await noteInteractions(session, author, [subject], { increments: { comments: 1 } });
  await change.emit(commentTopic(subject), 'COMMENT_ADDED', { comment: _id, author, content: `Comment:${_id.toHexString()}` });
}

async function countReply({ session }: Change, subject: Types.ObjectId, parent: Types.ObjectId, by: number): Promise<void> {
  const { matchedCount } = await CommentModel.updateOne({ _id: parent, subject }, { $inc: { replyCount: by } }, { session });
  if (matchedCount === 0) throw broken('NOT_FOUND', 'There is no such comment on this subject.', 'parentId');
}

/** Nobody answers someone who has blocked them. */
async function requireWelcome(
  { session }: Change,
  kind: CommentSubjectKind,
  author: Types.ObjectId,
  { subject, parent }: NewComment,
): Promise<void> {
  const answered = parent
    ? (await CommentModel.findById(parent, { author: 1 }).session(session).lean())?.author
    : await kind.authorOf(session, subject);
  if (answered && (await isBlocked(answered, author)))
    throw broken('NOT_ALLOWED', 'The author does not want that.', parent ? 'parentId' : 'subjectId');
}

function checkBody(body: string): void {
  new InputRules().text(body, { least: 1, most: 5000 }, 'body').check();
}

/** @throws RulesBroken, RequestError FORBIDDEN */
export async function editComment(author: Types.ObjectId, id: Types.ObjectId, body: string): Promise<CommentDocument> {
  checkBody(body);
  await requireOwn(author, id);
  const edited = await CommentModel.findOneAndUpdate(
    { _id: id, deletedAt: null },
    { $set: { body, editedAt: new Date() } },
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
      const tombstone = { body: '', deletedAt: new Date() };
      await CommentModel.updateOne({ _id: id }, { $set: tombstone }, { session });
      return { ...comment, ...tombstone };
    }
    await CommentModel.deleteOne({ _id: id }, { session });
    if (comment.parent) await CommentModel.updateOne({ _id: comment.parent }, { $inc: { replyCount: -1 } }, { session });
    return comment;
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
