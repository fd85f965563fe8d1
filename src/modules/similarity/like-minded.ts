/** Who rates as a user does, from what both rated in public. */
import { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import { agreement, leastShared } from '../../scoring/index.js';
import type { ReviewVerbs } from '../review/index.js';
import type { UserVerbs } from '../user/index.js';
import type { SimilarityLoaders } from './similarity.loader.js';
import { maxRatersPerProduct } from './similarity.service.js';

const maxCandidates = 100;

export interface LikeMindedUser {
  user: Types.ObjectId;
  /** How far the two agree, above 0 and below 1. */
  agreement: number;
  /** Products that both rated. */
  shared: Types.ObjectId[];
}

interface LikeMindedDependencies {
  reviews: ReviewVerbs;
  users: UserVerbs;
  loaders: SimilarityLoaders;
}

export class LikeMinded {
  constructor(private readonly dependencies: LikeMindedDependencies) {}

  /**
   * Users who agree with a user and want to be found, the closest first: none where the user does not want that themselves.
   * Four queries, whatever the shop's size.
   */
  async likeMindedOf(user: Types.ObjectId, hidden: readonly Types.ObjectId[], context: RequestContext): Promise<LikeMindedUser[]> {
    const { reviews, users, loaders } = this.dependencies;
    if (!(await context.load(users.isSuggestible, user))) return [];
    const own = await context.require(loaders.tasteOfUser, user);
    const products = [...own.keys()].map((id) => new Types.ObjectId(id));
    const bounds = { perProduct: maxRatersPerProduct, limit: maxCandidates, least: leastShared };
    const candidates = await reviews.ratersOf(products, [user, ...hidden], bounds);
    const found = await Promise.all(
      candidates.map(async (candidate) => {
        const [takesPart, theirs] = await Promise.all([
          context.load(users.isSuggestible, candidate),
          context.require(loaders.tasteOfUser, candidate),
        ]);
        const close = takesPart ? agreement(own, theirs, '') : null;
        const shared = [...own.keys()].filter((product) => theirs.has(product)).map((product) => new Types.ObjectId(product));
        return close === null ? [] : [{ user: candidate, agreement: close, shared }];
      }),
    );
    return found.flat().sort((a, b) => b.agreement - a.agreement || a.user.toHexString().localeCompare(b.user.toHexString()));
  }
}
