/** The product page by mercurius, with compiled queries and loaders written by hand, on Plaza's own store. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { globalId, openPageData, pointsPerStar, ratingOf } from './page-data.js';

const data = await openPageData(process.env.STORE_URI);

const schema = `
  type Query { product(slug: String!): Product }
  type Money { amountMinor: Int! currency: String! }
  type Named { name: String! }
  type User { id: ID! handle: String! name: String! }
  type Stars { stars: Int! count: Int! }
  type Aspects { quality: Float price: Float service: Float }
  type Rating { reviewCount: Int! mean: Float weightedMean: Float composite: Float distribution: [Stars!]! aspects: Aspects! }
  type Product { id: ID! slug: String! title: String! description: String! price: Money category: Named! merchant: Named! rating: Rating!
    reviews(first: Int!): ReviewConnection! comments(first: Int!): CommentConnection! similarProducts(first: Int!): ProductConnection! }
  type ReviewConnection { totalCount: Int! edges: [ReviewEdge!]! }
  type ReviewEdge { cursor: String! node: Review! }
  type Review { id: ID! title: String body: String overall: Float! verifiedPurchase: Boolean author: User! }
  type CommentConnection { totalCount: Int! edges: [CommentEdge!]! }
  type CommentEdge { cursor: String! node: Comment! }
  type Comment { id: ID! body: String! author: User! }
  type ProductConnection { edges: [ProductEdge!]! }
  type ProductEdge { node: Product! }
`;
const cursorOf = ({ createdAt, _id }) => Buffer.from(JSON.stringify([createdAt, _id])).toString('base64url');
const edges = (rows) => rows.map((node) => ({ cursor: cursorOf(node), node }));
const ids = (queries, field) => [...new Map(queries.map(({ obj }) => [String(obj[field]), obj[field]])).values()];
const byId = (rows, key = '_id') => new Map(rows.map((row) => [String(row[key]), row]));
const idOf =
  (type) =>
  ({ _id }) =>
    globalId(type, _id);

async function author(queries) {
  const users = byId(await data.users(ids(queries, 'author')));
  return queries.map(({ obj }) => users.get(String(obj.author)));
}

const fastify = Fastify();
await fastify.register(mercurius, {
  schema,
  jit: 1,
  resolvers: {
    Query: { product: (_, { slug }) => data.product(slug) },
    User: { id: idOf('User') },
    Review: { id: idOf('Review'), overall: ({ points }) => points / pointsPerStar },
    Comment: { id: idOf('Comment') },
    Product: {
      id: idOf('Product'),
      reviews: async ({ _id, rating }) => ({ totalCount: rating.count, edges: edges(await data.reviews(_id)) }),
      comments: async ({ _id }) => {
        const [rows, totalCount] = await Promise.all([data.comments(_id), data.commentCount(_id)]);
        return { totalCount, edges: edges(rows) };
      },
      similarProducts: async ({ _id, category }) => ({ edges: (await data.similar(category, _id)).map((node) => ({ node })) }),
    },
  },
  loaders: {
    Product: {
      async category(queries) {
        const categories = byId(await data.categories(ids(queries, 'category')));
        return queries.map(({ obj }) => categories.get(String(obj.category)));
      },
      async merchant(queries) {
        const users = byId(await data.users(ids(queries, 'merchant')));
        return queries.map(({ obj }) => users.get(String(obj.merchant)));
      },
      async rating(queries) {
        const tallies = await data.tallies(ids(queries, 'category'));
        return queries.map(({ obj }) => ratingOf(obj, tallies));
      },
    },
    Review: { author },
    Comment: { author },
  },
});
await fastify.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ api: `http://127.0.0.1:${fastify.server.address().port}/graphql` }));
