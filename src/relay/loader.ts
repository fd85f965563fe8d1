/** Loader definitions over mongoose models. */
import type { Model, Types } from 'mongoose';
import type { LoaderDefinition } from './context.js';

/** Loads lean documents by `_id`, one query a batch. */
export function byId<Document extends { _id: Types.ObjectId }>(
  model: () => Model<Document>,
  projection: Record<string, 0 | 1> = {},
): LoaderDefinition<Types.ObjectId, Document> {
  return {
    cacheKey: (id) => id.toString(),
    async batch(ids) {
      const found = (await model()
        .find({ _id: { $in: ids } } as object, projection)
        .lean()) as unknown as Document[];
      const byKey = new Map(found.map((document) => [document._id.toString(), document]));
      return ids.map((id) => byKey.get(id.toString()) ?? null);
    },
  };
}
