import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { User, type PublicUser } from '../user/index.js';
import type { SocialGraphLoaders } from './social-graph.loader.js';

/** What a user is to the viewer. */
@Resolver(() => User)
export class ViewerRelationResolver {
  constructor(private readonly loaders: SocialGraphLoaders) {}

  @FieldResolver(() => Boolean, { description: 'Whether this user is the viewer.' })
  isViewer(@Root() { _id }: PublicUser, @Ctx() { signedIn }: RequestContext): boolean {
    return signedIn !== null && signedIn.userId.equals(_id);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the viewer follows this user. False for anonymous users.' })
  async viewerFollows(@Root() { _id }: PublicUser, @Ctx() context: RequestContext): Promise<boolean> {
    if (!context.signedIn) return false;
    return context.require(this.loaders.isFollowing, { user: context.signedIn.userId, subject: _id });
  }

  @FieldResolver(() => Boolean, { description: 'Whether the viewer has blocked this user. False for anonymous users.' })
  async viewerBlocks(@Root() { _id }: PublicUser, @Ctx() context: RequestContext): Promise<boolean> {
    if (!context.signedIn) return false;
    return context.require(this.loaders.hasBlocked, { user: context.signedIn.userId, subject: _id });
  }
}
