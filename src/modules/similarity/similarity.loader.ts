import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import type { TasteVector } from '../../scoring/index.js';
import type { ReviewVerbs } from '../review/index.js';
import { maxComparedProducts, tasteOf } from './similarity.service.js';

export interface SimilarityLoaders {
  /** The taste of many users, in one query. */
  tasteOfUser: LoaderDefinition<Types.ObjectId, TasteVector>;
}

export function similarityLoaders(reviews: ReviewVerbs): SimilarityLoaders {
  return {
    tasteOfUser: {
      cacheKey: (user) => user.toHexString(),
      async batch(users) {
        const ratings = await reviews.publicRatingsOf(users, maxComparedProducts);
        return users.map((user) => tasteOf(ratings.get(user.toHexString()) ?? []));
      },
    },
  };
}
