import { Arg, Args, Authorized, Ctx, FieldResolver, Float, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { userSimilarity } from '../../scoring/index.js';
import { hiddenFrom, isHiddenFrom } from '../social-graph/index.js';
import { isSuggestible, User, userById, Viewer, type PublicUser } from '../user/index.js';
import { similarUsers, tasteOfUser, type SimilarUser as SimilarUserEntry } from './similarity.service.js';
import { SimilarityMetric, SimilarUser, SimilarUserConnection } from './similarity.type.js';

@Resolver(() => SimilarUser)
export class SimilarUserResolver {
  @FieldResolver(() => User, { description: 'The user.' })
  user(@Root() { user }: SimilarUserEntry, @Ctx() context: RequestContext): Promise<PublicUser> {
    return context.require(userById, user);
  }
}

@Resolver(() => Viewer)
export class ViewerSimilarUsersResolver {
  @Authorized()
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
    const found = await similarUsers(context.requireSignedIn().userId, metric, await hiddenFrom(context));
    const suggestible = await Promise.all(found.map(({ user }) => context.load(isSuggestible, user)));
    return paginateArray(
      found.filter((_, at) => suggestible[at]),
      page,
      `similarUsers/${metric}`,
    );
  }
}

@Resolver(() => User)
export class UserSimilarityResolver {
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
    if ((await isHiddenFrom(context, user._id)) || !(await context.load(isSuggestible, user._id))) return null;
    const [own, theirs] = await Promise.all([context.require(tasteOfUser, viewer), context.require(tasteOfUser, user._id)]);
    return userSimilarity(metric, own, theirs);
  }
}
