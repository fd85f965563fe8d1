import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Info, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { asksFor, ConnectionArgs, type Connection, type ListDefinition } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, parseGlobalId, toGlobalId } from '../../relay/global-id.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { Product, type ProductDocument } from '../catalog/index.js';
import { Answer, type AnswerDocument } from '../question/index.js';
import { Review, type ReviewDocument } from '../review/index.js';
import { Share, type ShareDocument } from '../share/index.js';
import { hiddenFrom, isHiddenFrom } from '../social-graph/index.js';
import { User, userById, type PublicUser } from '../user/index.js';
import { commentSubjectKind } from './comment-subject.js';
import { commentById, commentsOfSubject, reactionTo, repliesOfComment } from './comment.loader.js';
import type { CommentDocument, ReactionName } from './comment.model.js';
import './comment.privacy.js';
import { addComment, commentList, commentTopic, deleteComment, editComment, reactToComment, replyList } from './comment.service.js';
import {
  AddCommentInput,
  AddCommentPayload,
  Comment,
  CommentAdded,
  CommentConnection,
  CommentSort,
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

const mostMentions = 10;

registerNode('Comment', (id, context) => visibleComment(id, context));

/** A comment, unless it is hidden from everybody or from the viewer. */
async function visibleComment(id: CommentDocument['_id'], context: RequestContext): Promise<CommentDocument | null> {
  const comment = await context.load(commentById, id);
  if (!comment || comment.hiddenAt) return null;
  return (await isHiddenFrom(context, comment.author)) ? null : comment;
}

@Resolver(() => Comment)
export class CommentResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who wrote it; null where they have left, and once it is deleted.' })
  author(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return comment.deletedAt ? null : context.load(userById, comment.author);
  }

  @FieldResolver(() => CommentSubject, { nullable: true, description: 'What it is about; null where that is gone.' })
  async subject(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<object | null> {
    const subject = await commentSubjectKind(comment.subjectType)?.find(context, comment.subject);
    return subject ? { ...subject, __typename: comment.subjectType } : null;
  }

  @FieldResolver(() => Comment, { nullable: true, description: 'The comment it replies to; null right below the subject.' })
  parent(@Root() comment: CommentDocument, @Ctx() context: RequestContext): Promise<CommentDocument | null> | null {
    return comment.parent && visibleComment(comment.parent, context);
  }

  @FieldResolver(() => CommentConnection, { description: 'The replies right below it, the earliest first.' })
  async replies(
    @Root() comment: CommentDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CommentDocument>> {
    const list: ListDefinition = { ...replyList(comment._id, await hiddenFrom(context)), totalCount: comment.replyCount };
    return context.require(repliesOfComment, { parent: comment._id, list, args: page });
  }

  @FieldResolver(() => [User], { description: 'Whom it names as `@handle`, at most 10.' })
  async mentions(@Root() { mentions }: CommentDocument, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    const users = await Promise.all((mentions ?? []).slice(0, mostMentions).map((user) => context.load(userById, user)));
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
    return (await context.load(reactionTo, { subject: _id, user: context.signedIn.userId }))?.reaction ?? null;
  }

  @Authorized()
  @Mutation(() => ReactToCommentPayload, { description: 'Reacts to a comment. One reaction each, and it may be changed.' })
  reactToComment(
    @Arg('input', () => ReactToCommentInput, { description: 'The reaction.' }) { commentId, reaction }: ReactToCommentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => ({ comment: await reactToComment(context.requireSignedIn().userId, id, reaction ?? null) }));
  }

  @Authorized()
  @Mutation(() => AddCommentPayload, { description: 'Comments on a subject, or replies to a comment on it.' })
  addComment(
    @Arg('input', () => AddCommentInput, { description: 'The comment.' }) input: AddCommentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { type, id } = parseGlobalId(input.subjectId, 'input.subjectId');
    const parent = input.parentId ? idOf('Comment', input.parentId, 'input.parentId') : null;
    const { body, idempotencyKey } = input;
    return payload(async () => {
      const comment = await addComment(context.requireSignedIn().userId, { subjectType: type, subject: id, parent, body, idempotencyKey });
      return { comment, held: comment.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => EditCommentPayload, { description: 'Changes one’s own comment.' })
  editComment(
    @Arg('input', () => EditCommentInput, { description: 'The new text.' }) { commentId, body }: EditCommentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => ({ comment: await editComment(context.requireSignedIn().userId, id, body) }));
  }

  @Authorized()
  @Mutation(() => DeleteCommentPayload, { description: 'Deletes one’s own comment. Where it has replies, an empty place stays.' })
  deleteComment(
    @Arg('input', () => DeleteCommentInput, { description: 'Which.' }) { commentId }: DeleteCommentInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Comment', commentId, 'input.commentId');
    return payload(async () => {
      const { _id } = await deleteComment(context.requireSignedIn().userId, id);
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
    @Arg('subjectId', () => ID, { description: 'On which product, review, answer or share.' }) _subjectId: string,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ): Promise<object> {
    return { cursor: encodeEventCursor(event), comment: await context.load(commentById, event.data['comment'] as CommentDocument['_id']) };
  }
}

async function commentsOn(
  subject: { _id: CommentDocument['subject']; commentCount: number },
  sort: CommentSort,
  page: ConnectionArgs,
  context: RequestContext,
  info: GraphQLResolveInfo,
): Promise<Connection<CommentDocument>> {
  const list = commentList(subject._id, await hiddenFrom(context), sort);
  if (asksFor(info, 'totalCount')) list.totalCount = subject.commentCount;
  return context.require(commentsOfSubject, { parent: subject._id, list, args: page });
}

@Resolver(() => Product)
export class ProductCommentsResolver {
  @FieldResolver(() => CommentConnection, { description: 'The comments right below it; `totalCount` counts replies too.' })
  comments(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'In which order.' }) sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return commentsOn(product, sort, page, context, info);
  }
}

@Resolver(() => Review)
export class ReviewCommentsResolver {
  @FieldResolver(() => CommentConnection, { description: 'The comments right below it; `totalCount` counts replies too.' })
  comments(
    @Root() review: ReviewDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'In which order.' }) sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return commentsOn(review, sort, page, context, info);
  }
}

@Resolver(() => Answer)
export class AnswerCommentsResolver {
  @FieldResolver(() => CommentConnection, { description: 'The comments right below it; `totalCount` counts replies too.' })
  comments(
    @Root() answer: AnswerDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'In which order.' }) sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return commentsOn(answer, sort, page, context, info);
  }
}

@Resolver(() => Share)
export class ShareCommentsResolver {
  @FieldResolver(() => CommentConnection, { description: 'The comments right below it; `totalCount` counts replies too.' })
  comments(
    @Root() share: ShareDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'In which order.' }) sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return commentsOn(share, sort, page, context, info);
  }
}
