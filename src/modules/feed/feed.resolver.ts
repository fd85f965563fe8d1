import type { Types } from 'mongoose';
import { Arg, Args, Authorized, Ctx, FieldResolver, Resolver, Root, Subscription } from 'type-graphql';
import { ConnectionArgs, mapNodes, paginate, type Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { byId } from '../../relay/loader.js';
import { findNode, Node, registerNode } from '../../relay/node.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { FeedItemModel, type FeedItemDocument } from './feed.model.js';
import { feedList, feedTopic } from './feed.service.js';
import { FeedItem, FeedItemAdded, FeedItemConnection } from './feed.type.js';

const feedItemById = byId<FeedItemDocument>(FeedItemModel);

interface OwnItem {
  owner: Types.ObjectId;
  activity: Types.ObjectId;
}

const itemOfActivity: LoaderDefinition<OwnItem, FeedItemDocument> = {
  cacheKey: ({ owner, activity }) => `${owner.toHexString()}:${activity.toHexString()}`,
  async batch(keys) {
    const { owner } = keys[0]!;
    const items = await FeedItemModel.find({ owner, activity: { $in: keys.map(({ activity }) => activity) } }).lean();
    return keys.map(({ activity }) => items.find((item) => item.activity.equals(activity)) ?? null);
  },
};

registerNode('FeedItem', async (id, context) => {
  const item = await context.load(feedItemById, id);
  return item && context.signedIn?.userId.equals(item.owner) ? item : null;
});

@Resolver(() => FeedItem)
export class FeedItemResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who did it; null where they have left.' })
  actor(@Root() { actor }: FeedItemDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, actor);
  }

  @FieldResolver(() => Node, { nullable: true, description: 'What it is about; null where that is gone since.' })
  subject(@Root() { subjectType, subject }: FeedItemDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return findNode(subjectType, subject, context);
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
  ): Promise<object> {
    const key = { owner: context.requireSignedIn().userId, activity: event.data['activity'] as Types.ObjectId };
    return { cursor: encodeEventCursor(event), feedItem: await context.load(itemOfActivity, key) };
  }
}

@Resolver(() => Viewer)
export class ViewerFeedResolver {
  @Authorized()
  @FieldResolver(() => FeedItemConnection, {
    nullable: true,
    description: 'What the people one follows reviewed, asked, answered, shared and recommended, the latest first.',
  })
  async feed(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<FeedItemDocument>> {
    const items = await paginate<FeedItemDocument>(FeedItemModel, feedList(context.requireSignedIn().userId), page);
    return mapNodes(items, async (item) => ((await findNode(item.subjectType, item.subject, context)) ? item : null));
  }
}
