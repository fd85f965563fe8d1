import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, ID, Info, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent, type StreamSubject } from '../../realtime/index.js';
import { asksFor, ConnectionArgs, edgeIn, mapNodes, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { changeKindOf, kindAsTold } from '../../relay/change-kind.js';
import { idOf, parseGlobalId, toGlobalId } from '../../relay/global-id.js';
import { AfterEvent, FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { commentChanges, commentTopic } from './comment.events.js';
import { commentList, replyList } from './comment.lists.js';
import { placeKept, placeOf, type CommentVisibility } from './comment-visibility.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument, ReactionName } from './comment.model.js';
import { checkBody, type CommentService } from './comment.service.js';
import {
  AddCommentInput,
  AddCommentPayload,
  Comment,
  CommentAdded,
  CommentChanged,
  CommentConnection,
  CommentSubject,
  DeleteCommentInput,
  DeleteCommentPayload,
  EditCommentInput,
  EditCommentPayload,
  Reaction,
  ReactionCount,
  ReactToCommentInput,
  ReactToCommentPayload,
} from './comment.type.js';
import type { ReactionService } from './reaction.service.js';

const maxMentionsShown = 10;
/** The members of `CommentSubject`. */
const commentedTypes = ['Product', 'Review', 'Answer', 'Share'];

interface CommentResolverDependencies {
  comments: CommentService;
  visibility: CommentVisibility;
  reactions: ReactionService;
  loaders: CommentLoaders;
  users: UserVerbs;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => Comment)
export class CommentResolver {
  constructor(private readonly dependencies: CommentResolverDependencies) {}

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The author. Null if their account or the comment was deleted, or the comment was hidden.',
  })
  author(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return comment.deletedAt || comment.hiddenAt ? null : context.load(this.dependencies.users.userById, comment.author);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether a moderator hid the comment. Its body is then empty and its author null; its place is kept for the replies below it.',
  })
  hidden(@Root() { hiddenAt }: CommentDocument): boolean {
    return hiddenAt !== null;
  }

  @FieldResolver(() => CommentSubject, {
    nullable: true,
    description: 'The product, review, answer or share commented on. Null if it was deleted.',
  })
  subject(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.dependencies.visibility.subjectOf(comment, context);
  }

  @FieldResolver(() => Comment, { nullable: true, description: 'The comment it replies to. Null for top-level comments.' })
  parent(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<CommentDocument | null> | null {
    return comment.parent && this.dependencies.visibility.visibleComment(comment.parent, context);
  }

  @FieldResolver(() => CommentConnection, { description: 'Direct replies, oldest first.' })
  async replies(
    @Root() comment: CommentDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<CommentDocument>> {
    return withLiveCursor(commentTopic(comment.subject), info, context, () => this.repliesTo(comment, page, context));
  }

  private async repliesTo(comment: CommentDocument, page: ConnectionArgs, context: RequestContext): Promise<Connection<CommentDocument>> {
    const { loaders, socialGraph } = this.dependencies;
    const hidden = await socialGraph.hiddenFrom(context);
    const list = replyList(comment._id, hidden);
    if (hidden.length === 0) list.totalCount = comment.replyCount;
    return mapNodes(await context.require(loaders.repliesOfComment, { parent: comment._id, list, args: page }), async (reply) =>
      placeOf(reply),
    );
  }

  @FieldResolver(() => [User], { description: 'Users mentioned as `@handle`, up to 10.' })
  async mentions(@Root() { mentions }: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    const users = await Promise.all(
      (mentions ?? []).slice(0, maxMentionsShown).map((user) => this.dependencies.socialGraph.visibleUser(user, context)),
    );
    return users.filter((user) => user !== null);
  }

  @FieldResolver(() => [ReactionCount], {
    description: 'Number of reactions by kind, most frequent first. Lists each kind once, and only kinds that were given.',
  })
  reactions(@Root() { reactions, deletedAt }: CommentDocument): { reaction: ReactionName; count: number }[] {
    if (deletedAt) return [];
    const counts = Object.entries(reactions ?? {}) as [ReactionName, number][];
    return counts
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([reaction, count]) => ({ reaction, count }));
  }

  @FieldResolver(() => Reaction, { nullable: true, description: 'The viewer’s reaction. Null if they have not reacted.' })
  async viewerReaction(@Root() { _id }: CommentDocument, @Ctx() context: RequestContext): Promise<ReactionName | null> {
    if (!context.signedIn) return null;
    return (await context.load(this.dependencies.loaders.reactionTo, { subject: _id, user: context.signedIn.userId }))?.reaction ?? null;
  }

  @Authorized()
  @Mutation(() => ReactToCommentPayload, { description: 'Reacts to a comment. Replaces the viewer’s earlier reaction.' })
  reactToComment(
    @Arg('input', () => ReactToCommentInput, { description: 'The comment and the reaction.' }) { commentId, reaction }: ReactToCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => ({
      comment: await this.dependencies.reactions.reactToComment(context.requireSignedIn().userId, id, reaction ?? null),
    }));
  }

  @Authorized()
  @ChecksInput(({ body }: AddCommentInput) => checkBody(body))
  @Mutation(() => AddCommentPayload, { description: 'Comments on a product, review, answer or share, or replies to a comment.' })
  addComment(
    @Arg('input', () => AddCommentInput, { description: 'The comment to add.' }) input: AddCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const { type, id } = parseGlobalId(input.subjectId, 'input.subjectId');
    const parent = input.parentId ? idOf('Comment', input.parentId, 'input.parentId') : null;
    const { body, idempotencyKey } = input;
    return payload(async () => {
      const comment = await this.dependencies.comments.addComment(context.requireSignedIn().userId, {
        subjectType: type,
        subject: id,
        parent,
        body,
        idempotencyKey,
      });
      return { comment, held: comment.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => EditCommentPayload, { description: 'Edits one of the viewer’s comments, within the edit window.' })
  editComment(
    @Arg('input', () => EditCommentInput, { description: 'The comment, and its new text.' }) { commentId, body }: EditCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => {
      const comment = await this.dependencies.comments.editComment(context.requireSignedIn().userId, id, body);
      return { comment, held: comment.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteCommentPayload, {
    description: 'Deletes one of the viewer’s comments. A comment with replies is emptied and stays in the thread.',
  })
  deleteComment(
    @Arg('input', () => DeleteCommentInput, { description: 'The comment to delete.' }) { commentId }: DeleteCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => {
      const { comments, visibility } = this.dependencies;
      const deleted = await comments.deleteComment(context.requireSignedIn().userId, id);
      return {
        deletedCommentId: commentId,
        comment: placeKept(deleted),
        parent: deleted.parent && (await visibility.visibleComment(deleted.parent, context)),
        subject: await visibility.subjectOf(deleted, context),
      };
    });
  }

  @Subscription(() => CommentAdded, {
    description: 'New comments on a subject, including replies.',
    subscribe: subscribeTo({ topic: topicOf, subject: subjectOf, types: ['COMMENT_ADDED'] }),
  })
  async commentAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('subjectId', () => ID, { description: 'The product, review, answer or share to watch.' }) subjectId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const comment = await context.load(this.dependencies.loaders.commentById, event.data['comment'] as CommentDocument['_id']);
    const visible = comment?.hiddenAt ? null : comment;
    const subject = await this.subjectAsked(subjectId, info, context);
    return { cursor: encodeEventCursor(event), comment: visible, edge: visible && edgeOf(visible), subject };
  }

  @Subscription(() => CommentChanged, {
    description: 'Every comment on a subject, replies included, that is added, edited or removed. Reactions are not sent.',
    subscribe: subscribeTo({ topic: topicOf, subject: subjectOf, types: commentChanges }),
  })
  async commentChanged(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('subjectId', () => ID, { description: 'The product, review, answer or share to watch.' }) subjectId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const id = event.data['comment'] as CommentDocument['_id'];
    const found = await context.load(this.dependencies.loaders.commentById, id);
    const kind = kindAsTold(changeKindOf(event.type), found?.hiddenAt ? null : found);
    const comment = found && (kind === 'REMOVED' ? placeKept(found) : found);
    return {
      cursor: encodeEventCursor(event),
      kind,
      commentId: toGlobalId('Comment', id),
      comment,
      edge: kind === 'ADDED' && comment ? edgeOf(comment) : null,
      subject: await this.subjectAsked(subjectId, info, context),
    };
  }

  /** Who sees the subject depends on the viewer, so that it is looked up for those who ask for it only. */
  private async subjectAsked(subjectId: string, info: GraphQLResolveInfo, context: RequestContext): Promise<object | null> {
    const { type: subjectType, id: subject } = parseGlobalId(subjectId, 'subjectId');
    return asksFor(info, 'subject') ? this.dependencies.visibility.subjectOf({ subjectType, subject }, context) : null;
  }
}

function topicOf({ subjectId }: { subjectId: string }): string {
  return commentTopic(subjectOf({ subjectId }).id);
}

function subjectOf({ subjectId }: { subjectId: string }): StreamSubject {
  const argument = 'subjectId';
  const subject = parseGlobalId(subjectId, argument);
  if (!commentedTypes.includes(subject.type)) throw new RequestError('BAD_USER_INPUT', `A ${subject.type} takes no comments.`, argument);
  return { ...subject, argument };
}

function edgeOf(comment: CommentDocument) {
  return edgeIn(comment.parent ? replyList(comment.parent, []) : commentList(comment.subject, [], 'NEWEST'), comment);
}
