/** Live events carry what a client's cache needs: what changed, its edge, and what it belongs to, each with its id. */
import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { author: await plaza.account(), id: await plaza.product(merchant) };
}

test('a rating names its product, with the same rating', async () => {
  const { author, id } = await scene();
  const events = await plaza.subscribe(
    `subscription { ratingChanged(productId: "${id}") { rating { reviewCount } product { id rating { reviewCount } } } }`,
  );
  await plaza.review(author, id);
  expect((await events.next()).data.ratingChanged).toEqual({ rating: { reviewCount: 1 }, product: { id, rating: { reviewCount: 1 } } });
});

test('a new review comes with its edge in the newest reviews, and its product', async () => {
  const { author, id } = await scene();
  const events = await plaza.subscribe(
    `subscription { reviewAdded(productId: "${id}") { review { id } edge { cursor node { id } } product { id } } }`,
  );
  const { review } = await plaza.review(author, id);
  const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { reviews(sort: NEWEST) { edges { cursor node { id } } } } }', {
    id,
  });
  expect((await events.next()).data.reviewAdded).toEqual({ review: { id: review.id }, edge: product.reviews.edges[0], product: { id } });
});

test('a new comment and a reply come with their edges in their own lists, and their subject', async () => {
  const { author, id } = await scene();
  const events = await plaza.subscribe(
    `subscription { commentAdded(subjectId: "${id}") { edge { cursor node { id } } subject { ... on Product { id } } } }`,
  );
  const add = async (input: object) =>
    (await plaza.mutate('addComment', { subjectId: id, body: 'Hello', ...input }, 'comment { id }', author.token)).comment.id as string;
  await add({ parentId: await add({}) });
  const selection = 'edges { cursor node { id } }';
  const { product } = await plaza.data(
    `query ($id: ID!) { product(id: $id) { comments { edges { cursor node { id replies { ${selection} } } } } } }`,
    { id },
  );
  const { cursor, node } = product.comments.edges[0];
  expect((await events.next()).data.commentAdded).toEqual({ edge: { cursor, node: { id: node.id } }, subject: { id } });
  expect((await events.next()).data.commentAdded).toEqual({ edge: node.replies.edges[0], subject: { id } });
});

test('a new question and its answer come with their edges, and the product or the question', async () => {
  const { author, id } = await scene();
  const questions = await plaza.subscribe(
    `subscription { questionAsked(productId: "${id}") { edge { cursor node { id } } product { id } } }`,
  );
  const { question } = await plaza.mutate('askQuestion', { productId: id, body: 'Blue?' }, 'question { id }', author.token);
  const answers = await plaza.subscribe(
    `subscription { answerAdded(questionId: "${question.id}") { edge { cursor node { id } } question { id } } }`,
  );
  await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', author.token);
  const { product } = await plaza.data(
    'query ($id: ID!) { product(id: $id) { questions { edges { cursor node { id answers { edges { cursor node { id } } } } } } } }',
    { id },
  );
  const { cursor, node } = product.questions.edges[0];
  expect((await questions.next()).data.questionAsked).toEqual({ edge: { cursor, node: { id: question.id } }, product: { id } });
  expect((await answers.next()).data.answerAdded).toEqual({ edge: node.answers.edges[0], question: { id: question.id } });
});
