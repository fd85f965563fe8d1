import type { mongo } from 'mongoose';
import type { Migration } from '../store/migrations.js';
import { updateInBatches } from './in-batches.js';

/** Release 0.1.0 kept one slug of each product, identifiers among the attributes, and of categories only the one above. */
export const catalogueNames: Migration = {
  description: 'keeping earlier slugs and identifiers of products, and the place of categories in their tree',
  async run({ connection }) {
    const products = connection.collection('products');
    const found = (wanted: string): object => ({
      $let: {
        vars: { named: { $filter: { input: '$attributes', as: 'one', cond: { $eq: [{ $toLower: '$$one.name' }, wanted] } } } },
        in: { $ifNull: [{ $arrayElemAt: ['$$named.value', 0] }, null] },
      },
    });
    const identifiers = { $in: [{ $toLower: '$$one.name' }, ['brand', 'sku', 'gtin', 'mpn']] };
    await updateInBatches(products, { slugs: { $exists: false } }, [
      {
        $set: {
          slugs: ['$slug'],
          archivedAt: null,
          ...{ brand: found('brand'), sku: found('sku'), gtin: found('gtin'), mpn: found('mpn') },
        },
      },
      { $set: { attributes: { $filter: { input: '$attributes', as: 'one', cond: { $not: [identifiers] } } } } },
    ]);
    await placeCategories(connection.collection('categories'));
  },
};

async function placeCategories(collection: mongo.Collection): Promise<void> {
  const categories = await collection.find({}, { projection: { slug: 1, parent: 1 } }).toArray();
  const parents = new Map(categories.map(({ _id, parent }) => [String(_id), parent as mongo.BSON.ObjectId | null]));
  const ancestorsOf = (parent: mongo.BSON.ObjectId | null): mongo.BSON.ObjectId[] =>
    parent ? [...ancestorsOf(parents.get(String(parent)) ?? null), parent] : [];
  const updatedAt = new Date();
  const writes = categories.map(({ _id, slug, parent }) => {
    const childCount = categories.filter((other) => String(other['parent']) === String(_id)).length;
    const set = { slugs: [String(slug)], ancestors: ancestorsOf(parent as mongo.BSON.ObjectId | null), childCount, updatedAt };
    return { updateOne: { filter: { _id, slugs: { $exists: false } }, update: { $set: set } } };
  });
  if (writes.length > 0) await collection.bulkWrite(writes, { ordered: false });
}
