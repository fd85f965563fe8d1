import { Arg, Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, mapNodes, paginate, pagesByParent, type Connection, type ListDefinition } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { payload } from '../../relay/payload.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { BlockModel, FollowModel, type BlockDocument, type FollowDocument } from './social-graph.model.js';
import { block, blockList, follow, followeesOf, followersOf, isHiddenFrom, unblock, unfollow } from './social-graph.service.js';
import {
  BlockUserInput,
  BlockUserPayload,
  FollowUserInput,
  FollowUserPayload,
  UnblockUserInput,
  UnblockUserPayload,
  UnfollowUserInput,
  UnfollowUserPayload,
  UserConnection,
} from './social-graph.type.js';

const followeePages = pagesByParent<FollowDocument>(FollowModel, 'follower');
const followerPages = pagesByParent<FollowDocument>(FollowModel, 'followee');

/** The users of a page, without those whom the viewer has blocked. */
async function visibleUsers<From>(
  page: Connection<From>,
  idOf: (from: From) => PublicUser['_id'],
  context: RequestContext,
): Promise<Connection<PublicUser>> {
  return mapNodes(page, async (from) => {
    const id = idOf(from);
    return (await isHiddenFrom(context, id)) ? null : context.load(userById, id);
  });
}

@Resolver(() => User)
export class SocialGraphResolver {
  @FieldResolver(() => UserConnection, { description: 'Whom they follow, the latest first.' })
  async following(
    @Root() user: PublicUser,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PublicUser>> {
    const list: ListDefinition = followeesOf(user._id);
    return visibleUsers(await context.require(followeePages, { parent: user._id, list, args }), ({ followee }) => followee, context);
  }

  @FieldResolver(() => UserConnection, { description: 'Who follows them, the latest first.' })
  async followers(
    @Root() user: PublicUser,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PublicUser>> {
    const list: ListDefinition = followersOf(user._id);
    return visibleUsers(await context.require(followerPages, { parent: user._id, list, args }), ({ follower }) => follower, context);
  }

  @Authorized()
  @Mutation(() => FollowUserPayload, { description: 'Follows a user; their taste counts in one’s recommendations.' })
  followUser(
    @Arg('input', () => FollowUserInput, { description: 'Whom.' }) { userId }: FollowUserInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await follow(context.requireSignedIn().userId, id);
      return { user: await context.load(userById, id) };
    });
  }

  @Authorized()
  @Mutation(() => UnfollowUserPayload, { description: 'Follows a user no longer.' })
  unfollowUser(
    @Arg('input', () => UnfollowUserInput, { description: 'Whom.' }) { userId }: UnfollowUserInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await unfollow(context.requireSignedIn().userId, id);
      return { user: await context.load(userById, id) };
    });
  }

  @Authorized()
  @Mutation(() => BlockUserPayload, {
    description: 'Blocks a user: one sees nothing of theirs any more, and they cannot follow one or answer what one wrote.',
  })
  blockUser(
    @Arg('input', () => BlockUserInput, { description: 'Whom.' }) { userId }: BlockUserInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await block(context.requireSignedIn().userId, id);
      return { user: await context.load(userById, id) };
    });
  }

  @Authorized()
  @Mutation(() => UnblockUserPayload, { description: 'Blocks a user no longer.' })
  unblockUser(
    @Arg('input', () => UnblockUserInput, { description: 'Whom.' }) { userId }: UnblockUserInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await unblock(context.requireSignedIn().userId, id);
      return { user: await context.load(userById, id) };
    });
  }
}

@Resolver(() => Viewer)
export class ViewerBlocksResolver {
  @Authorized()
  @FieldResolver(() => UserConnection, { nullable: true, description: 'Whom one has blocked, the latest first.' })
  async blockedUsers(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<PublicUser>> {
    const page = await paginate<BlockDocument>(BlockModel, blockList(context.requireSignedIn().userId), args);
    return mapNodes(page, ({ blocked }) => context.load(userById, blocked));
  }
}
