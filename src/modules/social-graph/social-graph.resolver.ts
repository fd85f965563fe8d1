import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, mapNodes, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { findOne, namesType, type Names } from '../../relay/find-one.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import { blockList, type BlockService } from './block.service.js';
import { followeesOf, followersOf, type FollowService } from './follow.service.js';
import type { SocialGraphLoaders } from './social-graph.loader.js';
import type { BlockDocument, SocialGraphModels } from './social-graph.model.js';
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

const maxQuery = 100;
const maxFound = 50;

export interface SocialGraphResolverDependencies {
  models: SocialGraphModels;
  loaders: SocialGraphLoaders;
  blocks: BlockService;
  follows: FollowService;
  users: UserVerbs;
}

const UserNames = namesType('User', ['id', 'handle']);

@Resolver(() => User)
export class SocialGraphResolver {
  constructor(private readonly dependencies: SocialGraphResolverDependencies) {}

  @Query(() => User, {
    nullable: true,
    description:
      'A user by ID, by handle or by their ID in another system. Null if there is none, or if they have blocked the viewer. Only the user, administrators and API keys with a scope for users can use the external ID.',
  })
  async user(@Args(() => UserNames) names: Names<'id' | 'handle'>, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    const { blocks, users } = this.dependencies;
    return findOne(names, {
      id: (given) => blocks.profile(idOf('User', given, 'id'), context),
      async handle(given) {
        const found = await users.findByHandle(given.replace(/^@/, ''));
        return found && blocks.profile(found._id, context);
      },
      externalId: (key) => blocks.profileByExternalId(key, context),
    });
  }

  @Authorized()
  @Cost({ weight: 20 })
  @Query(() => UserConnection, {
    description:
      'Finds users by name or handle, for mentions and referrals, up to 50. The last word may be unfinished. Excludes banned users, imported users who have not signed up, and users who blocked the viewer or are blocked by the viewer.',
  })
  async searchUsers(
    @Arg('query', () => String, {
      description: 'Words of a name, or the beginning of a handle, up to 100 characters. Finds no users when empty.',
    })
    query: string,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PublicUser>> {
    if (query.length > maxQuery) throw new RequestError('BAD_USER_INPUT', `A query can have up to ${maxQuery} characters.`, 'query');
    const { blocks, users } = this.dependencies;
    return paginateArray(await users.searchUsers(query, await blocks.hiddenFrom(context), maxFound), page, 'searchUsers');
  }

  @FieldResolver(() => UserConnection, { description: 'Users this user follows, most recently followed first.' })
  async following(
    @Root() user: PublicUser,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PublicUser>> {
    const key = { parent: user._id, list: followeesOf(user._id, await this.dependencies.blocks.hiddenFrom(context)), args };
    const page = await context.require(this.dependencies.loaders.followeePages, key);
    return mapNodes(page, ({ followee }) => this.dependencies.blocks.visibleUser(followee, context));
  }

  @FieldResolver(() => UserConnection, { description: 'Followers of the user, newest first.' })
  async followers(
    @Root() user: PublicUser,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<PublicUser>> {
    const key = { parent: user._id, list: followersOf(user._id, await this.dependencies.blocks.hiddenFrom(context)), args };
    const page = await context.require(this.dependencies.loaders.followerPages, key);
    return mapNodes(page, ({ follower }) => this.dependencies.blocks.visibleUser(follower, context));
  }

  @Authorized()
  @Mutation(() => FollowUserPayload, { description: 'Follows a user. Their taste counts in the viewer’s recommendations.' })
  followUser(
    @Arg('input', () => FollowUserInput, { description: 'The user to follow.' }) { userId }: FollowUserInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await this.dependencies.follows.follow(context.requireSignedIn().userId, id);
      return { user: await this.dependencies.blocks.profile(id, context) };
    });
  }

  @Authorized()
  @Mutation(() => UnfollowUserPayload, { description: 'Unfollows a user.' })
  unfollowUser(
    @Arg('input', () => UnfollowUserInput, { description: 'The user to unfollow.' }) { userId }: UnfollowUserInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await this.dependencies.follows.unfollow(context.requireSignedIn().userId, id);
      return { user: await this.dependencies.blocks.profile(id, context) };
    });
  }

  @Authorized()
  @Mutation(() => BlockUserPayload, {
    description: 'Blocks a user. Neither sees the other’s content any more. To the blocked user, the viewer’s account seems to be deleted.',
  })
  blockUser(
    @Arg('input', () => BlockUserInput, { description: 'The user to block.' }) { userId }: BlockUserInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await this.dependencies.follows.block(context.requireSignedIn().userId, id);
      return { user: await this.dependencies.blocks.profile(id, context) };
    });
  }

  @Authorized()
  @Mutation(() => UnblockUserPayload, { description: 'Unblocks a user.' })
  unblockUser(
    @Arg('input', () => UnblockUserInput, { description: 'The user to unblock.' }) { userId }: UnblockUserInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('User', userId, 'input.userId');
    return payload(async () => {
      await this.dependencies.blocks.unblock(context.requireSignedIn().userId, id);
      return { user: await this.dependencies.blocks.profile(id, context) };
    });
  }
}

@Resolver(() => Viewer)
export class ViewerBlocksResolver {
  constructor(private readonly dependencies: SocialGraphResolverDependencies) {}

  @Authorized()
  @FieldResolver(() => UserConnection, { nullable: true, description: 'Users the viewer has blocked, most recently blocked first.' })
  async blockedUsers(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<PublicUser>> {
    const page = await paginate<BlockDocument>(this.dependencies.models.blocks, blockList(context.requireSignedIn().userId), args);
    return mapNodes(page, ({ blocked }) => context.load(this.dependencies.users.userById, blocked));
  }
}
