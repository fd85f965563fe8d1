/** Several mutations in one document run one after the other, and each answers what is true after it. */
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene(): Promise<{ merchant: Account; author: Account; me: Account; product: string; review: string }> {
  const [merchant, author, me] = [await plaza.account({ merchant: true }), await plaza.account(), await plaza.account()];
  const product = await plaza.product(merchant);
  const { review } = await plaza.review(author, product);
  return { merchant, author, me, product, review: review.id };
}

/** Runs mutations of one document under the aliases `first`, `second` and so on. */
async function run(mutations: string[], { token }: Account) {
  const aliases = ['first', 'second', 'third'];
  return plaza.data(`mutation { ${mutations.map((mutation, at) => `${aliases[at]}: ${mutation}`).join(' ')} }`, {}, token);
}

describe('the second mutation of a document sees the first', () => {
  test('voteReview', async () => {
    const { me, review } = await scene();
    const vote = (vote: string) =>
      `voteReview(input: { reviewId: "${review}", vote: ${vote} }) { review { viewerVote helpfulCount product { rating { reviewCount } } } }`;
    expect(await run([vote('HELPFUL'), vote('UNHELPFUL'), vote('null')], me)).toMatchObject({
      first: { review: { viewerVote: 'HELPFUL', helpfulCount: 1 } },
      second: { review: { viewerVote: 'UNHELPFUL', helpfulCount: 0 } },
      third: { review: { viewerVote: null, helpfulCount: 0 } },
    });
  });

  test('createReview', async () => {
    const { merchant, me } = await scene();
    const categoryId = await plaza.category();
    const products = [await plaza.product(merchant, { categoryId }), await plaza.product(merchant, { categoryId })];
    const create = (product: string) =>
      `createReview(input: { productId: "${product}", ratings: { quality: 5, price: 5, service: 5 }, body: "Good" }) {
        review { product { rating { reviewCount } } author { reviews { edges { node { id } } } } }
      }`;
    const { first, second } = await run(products.map(create), me);
    expect(first.review).toMatchObject({ product: { rating: { reviewCount: 1 } } });
    expect(first.review.author.reviews.edges).toHaveLength(1);
    expect(second.review).toMatchObject({ product: { rating: { reviewCount: 1 } } });
    expect(second.review.author.reviews.edges).toHaveLength(2);
  });

  test('addComment', async () => {
    const { me, product } = await scene();
    const add = (body: string) =>
      `addComment(input: { subjectId: "${product}", body: "${body}" }) {
        comment { subject { ... on Product { comments { totalCount edges { node { body } } } } } }
      }`;
    const { first, second } = await run([add('One'), add('Two')], me);
    expect(first.comment.subject.comments).toMatchObject({ totalCount: 1, edges: [{ node: { body: 'One' } }] });
    expect(second.comment.subject.comments).toMatchObject({ totalCount: 2, edges: [{ node: { body: 'Two' } }, { node: { body: 'One' } }] });
  });

  test('followUser and unfollowUser', async () => {
    const { author, me } = await scene();
    const selection = '{ user { followers { edges { node { id } } } } }';
    const [follow, unfollow] = ['followUser', 'unfollowUser'].map((name) => `${name}(input: { userId: "${author.id}" }) ${selection}`);
    const state = (count: number) => ({ user: { followers: { edges: Array.from({ length: count }, () => ({ node: { id: me.id } })) } } });
    expect(await run([follow!, unfollow!, follow!], me)).toEqual({ first: state(1), second: state(0), third: state(1) });
  });

  test('updateProduct', async () => {
    const { merchant, author, product } = await scene();
    const update = (title: string) =>
      `updateProduct(input: { productId: "${product}", title: "${title}" }) {
        product { title reviews(first: 1) { edges { node { product { title } author { handle } } } } }
      }`;
    const titled = (title: string) => ({
      product: { title, reviews: { edges: [{ node: { product: { title }, author: { handle: author.handle } } }] } },
    });
    expect(await run([update('First'), update('Second')], merchant)).toEqual({ first: titled('First'), second: titled('Second') });
  });

  test('by fragments and conditions too, which are compiled apart', async () => {
    const { me, review } = await scene();
    const document = `mutation ($again: Boolean!) {
      first: voteReview(input: { reviewId: "${review}", vote: HELPFUL }) { ...voted }
      second: voteReview(input: { reviewId: "${review}", vote: null }) @include(if: $again) { ...voted }
    }
    fragment voted on VoteReviewPayload { review { __typename helpfulCount viewerVote } }`;
    expect(await plaza.data(document, { again: true }, me.token)).toMatchObject({
      first: { review: { helpfulCount: 1, viewerVote: 'HELPFUL' } },
      second: { review: { helpfulCount: 0, viewerVote: null } },
    });
  });
});

test('a refused mutation has no payload, and the others of its document have theirs', async () => {
  const { author, me, product } = await scene();
  const { comment } = await plaza.mutate('addComment', { subjectId: product, body: 'Before' }, 'comment { id }', author.token);
  const add = (body: string) => `addComment(input: { subjectId: "${product}", body: "${body}" }) { comment { body } }`;
  const remove = `deleteComment(input: { commentId: "${comment.id}" }) { deletedCommentId }`;
  const answer = await plaza.query(`mutation { first: ${add('First')} second: ${remove} third: ${add('Third')} }`, {}, me.token);
  expect(answer).toMatchObject({
    data: { first: { comment: { body: 'First' } }, second: null, third: { comment: { body: 'Third' } } },
    errors: [{ path: ['second'], extensions: { code: 'FORBIDDEN' } }],
  });
  const list = await plaza.data('query ($id: ID!) { product(id: $id) { comments(sort: OLDEST) { edges { node { body } } } } }', {
    id: product,
  });
  expect(list.product.comments.edges.map(({ node }: { node: { body: string } }) => node.body)).toEqual(['Before', 'First', 'Third']);
});
