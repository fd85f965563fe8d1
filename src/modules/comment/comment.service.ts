/** Comments: how they are written, changed and deleted, and how moderation takes them out of sight. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { RequestContext } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CommentedKind, ContentKind } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument, CommentModels } from './comment.model.js';
import { mentionedHandles } from './mentions.js';

const maxMentionsTold = 10;

export const commentTopic = (subject: Types.ObjectId): string => `comments:${subject.toHexString()}`;

export interface NewComment {
  subjectType: string;
  subject: Types.ObjectId;
  parent: Types.ObjectId | null;
  body: string;
  idempotencyKey?: string | null;
}

/** A kind of content that takes comments. */
type SubjectKind = ContentKind & { comments: CommentedKind };

interface CommentDependencies {
  models: CommentModels;
  loaders: CommentLoaders;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  users: UserVerbs;
  behaviour: BehaviourVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
  /** Every kind of content; those that take no comments are left out. */
  subjects: readonly ContentKind[];
  /** Hours in which a comment may be changed. */
  editHours: number;
}

export class CommentService {
  private readonly models: CommentModels;
  private readonly subjects: ReadonlyMap<string, SubjectKind>;

  constructor(private readonly dependencies: CommentDependencies) {
    this.models = dependencies.models;
    const takingComments = dependencies.subjects.filter((kind): kind is SubjectKind => kind.comments !== null);
    this.subjects = new Map(takingComments.map((kind) => [kind.type, kind]));
  }

  /** @throws RulesBroken, RequestError BAD_USER_INPUT for a subject of a kind that takes no comments */
  async addComment(author: Types.ObjectId, input: NewComment): Promise<CommentDocument> {
    const kind = this.requireKind(input.subjectType);
    checkBody(input.body);
    const { realtime, idempotency } = this.dependencies;
    const id = await realtime.recordChange([kind.comments.keyOf(input.subject)], async (change) => {
      const request = { user: author, operation: 'addComment', key: input.idempotencyKey };
      const { id } = await idempotency.createOnce(change.session, request, (_id) => this.insertComment(change, kind, _id, author, input));
      return id;
    });
    return (await this.models.comments.findById(id).lean())!;
  }

  private requireKind(type: string): SubjectKind {
    const kind = this.subjects.get(type);
    if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} takes no comments.`, 'input.subjectId');
    return kind;
  }

  private async insertComment(
    change: Change,
    kind: SubjectKind,
    _id: Types.ObjectId,
    author: Types.ObjectId,
    input: NewComment,
  ): Promise<void> {
    const { subjectType, subject, parent, body } = input;
    const held = await this.dependencies.screening.screen(change, { author, content: { type: 'Comment', id: _id }, text: body });
    const by = held ? 0 : 1;
    if (!(await kind.comments.count(change.session, subject, by)))
      throw broken('NOT_FOUND', 'There is nothing here to comment on.', 'subjectId');
    if (parent && !(await this.countReply(change, subject, parent, by)))
      throw broken('NOT_FOUND', 'There is no such comment on this subject.', 'parentId');
    const answered = await this.authorAnswered(change, kind, input);
    await this.requireWelcome(answered, author, input);
    const mentions = await this.mentionsIn(body);
    const now = new Date();
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
      createdAt: now,
      editedAt: null,
      deletedAt: null,
      hiddenAt: held ? now : null,
    };
    await insert(this.models.comments, comment, change.session);
    if (!held) await this.publish(change, comment, answered);
  }

  /** Moves the count of replies. @returns whether there is such a comment on the subject */
  private async countReply({ session }: Change, subject: Types.ObjectId, parent: Types.ObjectId, by: number): Promise<boolean> {
    const { matchedCount } = await this.models.comments.updateOne({ _id: parent, subject }, { $inc: { replyCount: by } }, { session });
    return matchedCount === 1;
  }

  /** Whoever wrote the comment that is replied to, or else the subject. */
  private async authorAnswered(
    { session }: Change,
    kind: SubjectKind,
    { subject, parent }: Pick<NewComment, 'subject' | 'parent'>,
  ): Promise<Types.ObjectId | null> {
    return parent ? this.authorOf(session, parent) : kind.authorOf(session, subject);
  }

  /** Nobody answers someone who has blocked them. */
  private async requireWelcome(answered: Types.ObjectId | null, author: Types.ObjectId, { parent }: NewComment): Promise<void> {
    if (answered && (await this.dependencies.socialGraph.isBlocked(answered, author)))
      throw broken('NOT_ALLOWED', 'The author does not want that.', parent ? 'parentId' : 'subjectId');
  }

  private async mentionsIn(body: string): Promise<Types.ObjectId[]> {
    return (await this.dependencies.users.usersByHandle(mentionedHandles(body))).map(({ _id }) => _id);
  }

  /** What follows from a comment that can be seen: its author's interest, the live event, and what others are told. */
  private async publish(change: Change, comment: CommentDocument, answered: Types.ObjectId | null): Promise<void> {
    const { _id, author, subjectType, subject } = comment;
    if (subjectType === 'Product')
      await this.dependencies.behaviour.noteInteractions(change.session, author, [subject], { increments: { comments: 1 } });
    await change.emit(commentTopic(subject), 'COMMENT_ADDED', { comment: _id, author, content: `Comment:${_id.toHexString()}` });
    await this.tellThoseConcerned(change, comment, answered);
  }

  /** Whose comment is answered hears of the reply, the subject's author of a comment, and whoever is named of that; everybody once. */
  private async tellThoseConcerned(change: Change, comment: CommentDocument, answered: Types.ObjectId | null): Promise<void> {
    const { author: actor, parent, subjectType, subject } = comment;
    const { notifications } = this.dependencies;
    if (answered && parent)
      await notifications.notify(change, { recipient: answered, kind: 'REPLIED', actor, subject: { type: 'Comment', id: parent } });
    else if (answered)
      await notifications.notify(change, { recipient: answered, kind: 'COMMENTED', actor, subject: { type: subjectType, id: subject } });
    const named = (comment.mentions ?? []).filter((user) => !answered?.equals(user)).slice(0, maxMentionsTold);
    for (const recipient of named)
      await notifications.notify(change, { recipient, kind: 'MENTIONED', actor, subject: { type: 'Comment', id: comment._id } });
  }

  /** A comment may be changed for a while. @throws RulesBroken TOO_LATE, RequestError FORBIDDEN */
  async editComment(author: Types.ObjectId, id: Types.ObjectId, body: string): Promise<CommentDocument> {
    checkBody(body);
    const { editHours } = this.dependencies;
    const { createdAt } = await this.requireOwn(author, id);
    if (Date.now() - createdAt.getTime() > editHours * 3_600_000)
      throw broken('TOO_LATE', `A comment can be changed for ${editHours} hours.`, 'commentId');
    const mentions = await this.mentionsIn(body);
    const edited = await this.models.comments
      .findOneAndUpdate({ _id: id, deletedAt: null }, { $set: { body, mentions, editedAt: new Date() } }, { returnDocument: 'after' })
      .lean();
    if (!edited) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
    return edited;
  }

  /** Takes a comment away; with replies below it, an empty place stays. @throws RulesBroken, RequestError FORBIDDEN */
  async deleteComment(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
    const found = await this.requireOwn(author, id);
    const { comments: subjectCounts } = this.requireKind(found.subjectType);
    const { comments, reactions } = this.models;
    return this.dependencies.realtime.recordChange([subjectCounts.keyOf(found.subject)], async (change) => {
      const { session } = change;
      const comment = await comments.findOne({ _id: id, deletedAt: null, hiddenAt: null }).session(session).lean();
      if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
      await subjectCounts.count(session, comment.subject, -1);
      if (comment.replyCount > 0) {
        const tombstone = { body: '', mentions: [], deletedAt: new Date() };
        await comments.updateOne({ _id: id }, { $set: tombstone }, { session });
        return { ...comment, ...tombstone };
      }
      await comments.deleteOne({ _id: id }, { session });
      await reactions.deleteMany({ comment: id }, { session });
      if (comment.parent) await this.countReply(change, comment.subject, comment.parent, -1);
      return comment;
    });
  }

  private async requireOwn(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
    const comment = await this.models.comments.findOne({ _id: id, deletedAt: null }).lean();
    if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
    if (!comment.author.equals(author)) throw new RequestError('FORBIDDEN', 'This comment is somebody else’s.');
    return comment;
  }

  /** A comment, unless it is hidden from everybody or from the viewer. */
  async visibleComment(id: Types.ObjectId, context: RequestContext): Promise<CommentDocument | null> {
    const comment = await context.load(this.dependencies.loaders.commentById, id);
    if (!comment || comment.hiddenAt) return null;
    return (await this.dependencies.socialGraph.isHiddenFrom(context, comment.author)) ? null : comment;
  }

  /** What a comment is about, as the viewer may see it; null where that is gone. */
  async subjectOf({ subjectType, subject }: CommentDocument, context: RequestContext): Promise<object | null> {
    const found = await this.subjects.get(subjectType)?.comments.find(context, subject);
    return found ? { ...found, __typename: subjectType } : null;
  }

  /** @returns null where there is no such comment */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.comments.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** Takes a comment out of sight and out of the counts, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
    const { session } = change;
    const comment = await this.models.comments.findById(id).session(session).lean();
    if (!comment) return null;
    if ((comment.hiddenAt === null) !== visible) {
      const by = visible ? 1 : -1;
      await this.models.comments.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session });
      // A deleted comment, of which a place is left, is counted below its parent only.
      if (!comment.deletedAt) await this.subjects.get(comment.subjectType)?.comments.count(session, comment.subject, by);
      if (comment.parent) await this.countReply(change, comment.subject, comment.parent, by);
      await change.hideEvents(`Comment:${id.toHexString()}`, !visible);
    }
    return comment.author;
  }

  /** A comment that was held comes out, and is counted by then: those whom it concerns hear of it now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const comment = await this.models.comments.findById(id).session(change.session).lean();
    const kind = comment && this.subjects.get(comment.subjectType);
    if (comment && kind) await this.publish(change, comment, await this.authorAnswered(change, kind, comment));
  }
}

function checkBody(body: string): void {
  new InputRules().text(body, { least: 1, most: 5000 }, 'body').check();
}
