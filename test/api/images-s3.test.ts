/** Images in an S3-compatible store: clients upload to it directly, and the API checks, resizes and serves from it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { s3Credentials, startS3, type TestS3 } from '../support/s3.js';
import { addressOf, announce, picture, send } from '../support/uploads.js';

const plaza = new Plaza();
let s3: TestS3;
let author: Account;
let product: string;

beforeAll(async () => {
  s3 = await startS3();
  await plaza.start({
    S3_BUCKET: 'pictures',
    S3_ENDPOINT: s3.url,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3Credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
  });
  author = await plaza.account();
  product = await plaza.product(await plaza.account({ merchant: true }));
});

afterAll(async () => {
  await plaza.stop();
  await s3.close();
});

test('an upload goes to the store, is checked, kept there in another form, served and removed', async () => {
  const bytes = await picture();
  const announced = await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
  expect(announced.url.startsWith(`${s3.url}/pictures/uploads/`)).toBe(true);
  expect((await send(plaza, announced, bytes)).status).toBe(200);
  const { review } = await plaza.review(author, product, { imageIds: [announced.imageId] });
  const id = storeId(announced.imageId).toHexString();
  expect([...s3.objects.keys()]).toEqual([`/pictures/originals/${id}`]);
  expect(s3.objects.get(`/pictures/originals/${id}`)!.contentType).toBe('image/webp');
  const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { ... on Review { images { url(width: 64) width } } } }', {
    id: review.id,
  });
  const response = await fetch(addressOf(plaza, node.images[0].url));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp']);
  await plaza.mutate('deleteReview', { reviewId: review.id }, 'deletedReviewId', author.token);
  await plaza.settle('images');
  expect(s3.objects.size).toBe(0);
});

test('the store takes the announced size and type alone, from who has the address', async () => {
  const bytes = await picture();
  const announced = await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
  expect((await send(plaza, announced, Buffer.concat([bytes, bytes]))).status).toBe(403);
  expect((await send(plaza, { ...announced, headers: [{ name: 'content-type', value: 'text/html' }] }, bytes)).status).toBe(403);
  expect((await send(plaza, { ...announced, url: announced.url.replace(/uploads\/.{4}/, 'uploads/0000') }, bytes)).status).toBe(403);
  expect(s3.objects.size).toBe(0);
  const refused = await plaza.review(author, product, { imageIds: [announced.imageId] });
  expect(refused.userErrors).toMatchObject([{ code: 'NOT_UPLOADED', field: ['input', 'imageIds', '0'] }]);
});

test('what comes to the store after its owner has left does not stay there', async () => {
  const leaver = await plaza.account();
  const bytes = await picture();
  const announced = await announce(plaza, leaver, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
  await plaza.mutate('eraseMe', { password: leaver.password, confirm: true }, 'erased', leaver.token);
  await plaza.settle('erasures');
  await plaza.settle('images');
  expect((await send(plaza, announced, bytes)).status).toBe(200);
  expect(s3.objects.size).toBe(1);
  // Long after the address has ended.
  const images = plaza.connection.collection('images');
  await images.updateOne({ _id: storeId(announced.imageId) }, { $set: { createdAt: new Date(0), expiresAt: new Date(0) } });
  await plaza.settle('images');
  expect(s3.objects.size).toBe(0);
  expect(await images.countDocuments({ _id: storeId(announced.imageId) })).toBe(0);
});

test('the API itself takes no uploads then', async () => {
  const { imageId } = await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: 10 });
  const response = await fetch(`${plaza.url}/uploads/${storeId(imageId).toHexString()}?expires=99999999999&signature=x`, {
    method: 'PUT',
    headers: { 'content-type': 'image/png' },
    body: '0123456789',
  });
  expect(response.status).toBe(403);
});

test.each(['FAILS', 'HANGS'] as const)(
  'while the store %s nothing is half kept, and what was asked works when it is back',
  async (trouble) => {
    const bytes = await picture();
    const announced = await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
    await send(plaza, announced, bytes);
    const reviewed = await plaza.product(await plaza.account({ merchant: true }));
    const input = {
      productId: reviewed,
      ratings: { quality: 4, price: 4, service: 4 },
      body: 'Pours well.',
      imageIds: [announced.imageId],
    };
    const create = 'mutation ($input: CreateReviewInput!) { createReview(input: $input) { review { images { url(width: 64) } } } }';
    s3.trouble = trouble;
    const refused = await plaza.query(create, { input }, author.token);
    expect(refused.errors).toMatchObject([
      { extensions: { code: expect.stringMatching(/^(IMAGES_UNAVAILABLE|OPERATION_TIMEOUT)$/) as string } },
    ]);
    s3.trouble = null;
    const [image] = (await plaza.data(create, { input }, author.token)).createReview.review.images;
    s3.trouble = trouble;
    const response = await fetch(addressOf(plaza, image.url));
    expect([response.status, response.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'IMAGES_UNAVAILABLE' } }] });
    s3.trouble = null;
    expect((await fetch(addressOf(plaza, image.url))).status).toBe(200);
  },
);
