import mongoose from 'mongoose';
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const author = await plaza.account();
  const productId = await plaza.product(merchant);
  const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Nice.' }, 'comment { id }', author.token);
  return { merchant, author, productId, commentId: comment.id as string };
}

function react(user: Account, commentId: string, reaction: string | null) {
  return plaza.mutate('reactToComment', { commentId, reaction }, 'comment { viewerReaction reactions { reaction count } }', user.token);
}

describe('a reaction', () => {
  test('is one of each user, who may change it and take it back', async () => {
    const { merchant, author, commentId } = await scene();
    await react(author, commentId, 'LIKE');
    expect((await react(merchant, commentId, 'LIKE')).comment).toEqual({
      viewerReaction: 'LIKE',
      reactions: [{ reaction: 'LIKE', count: 2 }],
    });
    const { comment } = await react(merchant, commentId, 'LOVE');
    expect(comment.viewerReaction).toBe('LOVE');
    expect(comment.reactions).toEqual(
      expect.arrayContaining([
        { reaction: 'LIKE', count: 1 },
        { reaction: 'LOVE', count: 1 },
      ]),
    );
    expect((await react(merchant, commentId, null)).comment).toEqual({ viewerReaction: null, reactions: [{ reaction: 'LIKE', count: 1 }] });
  });

  test('of a hundred users at once counts exactly, and a hundred of one user once', async () => {
    const { merchant, commentId } = await scene();
    const people = await Promise.all(Array.from({ length: 100 }, () => plaza.account()));
    await Promise.all(people.map((person) => react(person, commentId, 'LAUGH')));
    await Promise.all(Array.from({ length: 100 }, () => react(merchant, commentId, 'SAD')));
    expect((await react(merchant, commentId, 'SAD')).comment.reactions).toEqual([
      { reaction: 'LAUGH', count: 100 },
      { reaction: 'SAD', count: 1 },
    ]);
  });

  test('is refused to what is gone, and to whom its author has blocked', async () => {
    const { merchant, author, commentId } = await scene();
    await plaza.mutate('blockUser', { userId: merchant.id }, 'user { id }', author.token);
    expect((await react(merchant, commentId, 'LIKE')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    await plaza.mutate('deleteComment', { commentId }, 'deletedCommentId', author.token);
    expect((await react(author, commentId, 'LIKE')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

test('a comment can be changed for a day', async () => {
  const { author, commentId } = await scene();
  const edit = () => plaza.mutate('editComment', { commentId, body: 'Nicer.' }, 'comment { body }', author.token);
  expect((await edit()).comment.body).toBe('Nicer.');
  const _id = new mongoose.Types.ObjectId(Buffer.from(commentId, 'base64url').toString().split(':')[1]);
  await plaza.connection.collection('comments').updateOne({ _id }, { $set: { createdAt: new Date(Date.now() - 25 * 60 * 60 * 1000) } });
  expect((await edit()).userErrors).toMatchObject([{ code: 'TOO_LATE', field: ['input', 'commentId'] }]);
});

test('a comment shows whom it names', async () => {
  const { merchant, author, productId } = await scene();
  const body = `@${merchant.handle}, (@${author.handle}) and @${merchant.handle} again, not x@${author.handle}`;
  const { comment } = await plaza.mutate('addComment', { subjectId: productId, body }, 'comment { mentions { handle } }', author.token);
  expect(comment.mentions.map(({ handle }: { handle: string }) => handle).sort()).toEqual([author.handle, merchant.handle].sort());
});

test('an edited review keeps what it said before', async () => {
  const { author, productId } = await scene();
  const { review } = await plaza.review(author, productId, { title: 'One', body: 'first', ratings: { quality: 2, price: 4, service: 4 } });
  await plaza.mutate('updateReview', { reviewId: review.id, body: 'second', ratings: { quality: 4 } }, 'review { id }', author.token);
  await plaza.mutate('updateReview', { reviewId: review.id, body: 'third' }, 'review { id }', author.token);
  const { node } = await plaza.data(
    'query ($id: ID!) { node(id: $id) { ... on Review { body revisions { edges { node { title body ratings { quality } } } } } } }',
    { id: review.id },
  );
  expect(node).toEqual({
    body: 'third',
    revisions: {
      edges: [
        { node: { title: 'One', body: 'second', ratings: { quality: 4 } } },
        { node: { title: 'One', body: 'first', ratings: { quality: 2 } } },
      ],
    },
  });
});

test('a product describes itself to search engines, with its score and top reviews', async () => {
  const { merchant, author, productId } = await scene();
  const blank = await plaza.product(merchant, { title: 'Unrated <b>pot</b>', price: { amountMinor: 500, currency: 'JPY' }, stock: 0 });
  await plaza.review(author, productId, {
    title: 'Good',
    body: 'Pours </script><b>well</b>.',
    ratings: { quality: 5, price: 4, service: 3 },
  });
  const jsonLd = async (id: string) => (await plaza.data('query ($id: ID!) { product(id: $id) { slug jsonLd } }', { id })).product;
  const described = await jsonLd(productId);
  expect(described.jsonLd).toMatchObject({
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: 'Blue teapot',
    offers: { '@type': 'Offer', price: '19.99', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' },
    aggregateRating: { ratingValue: 4, reviewCount: 1, bestRating: 5 },
    review: [{ author: { '@type': 'Person', name: `Name of ${author.handle}` }, name: 'Good', reviewRating: { ratingValue: 4 } }],
  });
  const unrated = (await jsonLd(blank)).jsonLd;
  expect(unrated).toMatchObject({ name: 'Unrated <b>pot</b>', offers: { price: '500', availability: 'https://schema.org/OutOfStock' } });
  expect(unrated).not.toHaveProperty('aggregateRating');
  expect(unrated).not.toHaveProperty('review');
  const page = await (await fetch(`${plaza.url}/products/${described.slug}`)).text();
  const script = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page)![1]!;
  expect(JSON.parse(script)).toEqual(described.jsonLd);
  expect(page).toContain('Pours &lt;/script&gt;&lt;b&gt;well&lt;/b&gt;.');
});
