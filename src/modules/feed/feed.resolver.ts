import type { Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { ConnectionArgs, mapNodes, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import type { NodeFinders } from '../../relay/node.js';
import { FieldResolver, Subscription } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
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

  @FieldResolver(() => User, { nullable: true, description: 'Who did it; null where they have left.' })
  actor(@Root() { actor }: FeedItemDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, actor);
  }

  @FieldResolver(() => FeedItemSubject, { nullable: true, description: 'What it is about; null where that is gone since.' })
  subject(@Root() { subjectType, subject }: FeedItemDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.dependencies.nodes.find(subjectType, subject, context);
  }

  @Authorized()
  @Subscription(() => FeedItemAdded, {
    description: 'Whatever comes into one’s feed.',
    subscribe: subscribeTo((_args: object, context: RequestContext) => feedTopic(context.requireSignedIn().userId)),
  })
  async feedItemAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ) {
    const key = { owner: context.requireSignedIn().userId, activity: event.data['activity'] as Types.ObjectId };
    return { cursor: encodeEventCursor(event), feedItem: await context.load(this.dependencies.loaders.itemOfActivity, key) };
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
    description: 'What the people one follows reviewed, asked, answered, shared and recommended, the latest first.',
  })
  async feed(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedItemDocument>> {
    const items = await paginate<FeedItemDocument>(this.models.items, feedList(context.requireSignedIn().userId), page);
    return mapNodes(items, async (item) => ((await this.nodes.find(item.subjectType, item.subject, context)) ? item : null));
  }
}
