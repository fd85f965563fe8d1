/** Everything that is published, edited or sent passes one door against spam. */
import { beforeAll, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';
import { upload } from '../support/uploads.js';

const plaza = usePlaza({ SPAM_THRESHOLD: '1', PRODUCT_URL: 'https://shop.example/p/{slug}' });
const spam = 'Cheap watches: https://a.example https://b.example https://c.example';

let merchant: Account;
let moderator: Account;
let productId: string;

beforeAll(async () => {
  [merchant, moderator] = await Promise.all([plaza.account({ merchant: true }), plaza.account({ role: 'MODERATOR' })]);
  productId = await plaza.product(merchant);
});

const mutate = (name: string, input: object, selection: string, { token }: Account) => plaza.mutate(name, input, selection, token);
const seen = async (id: string) => (await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id })).node !== null;

/** Clean content of an account, and how it is edited into spam. */
const kinds: Record<
  string,
  { write: (author: Account) => Promise<string>; edit: (author: Account, id: string) => Promise<{ held: boolean }> }
> = {
  review: {
    write: async (author) => (await plaza.review(author, productId)).review.id,
    edit: (author, reviewId) => mutate('updateReview', { reviewId, body: spam }, 'held', author),
  },
  comment: {
    write: async (author) => (await mutate('addComment', { subjectId: productId, body: 'Fine' }, 'comment { id }', author)).comment.id,
    edit: (author, commentId) => mutate('editComment', { commentId, body: spam }, 'held', author),
  },
  answer: {
    async write(author) {
      const { question } = await mutate('askQuestion', { productId, body: 'Is it blue?' }, 'question { id }', await plaza.account());
      return (await mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', author)).answer.id;
    },
    edit: (author, answerId) => mutate('editAnswer', { answerId, body: spam }, 'held', author),
  },
};

describe.each(Object.entries(kinds))('spam that is edited into a clean %s', (_kind, { write, edit }) => {
  test('takes it out of sight and out of the counts until a moderator has seen it, and nobody is told twice', async () => {
    const author = await plaza.account();
    const id = await write(author);
    const counts = async () =>
      (await plaza.data('query ($id: ID!) { product(id: $id) { rating { reviewCount mean } comments { totalCount } } }', { id: productId }))
        .product;
    const before = await counts();
    expect(await edit(author, id)).toMatchObject({ held: true, userErrors: [] });
    expect(await seen(id)).toBe(false);
    const { moderationQueue } = await plaza.data(
      '{ moderationQueue(first: 100) { edges { node { held author { handle } } } } }',
      {},
      moderator.token,
    );
    expect(moderationQueue.edges).toContainEqual({ node: { held: true, author: { handle: author.handle } } });
    await mutate('moderateContent', { contentId: id, action: 'RESTORE', reason: 'A collector' }, 'entry { createdAt }', moderator);
    expect(await seen(id)).toBe(true);
    expect(await counts()).toEqual(before);
    const follower = await plaza.account();
    await mutate('followUser', { userId: author.id }, 'user { id }', follower);
    const { viewer } = await plaza.data('{ viewer { feed { edges { node { kind } } } } }', {}, follower.token);
    expect(viewer.feed.edges.length).toBeLessThanOrEqual(1);
  });
});

test('what a review said while it was out of sight is no revision that others read', async () => {
  const author = await plaza.account();
  const { review } = await plaza.review(author, productId);
  await mutate('updateReview', { reviewId: review.id, body: spam }, 'held', author);
  await mutate('updateReview', { reviewId: review.id, body: 'Sorry, it pours well.' }, 'held', author);
  await mutate('moderateContent', { contentId: review.id, action: 'RESTORE', reason: 'Cleaned' }, 'entry { createdAt }', moderator);
  const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { ... on Review { body revisions { edges { node { body } } } } } }', {
    id: review.id,
  });
  expect(node).toEqual({ body: 'Sorry, it pours well.', revisions: { edges: [{ node: { body: 'Pours well.' } }] } });
});

describe('what cannot wait for a moderator is refused', () => {
  const refused = [{ code: 'LOOKS_LIKE_SPAM' }];

  test('in names and bios', async () => {
    const account = await plaza.account();
    const documents = await plaza.documents();
    expect((await mutate('updateProfile', { bio: spam }, 'user { id }', account)).userErrors).toMatchObject([
      { ...refused[0], field: ['input', 'bio'] },
    ]);
    expect((await mutate('updateProfile', { name: 'Buy at www.spam.example' }, 'user { id }', account)).userErrors).toMatchObject(refused);
    const signUp = { email: 'spam@example.org', password: 'correct horse', handle: 'spammer', name: 'www.spam.example' };
    expect((await plaza.mutate('signUp', signUp, 'accessToken')).userErrors).toMatchObject([{ ...refused[0], field: ['input', 'name'] }]);
    expect(await plaza.documents()).toEqual(documents);
    expect((await mutate('updateProfile', { bio: 'I like teapots' }, 'user { bio }', account)).user).toEqual({ bio: 'I like teapots' });
  });

  test('in referrals, feedback and the merchants’ answers', async () => {
    const [sender, recipient, seller] = [await plaza.account(), await plaza.account(), await plaza.account({ merchant: true })];
    const theirs = await plaza.product(seller);
    const { review } = await plaza.review(recipient, theirs);
    const { feedback } = await mutate(
      'sendMerchantFeedback',
      { merchantId: seller.id, kind: 'NEED', body: 'A lid' },
      'feedback { id }',
      recipient,
    );
    const documents = await plaza.documents();
    for (const [name, input, by] of [
      ['referProduct', { productId, toUserIds: [recipient.id], message: spam }, sender],
      ['sendMerchantFeedback', { merchantId: seller.id, kind: 'NEED', body: spam }, sender],
      ['answerMerchantFeedback', { feedbackId: feedback.id, body: spam }, seller],
      ['respondToReview', { reviewId: review.id, body: spam }, seller],
    ] as const)
      expect((await mutate(name, input, '__typename', by)).userErrors, name).toMatchObject(refused);
    expect(await plaza.documents()).toEqual(documents);
  });
});

test('a share by any channel waits, and its link leads nowhere until then', async () => {
  const author = await plaza.account();
  const { share, held } = await mutate('shareProduct', { productId, channel: 'LINK', message: spam }, 'share { url } held', author);
  expect(held).toBe(true);
  expect((await fetch(`${plaza.url}${new URL(share.url).pathname}`, { redirect: 'manual' })).status).toBe(404);
});

describe('a restricted user', () => {
  test('writes for the moderators only, however old the account, until they are restored', async () => {
    const author = await plaza.account();
    const createdAt = new Date(Date.now() - 100 * 24 * 60 * 60 * 1000);
    await plaza.connection.collection('users').updateOne({ handle: author.handle }, { $set: { createdAt } });
    const write = () => mutate('addComment', { subjectId: productId, body: `Hello ${Math.random()}` }, 'held', author);
    expect((await write()).held).toBe(false);
    await mutate('moderateContent', { contentId: author.id, action: 'RESTRICT', reason: 'Insults' }, 'entry { action }', moderator);
    expect((await write()).held).toBe(true);
    expect((await mutate('updateProfile', { bio: 'Hi' }, 'user { id }', author)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    await mutate('moderateContent', { contentId: author.id, action: 'RESTORE', reason: 'Promised' }, 'entry { action }', moderator);
    expect((await write()).held).toBe(false);
  });
});

test('what moderators take out of sight teaches the screening to hold the like of it, and what they leave teaches it not to', async () => {
  const offers = 'Earn coins at home,Free bonus coins today,Double your coins fast,Coins for clicks at home,Bonus clicks pay coins'.split(
    ',',
  );
  const opinions =
    'The lid closes well,My sister likes the handle,Soup stays warm in it,The colour is lighter,It fits the small shelf'.split(',');
  const comment = async ({ token }: Account, body: string) =>
    plaza.mutate('addComment', { subjectId: productId, body }, 'held comment { id }', token);
  const decide = (contentId: string, action: string) =>
    mutate('moderateContent', { contentId, action, reason: 'Seen' }, 'entry { createdAt }', moderator);
  const status = async () =>
    (await plaza.data('{ spamClassifier { decisionCount exampleCount precision recall } }', {}, moderator.token)).spamClassifier;
  const author = await plaza.account();
  for (let at = 0; at < 25; at++) {
    await decide((await comment(author, `${offers[at % 5]}, offer ${'abcde'[Math.floor(at / 5)]}`)).comment.id, 'HIDE');
    await decide((await comment(author, `${opinions[at % 5]}, says ${'fghij'[Math.floor(at / 5)]}`)).comment.id, 'RESTORE');
  }
  await plaza.settle('spam classifier');
  expect(await status()).toMatchObject({ decisionCount: expect.any(Number), precision: expect.any(Number) });
  expect((await status()).precision).toBeGreaterThanOrEqual(0.8);
  expect((await comment(await plaza.account(), 'Coins fast: earn a bonus at home today')).held).toBe(true);
  expect((await comment(await plaza.account(), 'My soup stays warm and the handle is small')).held).toBe(false);
  const { errors } = await plaza.query('{ spamClassifier { precision } }', {}, author.token);
  expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
});

describe('what a new merchant says of a product', () => {
  const link = 'Order at https://cheap.example now';
  const price = { amountMinor: 1999, currency: 'EUR' };
  const codes = (rules: { code: string; field: string[] }[]) => rules.map(({ code, field }) => `${code} ${field.join('.')}`);
  let category: string;
  beforeAll(async () => {
    category = await plaza.category();
  });
  const fields: [string, object, string][] = [
    ['title', { title: link }, 'input.title'],
    ['description', { description: link }, 'input.description'],
    ['brand', { brand: 'cheap.store' }, 'input.brand'],
    ['attribute’s name', { attributes: [{ name: 'www.cheap.example', value: 'a' }] }, 'input.attributes.0.name'],
    ['attribute’s value', { attributes: [{ name: 'a', value: 't.me/cheap' }] }, 'input.attributes.0.value'],
  ];

  test.each(fields)('has no links in the %s, when it is created, changed or written in bulk', async (_field, content, path) => {
    const account = await plaza.account({ merchant: true });
    const product = { title: 'Teapot', price, categoryId: category, ...content };
    const created = await mutate('createProduct', product, 'product { id }', account);
    expect(created.product).toBeNull();
    expect(codes(created.userErrors)).toEqual([`LOOKS_LIKE_SPAM ${path}`]);
    const id = await plaza.product(account);
    expect(codes((await mutate('updateProduct', { productId: id, ...content }, 'product { id }', account)).userErrors)).toEqual([
      `LOOKS_LIKE_SPAM ${path}`,
    ]);
    const source = `source of ${account.handle}`;
    const bulk = {
      source,
      products: [
        { externalId: 'spam', title: 'Teapot', ...content },
        { externalId: 'fine', title: 'Teapot' },
      ],
    };
    const { results } = await mutate('upsertProducts', bulk, 'results { externalId outcome userErrors { code field } }', account);
    expect(codes(results[0].userErrors)).toEqual([`LOOKS_LIKE_SPAM ${path.replace('input', 'input.products.0')}`]);
    expect(results[1].outcome).toBe('CREATED');
  });

  test('has no links in the alternative text of a picture', async () => {
    const account = await plaza.account({ merchant: true });
    const imageId = await upload(plaza, account, 'PRODUCT', { altText: link });
    const product = { title: 'Teapot', price, categoryId: category, imageIds: [imageId] };
    expect(codes((await mutate('createProduct', product, 'product { id }', account)).userErrors)).toEqual([
      'LOOKS_LIKE_SPAM input.imageIds',
    ]);
    const productId = await plaza.product(account);
    expect(codes((await mutate('updateProduct', { productId, imageIds: [imageId] }, 'product { id }', account)).userErrors)).toEqual([
      'LOOKS_LIKE_SPAM input.imageIds',
    ]);
  });

  test('may be alike for hundreds of products, name the shop’s own pages, and have its page in a field of its own', async () => {
    const account = await plaza.account({ merchant: true });
    const description = `See https://shop.example/p/teapot`;
    const products = Array.from({ length: 100 }, (_, at) => ({
      externalId: String(at),
      title: 'TEAPOT',
      description,
      url: 'https://pots.example/teapot',
    }));
    const { results } = await mutate('upsertProducts', { source: account.handle, products }, 'results { outcome }', account);
    expect(new Set(results.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(['CREATED']));
  });

  test('is taken from a merchant of more than thirty days and from administrators', async () => {
    const old = await plaza.account({ merchant: true });
    const long = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
    await plaza.connection.collection('users').updateOne({ _id: storeId(old.id) }, { $set: { createdAt: long } });
    const product = { title: 'Teapot', description: link, price, categoryId: category };
    expect((await mutate('createProduct', product, 'product { id }', old)).product).not.toBeNull();
    const admin = await plaza.account({ merchant: true, role: 'ADMIN' });
    expect((await mutate('createProduct', product, 'product { id }', admin)).product).not.toBeNull();
  });

  test('is refused while a moderator restricts the merchant, and stock and prices are not', async () => {
    const account = await plaza.account({ merchant: true });
    const id = await plaza.product(account);
    await mutate('moderateContent', { contentId: account.id, action: 'RESTRICT', reason: 'Spam' }, 'entry { createdAt }', moderator);
    const refused = ['NOT_ALLOWED input.title'];
    const changed = await mutate('updateProduct', { productId: id, title: 'Green teapot' }, 'product { id }', account);
    expect(codes(changed.userErrors)).toEqual(refused);
    const created = await mutate('createProduct', { title: 'Cup', price, categoryId: category }, 'product { id }', account);
    expect(codes(created.userErrors)).toEqual(refused);
    const stocked = await mutate('updateProduct', { productId: id, stock: 3 }, 'product { stock }', account);
    expect(stocked.userErrors).toEqual([]);
  });
});
