import { Arg, Args, Authorized, Ctx, Float, Resolver, Root } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import { ConnectionArgs, mapEdges, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { SimilarityLoaders } from './similarity.loader.js';
import { likeness, type SimilarityService } from './similarity.service.js';
import { SimilarityMetric, SimilarUserConnection } from './similarity.type.js';

export interface SimilarityResolverDependencies {
  similarity: SimilarityService;
  loaders: SimilarityLoaders;
  users: UserVerbs;
  socialGraph: SocialGraphVerbs;
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
      'Users with the most similar taste, most similar first, up to 100. Based on public ratings of at least three products both reviewed. Excludes users who opted out of suggestions or personalisation. The list is empty if the viewer opted out.',
  })
  async similarUsers(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('metric', () => SimilarityMetric, { nullable: true, defaultValue: SimilarityMetric.COSINE, description: 'The similarity metric.' })
    metric: SimilarityMetric,
  ): Promise<Connection<PublicUser, { similarity: number }>> {
    const { similarity, socialGraph, users } = this.dependencies;
    const viewer = context.requireSignedIn().userId;
    const takesPart = await context.load(users.isSuggestible, viewer);
    const found = takesPart ? await similarity.similarUsers(viewer, metric, await socialGraph.hiddenFrom(context)) : [];
    const suggestible = await Promise.all(found.map(({ user }) => context.load(users.isSuggestible, user)));
    const listed = found.filter((_, at) => suggestible[at]);
    return mapEdges(paginateArray(listed, page, `similarUsers/${metric}`), async ({ user, similarity: value }) => {
      const node = await context.load(users.userById, user);
      return node && { node, similarity: value };
    });
  }
}

@Resolver(() => User)
export class UserSimilarityResolver {
  constructor(private readonly dependencies: SimilarityResolverDependencies) {}

  @Cost({ weight: 10 })
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'Similarity of the user’s taste to the viewer’s, 0 to 1, based on public ratings of products both reviewed. Null for anonymous viewers and the viewer themselves, with fewer than three such products, and if either opted out of suggestions or personalisation.',
  })
  async similarityToViewer(
    @Root() user: PublicUser,
    @Ctx() context: RequestContext,
    @Arg('metric', () => SimilarityMetric, { nullable: true, defaultValue: SimilarityMetric.COSINE, description: 'The similarity metric.' })
    metric: SimilarityMetric,
  ): Promise<number | null> {
    const viewer = context.signedIn?.userId;
    if (!viewer || viewer.equals(user._id)) return null;
    const { loaders, socialGraph, users } = this.dependencies;
    if (await socialGraph.isHiddenFrom(context, user._id)) return null;
    const [theyTakePart, viewerTakesPart] = await Promise.all([user._id, viewer].map((id) => context.load(users.isSuggestible, id)));
    if (!theyTakePart || !viewerTakesPart) return null;
    const tasteOf = (id: PublicUser['_id']) => context.require(loaders.tasteOfUser, id);
    const [own, theirs] = await Promise.all([tasteOf(viewer), tasteOf(user._id)]);
    return likeness(metric, own, theirs);
  }
}
