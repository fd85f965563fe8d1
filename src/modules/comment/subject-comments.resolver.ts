/** The comments of everything that can be commented on. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Int, Resolver, Root, type ClassType } from 'type-graphql';
import { ConnectionArgs, mapNodes, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import { Answer } from '../question/index.js';
import { Review } from '../review/index.js';
import { Share } from '../share/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { placeOf } from './comment-visibility.js';
import { commentTopic } from './comment.events.js';
import { commentList } from './comment.lists.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument } from './comment.model.js';
import { CommentConnection, CommentSort } from './comment.type.js';

interface Subject {
  _id: CommentDocument['subject'];
  commentCount: number;
}

export class SubjectComments {
  constructor(
    private readonly loaders: CommentLoaders,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  read(subject: Subject, sort: CommentSort, page: ConnectionArgs, context: RequestContext, info: GraphQLResolveInfo) {
    return withLiveCursor(commentTopic(subject._id), info, context, () => this.readPage(subject, sort, page, context));
  }

  private async readPage(
    { _id }: Subject,
    sort: CommentSort,
    page: ConnectionArgs,
    context: RequestContext,
  ): Promise<Connection<CommentDocument>> {
    const list = commentList(_id, await this.socialGraph.hiddenFrom(context), sort);
    return mapNodes(await context.require(this.loaders.commentsOfSubject, { parent: _id, list, args: page }), async (comment) =>
      placeOf(comment),
    );
  }
}

function commentsOf(type: () => ClassType) {
  @Resolver(type)
  class CommentsResolver {
    constructor(private readonly subjectComments: SubjectComments) {}

    @FieldResolver(() => Int, { description: 'Number of comments of all levels. The same for every viewer.' })
    commentCount(@Root() { commentCount }: Subject): number {
      return commentCount;
    }

    @FieldResolver(() => CommentConnection, { description: 'Top-level comments. `commentCount` counts their replies, too.' })
    comments(
      @Root() subject: Subject,
      @Args(() => ConnectionArgs) page: ConnectionArgs,
      @Ctx() context: RequestContext,
      @Info() info: GraphQLResolveInfo,
      @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'Order of the list.' })
      sort: CommentSort,
    ): Promise<Connection<CommentDocument>> {
      return this.subjectComments.read(subject, sort, page, context, info);
    }
  }
  return CommentsResolver;
}

export const ProductCommentsResolver = commentsOf(() => Product);
export const ReviewCommentsResolver = commentsOf(() => Review);
export const AnswerCommentsResolver = commentsOf(() => Answer);
export const ShareCommentsResolver = commentsOf(() => Share);
