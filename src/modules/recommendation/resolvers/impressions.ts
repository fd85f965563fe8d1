/** The ids of impressions, and the log of what was shown. */
import type { Types } from 'mongoose';
import { RequestError } from '../../../errors.js';
import type { LoaderDefinition } from '../../../relay/context.js';
import { parseGlobalId, toGlobalId } from '../../../relay/global-id.js';
import type { ExperimentService } from '../experiment/experiment.service.js';
import type { ShownItem, ShownList } from './recommendation.type.js';

/** What is asked for at once was shown at once: one entry of the log for each list. */
export function impressionLoader(experiments: ExperimentService): LoaderDefinition<ShownItem, string> {
  return {
    cacheKey: ({ list, product }) => `${list.id.toHexString()}:${product.toHexString()}`,
    async batch(items) {
      const lists = [...new Set(items.map(({ list }) => list))];
      const ids = new Map<ShownList, Types.ObjectId>();
      await Promise.all(
        lists.map(async (list) => {
          const own = items.filter((item) => item.list === list);
          const { user, context, variant } = list;
          const products = own.map(({ product }) => product);
          ids.set(list, await experiments.recordImpression({ user, context, variant, products, modelVersion: own[0]!.modelVersion }));
        }),
      );
      const places = new Map<ShownList, number>();
      return items.map(({ list }) => {
        const place = places.get(list) ?? 0;
        places.set(list, place + 1);
        return encodeImpression(ids.get(list)!, place);
      });
    },
  };
}

const impressionType = 'Impression';

/** The impression, and the place in it. */
function encodeImpression(id: Types.ObjectId, place: number): string {
  return `${toGlobalId(impressionType, id)}.${place}`;
}

/** @throws RequestError BAD_USER_INPUT for what is not the id of an impression */
export function decodeImpression(impressionId: string, argument: string): { id: Types.ObjectId; place: number } {
  const [globalId = '', place = ''] = impressionId.split('.');
  const { type, id } = parseGlobalId(globalId, argument);
  if (type !== impressionType || !/^\d{1,3}$/.test(place))
    throw new RequestError('BAD_USER_INPUT', 'This is not the id of an impression.', argument);
  return { id, place: Number(place) };
}
