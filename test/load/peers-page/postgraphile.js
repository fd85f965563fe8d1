/** The product page by PostGraphile on a PostgreSQL of its own, into which the page's rows are copied from Plaza's store. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import mongoose from 'mongoose';
import pg from 'pg';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { pointsPerStar, ratingOf } from './page-data.js';
import { startPostgres } from './postgres.js';

// PostGraphile 5 is for Node 22 and later; this is all that it misses in Node 20.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
};

const host = await startPostgres(process.env.POSTGRES_PROGRAMS);
const database = 'postgres';

function* tablesOf({ products, categories, tallies, users, reviews, comments }) {
  yield ['categories', categories.map(({ _id, name }) => ({ id: _id, name }))];
  yield [
    'category_tallies',
    categories.map(({ _id }) => {
      const own = tallies.filter(({ category }) => category.equals(_id));
      const sum = (field) => own.reduce((all, one) => all + one[field], 0);
      return { category_id: _id, count: sum('count'), points: sum('points') };
    }),
  ];
  yield ['users', users.map(({ _id, handle, name }) => ({ id: _id, handle, name }))];
  yield [
    'products',
    products.map((one) => {
      const { reviewCount, mean, weightedMean, distribution, aspects } = ratingOf(one, []);
      return {
        ...{ id: one._id, slug: one.slug, title: one.title, description: one.description },
        ...{ category_id: one.category, merchant_id: one.merchant, archived_at: one.archivedAt },
        ...{ price_amount_minor: one.price?.amountMinor, price_currency: one.price?.currency },
        ...{ review_count: reviewCount, mean, weighted_mean: weightedMean, distribution: distribution.map(({ count }) => count) },
        ...{ quality_mean: aspects.quality, price_mean: aspects.price, service_mean: aspects.service },
      };
    }),
  ];
  yield [
    'reviews',
    reviews.map((one) => ({
      ...{ id: one._id, product_id: one.product, author_id: one.author, title: one.title, body: one.body },
      ...{ overall: one.points / pointsPerStar, verified_purchase: one.verifiedPurchase, visible: one.visible, created_at: one.createdAt },
    })),
  ];
  yield [
    'comments',
    comments.map((one) => ({
      ...{ id: one._id, product_id: one.subject, parent_id: one.parent, author_id: one.author, body: one.body },
      ...{ hidden_at: one.hiddenAt, created_at: one.createdAt },
    })),
  ];
}

async function copyRows() {
  const store = await new mongoose.mongo.MongoClient(process.env.STORE_URI).connect();
  const read = (name, filter = {}) => store.db().collection(name).find(filter).toArray();
  const [products, categories, tallies, users, reviews, comments] = await Promise.all([
    ...['products', 'categories', 'category_tallies', 'users', 'reviews'].map((name) => read(name)),
    read('comments', { subjectType: 'Product' }),
  ]);
  await store.close();
  const owner = new pg.Client({ host, database, user: 'owner' });
  await owner.connect();
  await owner.query(readFileSync(new URL('./postgraphile.sql', import.meta.url), 'utf8'));
  for (const [table, rows] of tablesOf({ products, categories, tallies, users, reviews, comments }))
    await owner.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [JSON.stringify(rows)]);
  await owner.query('vacuum analyze');
  await owner.end();
}

await copyRows();
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [makePgService({ poolConfig: { host, database, user: 'reader', max: 16, idleTimeoutMillis: 0 } })],
  grafserv: { graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
});
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ api: `http://127.0.0.1:${server.address().port}/graphql` })));
