/** A person who goes while a hundred of their requests are under way, and what those still write afterwards. */
import { createECDH } from 'node:crypto';
import { Types, type mongo } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/store/connection.js';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { picture, send, type AnnouncedUpload } from '../support/uploads.js';

const here = new Plaza();
/** Another process's place: its own app over the same store. */
const there = new Plaza();
let store: Store | undefined;
let merchant: Account;

beforeAll(async () => {
  const settings = { OPERATION_TIMEOUT: '5s' };
  await here.start(settings);
  const uri = process.env['MONGODB_URI'];
  store = uri
    ? undefined
    : await openStore({ mongodbUri: undefined, dataDirectory: here.dataDirectory, storePoolSize: 1 }, { share: true });
  await there.start({ ...settings, MONGODB_URI: store?.uri ?? uri! });
  merchant = await here.account({ merchant: true });
});
afterAll(async () => {
  await there.stop();
  await store?.close();
  await here.stop();
});

async function traces(needles: string[]): Promise<[string, string][]> {
  const collections = await here.connection.db!.listCollections().toArray();
  const documents = await Promise.all(
    collections.map(async ({ name }) =>
      (await here.connection.collection(name).find().toArray()).map((document): [string, string] => [name, JSON.stringify(document)]),
    ),
  );
  return documents.flat().filter(([, text]) => needles.some((needle) => text.toLowerCase().includes(needle.toLowerCase())));
}

const needlesOf = (me: Account): string[] => [me.email, me.handle, storeId(me.id).toHexString()];

const keys = { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: 'AAECAwQFBgcICQoLDA0ODw' };

/** One of everything that a person writes, as often as is asked. */
async function writes(me: Account) {
  const other = await here.account();
  const [productId, reviewed] = [await here.product(merchant, { stock: 100 }), await here.product(merchant)];
  const products = await Promise.all(Array.from({ length: 9 }, () => here.product(merchant)));
  const { review } = await here.review(other, reviewed);
  const { comment } = await here.mutate('addComment', { subjectId: reviewed, body: 'Hello' }, 'comment { id }', other.token);
  const { question } = await here.mutate('askQuestion', { productId: reviewed, body: 'Blue?' }, 'question { id }', other.token);
  const { answer } = await here.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', other.token);
  const content = await picture();
  const upload = async (plaza: Plaza): Promise<void> => {
    const input = { purpose: 'AVATAR', contentType: 'image/png', byteSize: content.length, altText: me.handle };
    const payload = await plaza.mutate('createUpload', input, 'upload { imageId url method headers { name value } }', me.token);
    if (!payload.upload) return;
    await send(plaza, payload.upload as AnnouncedUpload, content);
    await plaza.mutate('updateProfile', { avatarId: payload.upload.imageId }, 'user { id }', me.token);
  };
  const mutation = (name: string, input: (at: number) => object, selection: string) => async (plaza: Plaza, at: number) =>
    void (await plaza.mutate(name, input(at), selection, me.token));
  const kinds = [
    mutation('addComment', (at) => ({ subjectId: reviewed, body: `${at} ${me.handle}` }), 'comment { id }'),
    mutation('addComment', (at) => ({ subjectId: reviewed, parentId: comment.id, body: `${at} ${me.handle}` }), 'comment { id }'),
    mutation(
      'createReview',
      (at) => ({ productId: products[at % 9], ratings: { quality: 5, price: 5, service: 5 }, body: me.handle }),
      'review { id }',
    ),
    mutation('voteReview', (at) => ({ reviewId: review.id, vote: at % 2 ? 'HELPFUL' : 'UNHELPFUL' }), 'review { id }'),
    mutation('voteAnswer', (at) => ({ answerId: answer.id, vote: at % 2 ? 'HELPFUL' : 'UNHELPFUL' }), 'answer { id }'),
    mutation('reactToComment', (at) => ({ commentId: comment.id, reaction: at % 2 ? 'LIKE' : 'LOVE' }), 'comment { id }'),
    mutation('placeOrder', () => ({ items: [{ productId }] }), 'order { id }'),
    mutation('referProduct', () => ({ productId, toUserIds: [other.id], message: me.handle }), 'referrals { id }'),
    mutation('shareProduct', () => ({ productId, channel: 'FOLLOWERS', message: me.handle }), 'share { id }'),
    mutation('subscribeToPush', (at) => ({ endpoint: `https://push.example.com/send/${me.handle}${at}`, keys }), 'viewer { id }'),
    mutation('updateConsent', (at) => ({ tracking: at % 2 === 0, personalisation: true, wordingVersion: '1' }), 'consent { tracking }'),
    mutation('trackEvents', (at) => ({ events: [{ eventId: `${me.handle}${at}`, kind: 'VIEW', productId }] }), 'acceptedCount'),
    mutation('followUser', () => ({ userId: other.id }), 'user { id }'),
    mutation('askQuestion', (at) => ({ productId, body: `${at}? ${me.handle}` }), 'question { id }'),
    mutation('reportContent', () => ({ contentId: review.id, reason: 'SPAM', note: me.handle }), 'reported'),
    upload,
  ];
  return { kinds, about: { reviewed, products, review, comment, answer } };
}

const erase = (plaza: Plaza, me: Account): Promise<{ erased: boolean }> =>
  plaza.mutate('eraseMe', { password: me.password, confirm: true }, 'erased', me.token);

const counts = (name: string, filter: object): Promise<number> => here.connection.collection(name).countDocuments(filter);
const documentOf = (name: string, id: string) => here.connection.collection(name).findOne({ _id: storeId(id) });

async function expectExactCounts({
  reviewed,
  products,
  review,
  comment,
  answer,
}: Awaited<ReturnType<typeof writes>>['about']): Promise<void> {
  const reviewId = storeId(review.id);
  const [helpful, unhelpful] = await Promise.all([true, false].map((one) => counts('review_votes', { review: reviewId, helpful: one })));
  expect(await documentOf('reviews', review.id)).toMatchObject({ helpful, unhelpful });
  const answerId = storeId(answer.id);
  const votes = await Promise.all([true, false].map((one) => counts('answer_votes', { answer: answerId, helpful: one })));
  const found = await documentOf('answers', answer.id);
  expect([found!['helpful'], found!['unhelpful']]).toEqual(votes);
  const commented = await documentOf('comments', comment.id);
  expect(commented!['replyCount']).toBe(await counts('comments', { parent: storeId(comment.id) }));
  for (const reaction of ['LIKE', 'LOVE'])
    expect(commented!['reactions'][reaction] ?? 0).toBe(await counts('comment_reactions', { comment: storeId(comment.id), reaction }));
  const query = 'query ($id: ID!) { product(id: $id) { rating { reviewCount } comments { totalCount } } }';
  const { product } = await here.data(query, { id: reviewed });
  expect(product.comments.totalCount).toBe(await counts('comments', { subject: storeId(reviewed), parent: null }));
  for (const id of products) {
    const { product: rated } = await there.data(query, { id });
    expect(rated.rating.reviewCount).toBe(await counts('reviews', { product: storeId(id), visible: true }));
  }
}

test.each([
  ['one process', () => here],
  ['two processes', () => there],
])('who goes beside a hundred writes of theirs to %s leaves no trace, and every count exact', async (_, second) => {
  const me = await here.account();
  const { kinds, about } = await writes(me);
  const all = Array.from({ length: 112 }, async (_, at) => {
    const plaza = at % 2 ? here : second();
    // Those that come too late are refused.
    await kinds[at % kinds.length]!(plaza, at).catch(() => {});
  });
  await here.data('{ __typename }');
  const erased = await Promise.allSettled([erase(here, me), erase(second(), me)]);
  await Promise.all(all);
  expect(erased.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  await expect.poll(() => here.connection.collection('erasures').countDocuments(), { timeout: 30_000 }).toBe(0);
  expect(await traces(needlesOf(me))).toEqual([]);
  await expectExactCounts(about);
});

test('whose requests write the same again after the first look is erased all the same, and so is who goes after them', async () => {
  const me = await here.account();
  const { kinds } = await writes(me);
  for (const [at, write] of kinds.entries()) await write(here, at);
  const written = await documentsWith(storeId(me.id).toHexString());
  await erase(here, me);
  await here.settle('erasures');
  for (const [name, document] of written) await writeAgain(name, document);
  expect(await traces(needlesOf(me))).not.toEqual([]);
  const next = await here.account();
  await erase(here, next);
  await expect.poll(() => traces([...needlesOf(me), ...needlesOf(next)]), { timeout: 90_000 }).toEqual([]);
  expect(await here.connection.collection('erasures').countDocuments()).toBe(0);
});

async function documentsWith(id: string): Promise<[string, mongo.BSON.Document][]> {
  const names = (await here.connection.db!.listCollections().toArray())
    .map(({ name }) => name)
    .filter((name) => !['users', 'events'].includes(name));
  const found = await Promise.all(
    names.map(async (name) =>
      (await here.connection.collection(name).find().toArray()).map((document): [string, mongo.BSON.Document] => [name, document]),
    ),
  );
  return found.flat().filter(([, document]) => JSON.stringify(document).includes(id));
}

/** As a request that was under way would: under the same key, or under a new one where the key says nothing. */
async function writeAgain(name: string, document: mongo.BSON.Document): Promise<void> {
  const collection = here.connection.collection(name);
  const keys = typeof document['_id'] === 'string' ? document : { ...document, _id: new Types.ObjectId() };
  await collection.insertOne(keys).catch((error: mongo.MongoServerError) => {
    if (error.code !== 11000) throw error;
  });
}
