import { Arg, Args, Authorized, Ctx, Float, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { userSimilarity } from '../../scoring/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { SimilarityLoaders } from './similarity.loader.js';
import type { SimilarityService, SimilarUserEntry } from './similarity.service.js';
import { SimilarityMetric, SimilarUser, SimilarUserConnection } from './similarity.type.js';

export interface SimilarityResolverDependencies {
  similarity: SimilarityService;
  loaders: SimilarityLoaders;
  users: UserVerbs;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => SimilarUser)
export class SimilarUserResolver {
  constructor(private readonly users: UserVerbs) {}

  @FieldResolver(() => User, { description: 'The user.' })
  user(@Root() { user }: SimilarUserEntry, @Ctx() context: RequestContext): Promise<PublicUser> {
    return context.require(this.users.userById, user);
  }
}

@Resolver(() => Viewer)
export class ViewerSimilarUsersResolver {
  constructor(private readonly dependencies: SimilarityResolverDependencies) {}

  @Authorized()
  @Cost({ weight: 100 })
  @Cost({ weight: 100 })
  @FieldResolver(() => SimilarUserConnection, {
    nullable: true,
    description:
      'The users most like oneself by what both rated, bought and discussed, at most 100. Those who do not want to be suggested, and whom one has blocked, are left out.',
  })
  async similarUsers(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('metric', () => SimilarityMetric, { nullable: true, defaultValue: SimilarityMetric.COSINE, description: 'How to measure.' })
    metric: SimilarityMetric,
  ): Promise<Connection<SimilarUserEntry>> {
    const { similarity, socialGraph, users } = this.dependencies;
    const found = await similarity.similarUsers(context.requireSignedIn().userId, metric, await socialGraph.hiddenFrom(context));
    const suggestible = await Promise.all(found.map(({ user }) => context.load(users.isSuggestible, user)));
    return paginateArray(
      found.filter((_, at) => suggestible[at]),
      page,
      `similarUsers/${metric}`,
    );
  }
}

@Resolver(() => User)
export class UserSimilarityResolver {
  constructor(private readonly dependencies: SimilarityResolverDependencies) {}

  @Cost({ weight: 10 })
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'How like oneself they are by what both rated, bought and discussed, 0 to 1. Null to strangers, of oneself, and of those who do not want to be suggested.',
  })
  async similarityToViewer(
    @Root() user: PublicUser,
    @Ctx() context: RequestContext,
    @Arg('metric', () => SimilarityMetric, { nullable: true, defaultValue: SimilarityMetric.COSINE, description: 'How to measure.' })
    metric: SimilarityMetric,
  ): Promise<number | null> {
    const viewer = context.signedIn?.userId;
    if (!viewer || viewer.equals(user._id)) return null;
    const { loaders, socialGraph, users } = this.dependencies;
    if (await socialGraph.isHiddenFrom(context, user._id)) return null;
    if (!(await context.load(users.isSuggestible, user._id))) return null;
    const tasteOf = (id: PublicUser['_id']) => context.require(loaders.tasteOfUser, id);
    const [own, theirs] = await Promise.all([tasteOf(viewer), tasteOf(user._id)]);
    return userSimilarity(metric, own, theirs);
  }
}
