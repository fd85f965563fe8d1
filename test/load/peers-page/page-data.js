/** The product page's documents by the bare driver: as few questions as there can be, and only the fields that are shown. */
import mongoose from 'mongoose';

const { MongoClient } = mongoose.mongo;
const only = (...fields) => ({ projection: Object.fromEntries(fields.map((field) => [field, 1])) });
const newest = { createdAt: -1, _id: -1 };
export const pointsPerStar = 60;
const prior = 8;

export async function openPageData(uri) {
  const client = await new MongoClient(uri, { maxPoolSize: 50 }).connect();
  const db = client.db();
  const [products, categories, tallies, users, reviews, comments] = [
    'products',
    'categories',
    'category_tallies',
    'users',
    'reviews',
    'comments',
  ].map((name) => db.collection(name));
  return {
    product: (slug) => products.findOne({ slugs: slug }, only('title', 'description', 'price', 'category', 'merchant', 'rating')),
    categories: (ids) => categories.find({ _id: { $in: ids } }, only('name')).toArray(),
    tallies: (ids) => tallies.find({ category: { $in: ids } }, only('category', 'count', 'points')).toArray(),
    users: (ids) => users.find({ _id: { $in: ids } }, only('handle', 'name')).toArray(),
    reviews: (product) =>
      reviews
        .find({ product, visible: true }, only('title', 'body', 'points', 'verifiedPurchase', 'author', 'createdAt'))
        .sort(newest)
        .limit(20)
        .toArray(),
    comments: (subject) =>
      comments
        .find(shown(subject), only('body', 'author', 'createdAt'))
        .sort(newest)
        .limit(20)
        .toArray(),
    commentCount: (subject) => comments.countDocuments(shown(subject)),
    similar: (category, id) =>
      products
        .find({ category, archivedAt: null, _id: { $ne: id } }, only('title', 'slug', 'category', 'rating'))
        .limit(5)
        .toArray(),
  };
}

const shown = (subject) => ({ subject, parent: null, hiddenAt: null });

export const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString('base64url');

/** The score of a product, with the tallies of its category. */
export function ratingOf({ rating, category }, tallies) {
  const own = tallies.filter((one) => one.category.equals(category));
  const [count, sum] = [own.reduce((all, one) => all + one.count, 0), own.reduce((all, one) => all + one.points, 0)];
  const weightedMean = rating.count === 0 ? null : rating.weightedPoints / (rating.weight * pointsPerStar);
  const mean = (aspect) => (rating.aspects[aspect].count === 0 ? null : rating.aspects[aspect].total / rating.aspects[aspect].count);
  return {
    reviewCount: rating.count,
    mean: rating.count === 0 ? null : rating.points / (rating.count * pointsPerStar),
    weightedMean,
    composite:
      weightedMean === null
        ? null
        : (prior * (count === 0 ? 3 : sum / (count * pointsPerStar)) + rating.count * weightedMean) / (prior + rating.count),
    distribution: rating.distribution.map((stars, at) => ({ stars: at + 1, count: stars })),
    aspects: { quality: mean('quality'), price: mean('price'), service: mean('service') },
  };
}
