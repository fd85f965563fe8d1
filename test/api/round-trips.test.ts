import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

const productPage = `query ($id: ID!, $first: Int!) { product(id: $id) {
  title category { name } merchant { name } rating { mean weightedMean composite distribution { stars count } }
  reviews(first: $first) { totalCount edges { node { overall body author { name } viewerVote } } }
  comments(first: $first) { totalCount edges { node { body author { name } replies(first: 2) { edges { node { body author { name } } } } } } }
  similarProducts(first: 5) { edges { node { title rating { composite } } } }
} }`;

async function fill(merchant: Awaited<ReturnType<typeof plaza.account>>, productId: string, people: number) {
  for (let at = 0; at < people; at++) {
    const account = await plaza.account();
    await plaza.review(account, productId);
    const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Q' }, 'comment { id }', account.token);
    await plaza.mutate('addComment', { subjectId: productId, parentId: comment.id, body: 'A' }, 'comment { id }', merchant.token);
  }
}

test('a product page takes the same number of store round trips whatever its size', async () => {
  const merchant = await plaza.account({ merchant: true });
  const [small, large] = [await plaza.product(merchant), await plaza.product(merchant)];
  await fill(merchant, small, 2);
  await fill(merchant, large, 20);
  const { token } = await plaza.account();
  const few = await plaza.storeCommands(() => plaza.data(productPage, { id: small, first: 20 }, token));
  const many = await plaza.storeCommands(() => plaza.data(productPage, { id: large, first: 20 }, token));
  expect(many).toHaveLength(few.length);
  expect(many.length).toBeLessThanOrEqual(15);
});

test('a list of products with their reviews takes the same number of store round trips whatever its length', async () => {
  const merchant = await plaza.account({ merchant: true });
  const categoryId = await plaza.category();
  for (let at = 0; at < 12; at++) await plaza.review(await plaza.account(), await plaza.product(merchant, { categoryId }));
  const query = `query ($first: Int!, $filter: ProductFilter) { products(first: $first, filter: $filter) { edges { node { title category { name } rating { mean }
    reviews(first: 3) { edges { node { body author { name reviews(first: 2) { edges { node { overall product { title } } } } } } } } } } } }`;
  const few = await plaza.storeCommands(() => plaza.data(query, { first: 2, filter: { categoryId } }));
  const many = await plaza.storeCommands(() => plaza.data(query, { first: 12, filter: { categoryId } }));
  expect(many).toHaveLength(few.length);
  expect(many.length).toBeLessThanOrEqual(9);
});
