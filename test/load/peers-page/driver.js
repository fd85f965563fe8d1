/** The product page by the bare driver: node:http, five trips to the store, one JSON.stringify. */
import { createServer } from 'node:http';
import { globalId, openPageData, pointsPerStar, ratingOf } from './page-data.js';

const data = await openPageData(process.env.STORE_URI);

async function page(slug) {
  const product = await data.product(slug);
  const { _id, category } = product;
  const [[shelf], tallies, reviews, comments, commentCount, similar] = await Promise.all([
    data.categories([category]),
    data.tallies([category]),
    data.reviews(_id),
    data.comments(_id),
    data.commentCount(_id),
    data.similar(category, _id),
  ]);
  const people = await data.users([product.merchant, ...[...reviews, ...comments].map(({ author }) => author)]);
  const byId = new Map(people.map((one) => [String(one._id), one]));
  const author = (id) => ({ id: globalId('User', id), handle: byId.get(String(id)).handle, name: byId.get(String(id)).name });
  const cursorOf = ({ createdAt, _id: id }) => Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
  return {
    id: globalId('Product', _id),
    title: product.title,
    description: product.description,
    price: product.price,
    category: { name: shelf.name },
    merchant: { name: byId.get(String(product.merchant)).name },
    rating: ratingOf(product, tallies),
    reviews: {
      totalCount: product.rating.count,
      edges: reviews.map((one) => ({
        cursor: cursorOf(one),
        node: {
          ...{ id: globalId('Review', one._id), title: one.title, body: one.body, overall: one.points / pointsPerStar },
          ...{ verifiedPurchase: one.verifiedPurchase, author: author(one.author) },
        },
      })),
    },
    comments: {
      totalCount: commentCount,
      edges: comments.map((one) => ({
        cursor: cursorOf(one),
        node: { id: globalId('Comment', one._id), body: one.body, author: author(one.author) },
      })),
    },
    similarProducts: {
      edges: similar.map((one) => ({
        node: {
          id: globalId('Product', one._id),
          title: one.title,
          slug: one.slug,
          rating: { composite: ratingOf(one, tallies).composite },
        },
      })),
    },
  };
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { variables } = JSON.parse(body);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: { product: await page(variables.slug) } }));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ api: `http://127.0.0.1:${server.address().port}/graphql` })));
