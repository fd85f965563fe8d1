import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import type { TasteVector } from '../../scoring/index.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import { maxComparedProducts, tasteOf } from './similarity.service.js';

export interface SimilarityLoaders {
  /** The taste of many users, in one query. */
  tasteOfUser: LoaderDefinition<Types.ObjectId, TasteVector>;
}

export function similarityLoaders(behaviour: BehaviourVerbs): SimilarityLoaders {
  return {
    tasteOfUser: {
      cacheKey: (user) => user.toHexString(),
      async batch(users) {
        const histories = await behaviour.historiesOf(users, maxComparedProducts);
        return users.map((user) => tasteOf(histories.get(user.toHexString()) ?? []));
      },
    },
  };
}
