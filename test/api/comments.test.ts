import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, author: await plaza.account(), productId: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, input: object = {}) {
  return plaza.mutate(
    'addComment',
    { subjectId, body: 'Nice.', ...input },
    'comment { id body author { handle } subject { __typename } }',
    author.token,
  );
}

describe('a comment', () => {
  test('stands on a product or on a review', async () => {
    const { author, productId } = await scene();
    const { review } = await plaza.review(author, productId);
    expect((await comment(author, productId)).comment).toMatchObject({
      body: 'Nice.',
      author: { handle: author.handle },
      subject: { __typename: 'Product' },
    });
    expect((await comment(author, review.id)).comment).toMatchObject({ subject: { __typename: 'Review' } });
  });

  test('can be replied to, to any depth, and every level pages', async () => {
    const { author, productId } = await scene();
    const { comment: root } = await comment(author, productId);
    const replies: string[] = [];
    for (const body of ['1', '2', '3']) replies.push((await comment(author, productId, { parentId: root.id, body })).comment.id);
    await comment(author, productId, { parentId: replies[0], body: '1.1' });
    const query = `query ($id: ID!, $after: String) { product(id: $id) { comments { totalCount edges { node { body replyCount
      replies(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { body parent { body } replies { edges { node { body } } } } } } } } } } }`;
    const { comments } = (await plaza.data(query, { id: productId })).product;
    const thread = comments.edges[0].node;
    expect(comments).toMatchObject({ totalCount: 1, edges: [{ node: { body: 'Nice.', replyCount: 3 } }] });
    expect(thread.replies.edges.map(({ node }: { node: { body: string } }) => node.body)).toEqual(['1', '2']);
    expect(thread.replies.edges[0].node).toMatchObject({ parent: { body: 'Nice.' }, replies: { edges: [{ node: { body: '1.1' } }] } });
    const next = (await plaza.data(query, { id: productId, after: thread.replies.pageInfo.endCursor })).product.comments.edges[0].node;
    expect(next.replies).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: false }, edges: [{ node: { body: '3' } }] });
  });

  test('is refused in reply to a comment on something else', async () => {
    const { author, merchant, productId } = await scene();
    const { comment: elsewhere } = await comment(author, await plaza.product(merchant));
    const before = await plaza.documents();
    const payload = await comment(author, productId, { parentId: elsewhere.id });
    expect(payload).toMatchObject({ comment: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'parentId'] }] });
    expect(await plaza.documents()).toEqual(before);
  });

  test('is refused on what takes no comments', async () => {
    const { author } = await scene();
    const { errors } = await plaza.query(
      'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }',
      { input: { subjectId: author.id, body: 'Hi' } },
      author.token,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.subjectId' } }]);
  });

  test('is edited by its author only', async () => {
    const { author, merchant, productId } = await scene();
    const { comment: written } = await comment(author, productId);
    const edited = await plaza.mutate('editComment', { commentId: written.id, body: 'Better.' }, 'comment { body editedAt }', author.token);
    expect(edited.comment).toMatchObject({ body: 'Better.', editedAt: expect.any(String) as string });
    const query = 'mutation ($input: EditCommentInput!) { editComment(input: $input) { comment { id } } }';
    expect((await plaza.query(query, { input: { commentId: written.id, body: 'Mine.' } }, merchant.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('leaves nothing behind when deleted, or an empty place where it has replies', async () => {
    const { author, productId } = await scene();
    const { comment: root } = await comment(author, productId);
    const { comment: reply } = await comment(author, productId, { parentId: root.id, body: 'Still here.' });
    await plaza.mutate('deleteComment', { commentId: root.id }, 'deletedCommentId', author.token);
    const query = `query ($id: ID!) { product(id: $id) { comments { totalCount edges { node { body deletedAt author { handle } replies { edges { node { body } } } } } } } }`;
    expect((await plaza.data(query, { id: productId })).product.comments).toMatchObject({
      totalCount: 1,
      edges: [
        {
          node: {
            body: '',
            author: null,
            deletedAt: expect.any(String) as string,
            replies: { edges: [{ node: { body: 'Still here.' } }] },
          },
        },
      ],
    });
    await plaza.mutate('deleteComment', { commentId: reply.id }, 'deletedCommentId', author.token);
    expect((await plaza.data(query, { id: productId })).product.comments).toMatchObject({
      totalCount: 1,
      edges: [{ node: { replies: { edges: [] } } }],
    });
  });

  test('counts exactly when a hundred are written at the same time', async () => {
    const { productId } = await scene();
    const authors = await Promise.all(Array.from({ length: 20 }, () => plaza.account()));
    await Promise.all(authors.flatMap((author) => Array.from({ length: 5 }, (_, at) => comment(author, productId, { body: String(at) }))));
    const { product } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { comments(first: 100) { totalCount edges { node { id } } } } }',
      { id: productId },
    );
    expect(product.comments.totalCount).toBe(100);
    expect(new Set(product.comments.edges.map(({ node }: { node: { id: string } }) => node.id)).size).toBe(100);
  });

  test('is made once by one idempotency key, also at the same time', async () => {
    const { author, productId } = await scene();
    const payloads = await Promise.all(Array.from({ length: 20 }, () => comment(author, productId, { idempotencyKey: 'k' })));
    expect(new Set(payloads.map((payload) => payload.comment.id)).size).toBe(1);
  });
});
