import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, ID, Info, Resolver, Root } from 'type-graphql';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { asksFor, ConnectionArgs, edgeIn, mapNodes, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, parseGlobalId, toGlobalId } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { commentList, replyList } from './comment.lists.js';
import { placeOf, type CommentVisibility } from './comment-visibility.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument, ReactionName } from './comment.model.js';
import { commentTopic, type CommentService } from './comment.service.js';
import {
  AddCommentInput,
  AddCommentPayload,
  Comment,
  CommentAdded,
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

  @FieldResolver(() => User, { nullable: true, description: 'Who wrote it; null where they have left, and once it is deleted.' })
  author(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return comment.deletedAt || comment.hiddenAt ? null : context.load(this.dependencies.users.userById, comment.author);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether moderation took it out of sight. Its text and author are then left out, and only its place is kept for the replies below it.',
  })
  hidden(@Root() { hiddenAt }: CommentDocument): boolean {
    return hiddenAt !== null;
  }

  @FieldResolver(() => CommentSubject, { nullable: true, description: 'What it is about; null where that is gone.' })
  subject(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.dependencies.visibility.subjectOf(comment, context);
  }

  @FieldResolver(() => Comment, { nullable: true, description: 'The comment it replies to; null right below the subject.' })
  parent(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<CommentDocument | null> | null {
    return comment.parent && this.dependencies.visibility.visibleComment(comment.parent, context);
  }

  @FieldResolver(() => CommentConnection, { description: 'The replies right below it, the earliest first.' })
  async replies(
    @Root() comment: CommentDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CommentDocument>> {
    const { loaders, socialGraph } = this.dependencies;
    const list = { ...replyList(comment._id, await socialGraph.hiddenFrom(context)), totalCount: comment.replyCount };
    return mapNodes(await context.require(loaders.repliesOfComment, { parent: comment._id, list, args: page }), async (reply) =>
      placeOf(reply),
    );
  }

  @FieldResolver(() => [User], { description: 'Whom it names as `@handle`, at most 10.' })
  async mentions(@Root() { mentions }: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    const users = await Promise.all(
      (mentions ?? []).slice(0, maxMentionsShown).map((user) => this.dependencies.socialGraph.visibleUser(user, context)),
    );
    return users.filter((user) => user !== null);
  }

  @FieldResolver(() => [ReactionCount], { description: 'How many reacted how, the most frequent first; only what there is.' })
  reactions(@Root() { reactions, deletedAt }: CommentDocument): { reaction: ReactionName; count: number }[] {
    if (deletedAt) return [];
    const counts = Object.entries(reactions ?? {}) as [ReactionName, number][];
    return counts
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([reaction, count]) => ({ reaction, count }));
  }

  @FieldResolver(() => Reaction, { nullable: true, description: 'One’s own reaction; null without one.' })
  async viewerReaction(@Root() { _id }: CommentDocument, @Ctx() context: RequestContext): Promise<ReactionName | null> {
    if (!context.signedIn) return null;
    return (await context.load(this.dependencies.loaders.reactionTo, { subject: _id, user: context.signedIn.userId }))?.reaction ?? null;
  }

  @Authorized()
  @Mutation(() => ReactToCommentPayload, { description: 'Reacts to a comment. One reaction each, and it may be changed.' })
  reactToComment(
    @Arg('input', () => ReactToCommentInput, { description: 'The reaction.' }) { commentId, reaction }: ReactToCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => ({
      comment: await this.dependencies.reactions.reactToComment(context.requireSignedIn().userId, id, reaction ?? null),
    }));
  }

  @Authorized()
  @Mutation(() => AddCommentPayload, { description: 'Comments on a subject, or replies to a comment on it.' })
  addComment(@Arg('input', () => AddCommentInput, { description: 'The comment.' }) input: AddCommentInput, @Ctx() context: RequestContext) {
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
  @Mutation(() => EditCommentPayload, { description: 'Changes one’s own comment.' })
  editComment(
    @Arg('input', () => EditCommentInput, { description: 'The new text.' }) { commentId, body }: EditCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => {
      const comment = await this.dependencies.comments.editComment(context.requireSignedIn().userId, id, body);
      return { comment, held: comment.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteCommentPayload, { description: 'Deletes one’s own comment. Where it has replies, an empty place stays.' })
  deleteComment(
    @Arg('input', () => DeleteCommentInput, { description: 'Which.' }) { commentId }: DeleteCommentInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => {
      const { _id } = await this.dependencies.comments.deleteComment(context.requireSignedIn().userId, id);
      return { deletedCommentId: toGlobalId('Comment', _id) };
    });
  }

  @Subscription(() => CommentAdded, {
    description: 'Every new comment on a subject, replies included.',
    subscribe: subscribeTo((args: { subjectId: string }) => commentTopic(parseGlobalId(args.subjectId, 'subjectId').id)),
  })
  async commentAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('subjectId', () => ID, { description: 'On which product, review, answer or share.' }) subjectId: string,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ) {
    const comment = await context.load(this.dependencies.loaders.commentById, event.data['comment'] as CommentDocument['_id']);
    const visible = comment?.hiddenAt ? null : comment;
    // Who sees the subject depends on the viewer, so that it is looked up for those who ask for it only.
    const { type: subjectType, id } = parseGlobalId(subjectId, 'subjectId');
    const subject = asksFor(info, 'subject') ? await this.dependencies.visibility.subjectOf({ subjectType, subject: id }, context) : null;
    return { cursor: encodeEventCursor(event), comment: visible, edge: visible && edgeOf(visible), subject };
  }
}

function edgeOf(comment: CommentDocument) {
  return edgeIn(comment.parent ? replyList(comment.parent, []) : commentList(comment.subject, [], 'NEWEST'), comment);
}
