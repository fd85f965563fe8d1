/** The comments of everything that can be commented on. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Int, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, mapNodes, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { Product, type ProductDocument } from '../catalog/index.js';
import { Answer, type AnswerDocument } from '../question/index.js';
import { Review, type ReviewDocument } from '../review/index.js';
import { Share, type ShareDocument } from '../share/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { placeOf } from './comment-visibility.js';
import { commentTopic } from './comment.events.js';
import { commentList } from './comment.lists.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument } from './comment.model.js';
import { CommentConnection, CommentSort } from './comment.type.js';

interface Subject {
  _id: CommentDocument['subject'];
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

@Resolver(() => Product)
export class ProductCommentsResolver {
  constructor(private readonly subjectComments: SubjectComments) {}

  @FieldResolver(() => Int, { description: 'Number of comments of all levels. The same for every viewer.' })
  commentCount(@Root() { commentCount }: ProductDocument): number {
    return commentCount;
  }

  @FieldResolver(() => CommentConnection, { description: 'Top-level comments. `commentCount` counts their replies, too.' })
  comments(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'Order of the list.' })
    sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return this.subjectComments.read(product, sort, page, context, info);
  }
}

@Resolver(() => Review)
export class ReviewCommentsResolver {
  constructor(private readonly subjectComments: SubjectComments) {}

  @FieldResolver(() => Int, { description: 'Number of comments of all levels. The same for every viewer.' })
  commentCount(@Root() { commentCount }: ReviewDocument): number {
    return commentCount;
  }

  @FieldResolver(() => CommentConnection, { description: 'Top-level comments. `commentCount` counts their replies, too.' })
  comments(
    @Root() review: ReviewDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'Order of the list.' })
    sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return this.subjectComments.read(review, sort, page, context, info);
  }
}

@Resolver(() => Answer)
export class AnswerCommentsResolver {
  constructor(private readonly subjectComments: SubjectComments) {}

  @FieldResolver(() => Int, { description: 'Number of comments of all levels. The same for every viewer.' })
  commentCount(@Root() { commentCount }: AnswerDocument): number {
    return commentCount;
  }

  @FieldResolver(() => CommentConnection, { description: 'Top-level comments. `commentCount` counts their replies, too.' })
  comments(
    @Root() answer: AnswerDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'Order of the list.' })
    sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return this.subjectComments.read(answer, sort, page, context, info);
  }
}

@Resolver(() => Share)
export class ShareCommentsResolver {
  constructor(private readonly subjectComments: SubjectComments) {}

  @FieldResolver(() => Int, { description: 'Number of comments of all levels. The same for every viewer.' })
  commentCount(@Root() { commentCount }: ShareDocument): number {
    return commentCount;
  }

  @FieldResolver(() => CommentConnection, { description: 'Top-level comments. `commentCount` counts their replies, too.' })
  comments(
    @Root() share: ShareDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => CommentSort, { nullable: true, defaultValue: CommentSort.NEWEST, description: 'Order of the list.' })
    sort: CommentSort,
  ): Promise<Connection<CommentDocument>> {
    return this.subjectComments.read(share, sort, page, context, info);
  }
}
