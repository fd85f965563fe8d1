import type { GraphQLResolveInfo } from 'graphql';
import type { Types } from 'mongoose';
import { Args, Authorized, Ctx, Info, Resolver, Root } from 'type-graphql';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { ConnectionArgs, edgeIn, mapNodes, uncounted, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import type { NodeFinders } from '../../relay/node.js';
import { AfterEvent, FieldResolver, Subscription } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import { User, Viewer, viewerOf, type PublicUser, type UserVerbs } from '../user/index.js';
import type { FeedLoaders } from './feed.loader.js';
import type { FeedItemDocument, FeedModels } from './feed.model.js';
import { feedList, feedTopic } from './feed.service.js';
import { FeedItem, FeedItemAdded, FeedItemConnection, FeedItemSubject } from './feed.type.js';

interface FeedItemDependencies {
  loaders: FeedLoaders;
  nodes: NodeFinders;
  users: UserVerbs;
}

@Resolver(() => FeedItem)
export class FeedItemResolver {
  constructor(private readonly dependencies: FeedItemDependencies) {}

  @FieldResolver(() => User, { nullable: true, description: 'The user whose activity it is. Null if their account was deleted.' })
  actor(@Root() { actor }: FeedItemDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, actor);
  }

  @FieldResolver(() => FeedItemSubject, {
    nullable: true,
    description: 'What the activity is about. Null if it was deleted or the viewer may not see it.',
  })
  subject(@Root() { subjectType, subject }: FeedItemDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.dependencies.nodes.find(subjectType, subject, context);
  }

  @Authorized()
  @Subscription(() => FeedItemAdded, {
    description: 'New items in the viewer’s feed.',
    subscribe: subscribeTo({ topic: (_args: object, context: RequestContext) => feedTopic(context.requireSignedIn().userId) }),
  })
  async feedItemAdded(@Root() event: LoggedEvent, @Ctx() context: RequestContext, @AfterEvent() _after?: string | null) {
    const key = { owner: context.requireSignedIn().userId, activity: event.data['activity'] as Types.ObjectId };
    const feedItem = await context.load(this.dependencies.loaders.itemOfActivity, key);
    const edge = feedItem && edgeIn(feedList(key.owner), feedItem);
    return { cursor: encodeEventCursor(event), feedItem, edge, viewer: viewerOf(context) };
  }
}

@Resolver(() => Viewer)
export class ViewerFeedResolver {
  constructor(
    private readonly models: FeedModels,
    private readonly nodes: NodeFinders,
  ) {}

  @Authorized()
  @FieldResolver(() => FeedItemConnection, {
    nullable: true,
    description: 'Reviews, questions, answers, shares and referrals of the users the viewer follows, newest first.',
  })
  async feed(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<FeedItemDocument>> {
    const owner = context.requireSignedIn().userId;
    return withLiveCursor(feedTopic(owner), info, context, () => this.readPage(owner, page, context));
  }

  private async readPage(owner: Types.ObjectId, page: ConnectionArgs, context: RequestContext): Promise<Connection<FeedItemDocument>> {
    const items = await paginate<FeedItemDocument>(this.models.items, feedList(owner), page);
    return mapNodes(uncounted(items), async (item) => ((await this.nodes.find(item.subjectType, item.subject, context)) ? item : null));
  }
}
