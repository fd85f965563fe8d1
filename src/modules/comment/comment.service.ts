/** Comments: how they are written, changed and deleted, and how moderation takes them out of sight. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { contentKey, type DomainEventBus } from '../domain-events.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { UserVerbs } from '../user/index.js';
import { commentEvent } from './comment.events.js';
import type { CommentPlaces } from './comment-places.js';
import type { CommentVisibility } from './comment-visibility.js';
import type { CommentDocument, CommentModels } from './comment.model.js';
import { mentionedHandles } from './mentions.js';
import type { SubjectKind, SubjectKinds } from './subject-kinds.js';

const maxMentionsTold = 10;

export interface NewComment {
  subjectType: string;
  subject: Types.ObjectId;
  parent: Types.ObjectId | null;
  body: string;
  idempotencyKey?: string | null;
}

interface CommentDependencies {
  events: DomainEventBus;
  models: CommentModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  users: UserVerbs;
  behaviour: BehaviourVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  subjects: SubjectKinds;
  visibility: CommentVisibility;
  places: CommentPlaces;
  /** Hours in which a comment may be changed. */
  editHours: number;
}

export class CommentService {
  private readonly models: CommentModels;

  constructor(private readonly dependencies: CommentDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken, RequestError BAD_USER_INPUT for a subject of a kind that takes no comments */
  async addComment(author: Types.ObjectId, input: NewComment): Promise<CommentDocument> {
    const kind = this.dependencies.subjects.require(input.subjectType);
    checkBody(input.body);
    const { realtime, idempotency } = this.dependencies;
    const id = await realtime.recordChange([kind.comments.keyOf(input.subject)], async (change) => {
      const request = { user: author, operation: 'addComment', key: input.idempotencyKey, input };
      return idempotency.createOnce(change.session, request, (_id) => this.insertComment(change, kind, _id, author, input));
    });
    return requireCreated(await this.models.comments.findById(id).lean());
  }

  private async insertComment(
    change: Change,
    kind: SubjectKind,
    _id: Types.ObjectId,
    author: Types.ObjectId,
    input: NewComment,
  ): Promise<void> {
    const { subjectType, subject, parent, body } = input;
    const answered = await this.requireOpen(change, kind, author, input);
    const held = await this.dependencies.screening.screen(change, { author, content: { type: 'Comment', id: _id }, text: body });
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
    await this.dependencies.places.recount(change.session, null, comment);
    if (!held) await this.publish(change, comment, answered);
  }

  /** @returns whom the comment answers, null for nobody. @throws RulesBroken NOT_FOUND for a subject or parent that the author does not see */
  private async requireOpen(
    { session }: Change,
    kind: SubjectKind,
    author: Types.ObjectId,
    { subject, parent }: NewComment,
  ): Promise<Types.ObjectId | null> {
    const seen = await kind.seenBy(session, author, subject);
    if (!seen || seen.hidden) throw broken('NOT_FOUND', 'You can’t comment on this.', 'subjectId');
    if (!parent) return seen.author;
    const answered = await this.dependencies.visibility.seenBy(session, author, parent);
    const isThere =
      answered && !answered.hidden && (await this.models.comments.exists({ _id: parent, subject, deletedAt: null }).session(session));
    if (!isThere) throw broken('NOT_FOUND', 'There is no such comment on this subject.', 'parentId');
    return answered.author;
  }

  /** Whoever wrote the comment that is replied to, or else the subject. */
  private async authorAnswered(
    { session }: Change,
    kind: SubjectKind,
    { subject, parent }: Pick<NewComment, 'subject' | 'parent'>,
  ): Promise<Types.ObjectId | null> {
    return parent ? this.authorOf(session, parent) : kind.authorOf(session, subject);
  }

  private async mentionsIn(body: string): Promise<Types.ObjectId[]> {
    return (await this.dependencies.users.usersByHandle(mentionedHandles(body))).map(({ _id }) => _id);
  }

  /** What follows from a comment that can be seen: its author's interest, the live event, and what others are told. */
  private async publish(change: Change, comment: CommentDocument, answered: Types.ObjectId | null): Promise<void> {
    const { author, subjectType, subject } = comment;
    if (subjectType === 'Product')
      await this.dependencies.behaviour.noteInteractions(change.session, author, [subject], { increments: { comments: 1 } });
    await change.emitMany([commentEvent('COMMENT_ADDED', comment)]);
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
    const found = await this.requireOwn(author, id);
    const { createdAt } = found;
    if (Date.now() - createdAt.getTime() > editHours * 3_600_000)
      throw broken(
        'TOO_LATE',
        message('Comments can be edited for {hours, plural, one {# hour} other {# hours}}.', { hours: editHours }),
        'commentId',
      );
    return this.dependencies.realtime.recordChange([this.keyOf(found)], (change) => this.rewrite(change, found, body));
  }

  /** An edit that is held takes the comment out of sight with it. */
  private async rewrite(change: Change, { _id, author }: CommentDocument, body: string): Promise<CommentDocument> {
    const { comments } = this.models;
    const { session } = change;
    const held = await this.dependencies.screening.screen(change, {
      author,
      content: { type: 'Comment', id: _id },
      text: body,
      isEdit: true,
    });
    const mentions = await this.mentionsIn(body);
    const edit = { body, mentions, editedAt: new Date() };
    const { matchedCount } = await comments.updateOne({ _id, deletedAt: null }, { $set: edit }, { session });
    if (matchedCount === 0) throw noComment();
    if (held) await this.show(change, _id, false);
    const comment = (await comments.findById(_id).session(session).lean())!;
    if (!comment.hiddenAt) await change.emitMany([commentEvent('COMMENT_EDITED', comment)]);
    return comment;
  }

  /** Takes a comment away; with replies below it, an empty place stays. @throws RulesBroken, RequestError FORBIDDEN */
  async deleteComment(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
    const found = await this.requireOwn(author, id);
    const { comments, reactions } = this.models;
    const { events, places, realtime } = this.dependencies;
    return realtime.recordChange([this.keyOf(found)], async (change) => {
      const { session } = change;
      const comment = await comments.findOne({ _id: id, deletedAt: null }).session(session).lean();
      if (!comment) throw noComment();
      const tombstone = { ...comment, body: '', mentions: [], deletedAt: new Date() };
      const hasReplies = comment.replyCount > 0;
      if (hasReplies) {
        const { body, mentions, deletedAt } = tombstone;
        await comments.updateOne({ _id: id }, { $set: { body, mentions, deletedAt } }, { session });
      } else {
        await comments.deleteOne({ _id: id }, { session });
        await reactions.deleteMany({ comment: id }, { session });
      }
      await places.recount(session, comment, hasReplies ? tombstone : null);
      await events.emit(change, 'contentDeleted', { content: { type: 'Comment', id } });
      if (!comment.hiddenAt) await change.emitMany([commentEvent('COMMENT_REMOVED', comment)]);
      return tombstone;
    });
  }

  /** What changes of a comment and of its place contend for. */
  private keyOf({ subjectType, subject }: CommentDocument): string {
    return this.dependencies.subjects.require(subjectType).comments.keyOf(subject);
  }

  private async requireOwn(author: Types.ObjectId, id: Types.ObjectId): Promise<CommentDocument> {
    const comment = await this.models.comments.findOne({ _id: id, deletedAt: null }).lean();
    if (!comment) throw noComment();
    if (comment.author.equals(author)) return comment;
    const seen = await this.dependencies.realtime.recordChange([], ({ session }) =>
      this.dependencies.visibility.seenBy(session, author, id),
    );
    if (!seen) throw noComment();
    throw new RequestError('FORBIDDEN', 'You can only change your own comments.');
  }

  /** @returns null where there is no such comment */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.comments.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** Takes a comment out of sight and out of the counts, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean, isRelease = false): Promise<Types.ObjectId | null> {
    const { session } = change;
    const comment = await this.models.comments.findById(id).session(session).lean();
    if (!comment) return null;
    if ((comment.hiddenAt === null) !== visible) {
      const hiddenAt = visible ? null : new Date();
      await this.models.comments.updateOne({ _id: id }, { $set: { hiddenAt } }, { session });
      await this.dependencies.places.recount(session, comment, { ...comment, hiddenAt });
      await change.hideEvents(contentKey({ type: 'Comment', id }), !visible);
      if (!isRelease && !comment.deletedAt)
        await change.emitMany([commentEvent(visible ? 'COMMENT_RESTORED' : 'COMMENT_REMOVED', comment)]);
    }
    return comment.author;
  }

  /** A comment that was held comes out, and is counted by then: those whom it concerns hear of it now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const comment = await this.models.comments.findById(id).session(change.session).lean();
    const kind = comment && this.dependencies.subjects.find(comment.subjectType);
    if (comment && kind) await this.publish(change, comment, await this.authorAnswered(change, kind, comment));
  }
}

const noComment = () => broken('NOT_FOUND', 'There is no such comment.', 'commentId');

export function checkBody(body: string): void {
  new InputRules().text(body, { min: 1, max: 5000 }, 'body').check();
}
