/** Images: uploaded by clients, checked by their content, shown by products, reviews and users, and served in sizes. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { Plaza, storeId, usePlaza, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';
import { addressOf, announce, picture, send, upload, type AnnouncedUpload } from '../support/uploads.js';

const plaza = usePlaza({ MAX_UPLOAD_SIZE: '1mb', UPLOADS_PER_DAY: '15', UPLOAD_BYTES_PER_DAY: '2mb' });
const imageFields = 'images { id url(width: 128) altText width height }';

let merchant: Account;
let author: Account;
let product: string;

beforeAll(async () => {
  [merchant, author] = [await plaza.account({ merchant: true }), await plaza.account()];
  product = await plaza.product(merchant);
});

interface ShownImage {
  id: string | null;
  url: string;
  altText: string | null;
  width: number | null;
  height: number | null;
}

async function imagesOf(id: string, token?: string): Promise<ShownImage[]> {
  const { node } = await plaza.data(
    `query ($id: ID!) { node(id: $id) { ... on Product { ${imageFields} } ... on Review { ${imageFields} } } }`,
    { id },
    token,
  );
  return node.images as ShownImage[];
}

const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(addressOf(plaza, url), { headers });

async function reviewWith(reviewer: Account, imageIds: string[], about?: string) {
  const input = {
    productId: about ?? (await plaza.product(merchant)),
    ratings: { quality: 4, price: 4, service: 4 },
    body: 'Pours well.',
    imageIds,
  };
  return plaza.mutate('createReview', input, 'review { id }', reviewer.token);
}

function files(folder: 'uploads' | 'originals' | 'variants'): string[] {
  const path = join(plaza.dataDirectory, 'images', folder);
  return existsSync(path) ? readdirSync(path) : [];
}

const hexOf = (imageId: string): string => storeId(imageId).toHexString();

describe('uploading', () => {
  test('a product shows uploaded images in the order given, with their texts and sizes', async () => {
    const [first, second] = [
      await upload(plaza, merchant, 'PRODUCT', { altText: 'From above' }),
      await upload(plaza, merchant, 'PRODUCT', { bytes: await picture({ width: 40, height: 80 }) }),
    ];
    await plaza.mutate('updateProduct', { productId: product, imageIds: [second, first] }, 'product { id }', merchant.token);
    const shown = await imagesOf(product);
    expect(shown).toMatchObject([
      { id: second, altText: null, width: 40, height: 80 },
      { id: first, altText: 'From above', width: 300, height: 200 },
    ]);
    const response = await get(shown[1]!.url);
    expect(response.status).toBe(200);
    expect(await sharp(Buffer.from(await response.arrayBuffer())).metadata()).toMatchObject({ format: 'webp', width: 128, height: 85 });
  });

  test('a new product, a new review and a profile show images; an image at another address is answered as it is', async () => {
    const fresh = await plaza.product(merchant, {
      imageIds: [await upload(plaza, merchant, 'PRODUCT')],
      imageUrl: 'https://cdn.example.org/a.jpg',
    });
    expect(await imagesOf(fresh)).toMatchObject([
      { width: 300 },
      { id: null, url: 'https://cdn.example.org/a.jpg', width: null, height: null },
    ]);
    const { review } = await reviewWith(author, [await upload(plaza, author, 'REVIEW')], fresh);
    expect(await imagesOf(review.id)).toHaveLength(1);
    const { user } = await plaza.mutate(
      'updateProfile',
      { avatarId: await upload(plaza, author, 'AVATAR') },
      'user { avatar { url(width: 64, height: 64) } }',
      author.token,
    );
    const avatar = Buffer.from(await (await get(user.avatar.url)).arrayBuffer());
    expect(await sharp(avatar).metadata()).toMatchObject({ width: 64, height: 64 });
    const byImages = (withImages: boolean) =>
      plaza.data('query ($id: ID!, $filter: ReviewFilter) { product(id: $id) { reviews(filter: $filter) { edges { node { id } } } } }', {
        id: fresh,
        filter: { withImages },
      });
    expect((await byImages(true)).product.reviews.edges).toHaveLength(1);
    expect((await byImages(false)).product.reviews.edges).toHaveLength(0);
  });

  test('an upload’s address takes the announced file alone, and no other', async () => {
    const bytes = await picture();
    const announced = await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
    expect((await send(plaza, announced, Buffer.concat([bytes, bytes]))).status).toBe(400);
    expect((await send(plaza, { ...announced, headers: [{ name: 'content-type', value: 'image/jpeg' }] }, bytes)).status).toBe(415);
    expect((await send(plaza, { ...announced, url: announced.url.replace(/signature=.{4}/, 'signature=AAAA') }, bytes)).status).toBe(403);
    expect((await send(plaza, { ...announced, url: announced.url.replace(/expires=\d+/, 'expires=99999999999') }, bytes)).status).toBe(403);
    expect(files('uploads').filter((name) => name.startsWith(hexOf(announced.imageId)))).toEqual([]);
    expect((await send(plaza, announced, bytes)).status).toBe(200);
  });

  test('pages of other origins may upload where they may use the API', async () => {
    const preflight = (origin: string) =>
      fetch(`${plaza.url}/uploads/0123456789abcdef01234567`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
      });
    const allowed = await preflight('http://localhost:3000');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PUT');
    expect((await preflight('https://evil.example')).status).toBe(403);
  });
});

describe('refusals', () => {
  const jpeg = async (): Promise<Buffer> =>
    sharp(await picture())
      .jpeg()
      .toBuffer();
  const frames = async (): Promise<Buffer> => {
    const both = Buffer.concat([Buffer.alloc(16 * 16 * 3, 10), Buffer.alloc(16 * 16 * 3, 200)]);
    return sharp(both, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
      .webp({ delay: [100, 100], loop: 0 })
      .toBuffer();
  };
  const animatedPng = async (): Promise<Buffer> => {
    const png = await picture();
    const header = png.subarray(0, 33);
    return Buffer.concat([
      header,
      Buffer.from('00000008', 'hex'),
      Buffer.from('acTL'),
      Buffer.from('0000000200000000f38d9370', 'hex'),
      png.subarray(33),
    ]);
  };
  const hollow = async (): Promise<Buffer> =>
    sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();

  test.each([
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'image/png', 'UNSUPPORTED_IMAGE'],
    [
      'GIF',
      async () =>
        sharp(await picture())
          .gif()
          .toBuffer(),
      'image/png',
      'UNSUPPORTED_IMAGE',
    ],
    ['a page', async () => Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/png', 'UNSUPPORTED_IMAGE'],
    ['another type than announced', jpeg, 'image/png', 'UNSUPPORTED_IMAGE'],
    ['an animated WebP', frames, 'image/webp', 'UNSUPPORTED_IMAGE'],
    ['an animated PNG', animatedPng, 'image/png', 'UNSUPPORTED_IMAGE'],
    [
      'an image with a page behind it',
      async () => Buffer.concat([await jpeg(), Buffer.from('<script>alert(1)</script>')]),
      'image/jpeg',
      'UNSUPPORTED_IMAGE',
    ],
    [
      'an image with an archive behind it',
      async () => Buffer.concat([await jpeg(), Buffer.from('504b0506'.padEnd(44, '0'), 'hex')]),
      'image/jpeg',
      'UNSUPPORTED_IMAGE',
    ],
    ['half an image', async () => (await jpeg()).subarray(0, 400), 'image/jpeg', 'UNSUPPORTED_IMAGE'],
    ['a small file of many pixels', hollow, 'image/png', 'TOO_LARGE'],
  ])('%s is refused by its content', async (_what, make, contentType, code) => {
    const reader = await plaza.account();
    const imageId = await upload(plaza, reader, 'REVIEW', { bytes: await make(), contentType });
    const before = await plaza.documents();
    const payload = await reviewWith(reader, [imageId], product);
    expect(payload).toMatchObject({ review: null, userErrors: [{ code, field: ['input', 'imageIds', '0'] }] });
    expect(await plaza.documents()).toEqual(before);
  });

  test('what was not uploaded, is of somebody else, for something else or named twice is refused', async () => {
    const reader = await plaza.account();
    const announced = await announce(plaza, reader, { purpose: 'REVIEW', contentType: 'image/png', byteSize: 100 });
    const own = await upload(plaza, reader, 'REVIEW');
    const codesOf = async (imageIds: string[]) =>
      (await reviewWith(reader, imageIds, product)).userErrors.map(({ code, field }: { code: string; field: string[] }) => [
        code,
        field.at(-1),
      ]);
    expect(await codesOf([announced.imageId])).toEqual([['NOT_UPLOADED', '0']]);
    expect(await codesOf([own, await upload(plaza, author, 'REVIEW'), await upload(plaza, reader, 'AVATAR'), own])).toEqual([
      ['NOT_FOUND', '1'],
      ['NOT_FOUND', '2'],
      ['INVALID', '3'],
    ]);
  });

  test('what is too large, too much, of a wrong type or for merchants alone is refused when it is announced', async () => {
    const reader = await plaza.account();
    const codeOf = async (input: object) =>
      (
        await plaza.mutate(
          'createUpload',
          { purpose: 'REVIEW', contentType: 'image/png', byteSize: 100, ...input },
          'upload { url }',
          reader.token,
        )
      ).userErrors[0]?.code as string | undefined;
    expect(await codeOf({ byteSize: 1024 * 1024 + 1 })).toBe('TOO_LARGE');
    expect(await codeOf({ byteSize: 0 })).toBe('OUT_OF_RANGE');
    expect(await codeOf({ contentType: 'image/svg+xml' })).toBe('INVALID');
    expect(await codeOf({ purpose: 'PRODUCT' })).toBe('NOT_ALLOWED');
    expect(await codeOf({ byteSize: 1024 * 1024 })).toBeUndefined();
    expect(await codeOf({ byteSize: 1024 * 1024 })).toBeUndefined();
    expect(await codeOf({ byteSize: 1 })).toBe('QUOTA_EXCEEDED');
    const many = await plaza.account();
    const all = await Promise.all(
      Array.from({ length: 30 }, async () =>
        plaza.mutate('createUpload', { purpose: 'REVIEW', contentType: 'image/png', byteSize: 100 }, 'upload { url }', many.token),
      ),
    );
    expect(all.filter(({ upload: slot }) => slot)).toHaveLength(15);
  });

  test('an image is shown once: of many who show it at the same time, one does', async () => {
    const imageId = await upload(plaza, merchant, 'PRODUCT');
    const products = await Promise.all(Array.from({ length: 5 }, () => plaza.product(merchant)));
    const answers = await Promise.all(
      products.map((productId) => plaza.mutate('updateProduct', { productId, imageIds: [imageId] }, 'product { id }', merchant.token)),
    );
    expect(answers.filter(({ product: changed }) => changed)).toHaveLength(1);
    const shown = (await Promise.all(products.map((id) => imagesOf(id)))).flat();
    expect(shown).toHaveLength(1);
  });

  test('a merchant’s images go on their own products alone', async () => {
    const other = await plaza.account({ merchant: true });
    const input = { productId: product, imageIds: [await upload(plaza, other, 'PRODUCT')] };
    const { errors } = await plaza.query(
      'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { id } } }',
      { input },
      other.token,
    );
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('serving', () => {
  test('an image is stored upright and without where and with what it was taken', async () => {
    const bytes = await sharp(await picture({ width: 60, height: 30 }))
      .jpeg()
      .withExif({ IFD0: { Make: 'Spy camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const { review } = await reviewWith(author, [await upload(plaza, author, 'REVIEW', { bytes, contentType: 'image/jpeg' })]);
    const [shown] = await imagesOf(review.id);
    expect(shown).toMatchObject({ width: 30, height: 60 });
    const served = await sharp(Buffer.from(await (await get(shown!.url)).arrayBuffer())).metadata();
    expect([served.exif, served.xmp, served.iptc, served.orientation]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each([
    ['WEBP', 'image/webp'],
    ['AVIF', 'image/avif'],
    ['JPEG', 'image/jpeg'],
    ['PNG', 'image/png'],
  ])('%s is served with its type, to be kept for good and to be nothing but an image', async (format, type) => {
    const { product: found } = await plaza.data(
      'query ($id: ID!, $format: ImageFormat) { product(id: $id) { images { url(width: 65, height: 60, format: $format) } } }',
      { id: product, format },
    );
    const response = await get(found.images[0].url);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).width).toBeLessThanOrEqual(128);
    const again = await get(found.images[0].url, { 'if-none-match': response.headers.get('etag')! });
    expect(again.status).toBe(304);
  });

  test('only sizes of the known set are made', async () => {
    const [shown] = await imagesOf(product);
    for (const name of ['65.webp', '64x65.webp', '999999.webp', '64.svg', '64.webp.part', '..%2f..%2fauth-secret'])
      expect((await get(`${shown!.url.slice(0, shown!.url.lastIndexOf('/'))}/${name}`)).status).toBe(404);
    expect(files('variants').every((name) => /^[0-9a-f]{24}-\d+(x\d+)?\.\w+$/.test(name))).toBe(true);
  });

  test('a hundred who ask for a new size at once have it made once, and nothing else waits for it', async () => {
    const id = await plaza.product(merchant, { imageIds: [await upload(plaza, merchant, 'PRODUCT')] });
    const [shown] = await imagesOf(id);
    const address = shown!.url.replace('128.webp', '256.avif');
    const responses = await Promise.all(Array.from({ length: 100 }, () => get(address)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(files('variants').filter((name) => name.startsWith(hexOf(shown!.id!)))).toHaveLength(1);
  });

  test('a size that cannot be kept is served all the same, and kept once there is room for it', async () => {
    const other = new Plaza();
    await other.start();
    const variants = join(other.dataDirectory, 'images', 'variants');
    mkdirSync(join(variants, '..'), { recursive: true });
    writeFileSync(variants, 'in the way');
    const seller = await other.account({ merchant: true });
    const id = await other.product(seller, { imageIds: [await upload(other, seller, 'PRODUCT')] });
    const { node } = await other.data('query ($id: ID!) { node(id: $id) { ... on Product { images { url(width: 128) } } } }', { id });
    const address = addressOf(other, node.images[0].url as string);
    for (let time = 0; time < 2; time++) expect((await fetch(address)).status).toBe(200);
    rmSync(variants);
    expect((await fetch(address)).status).toBe(200);
    expect(readdirSync(variants)).toHaveLength(1);
    await other.stop();
  });

  test('that a picture cannot be read is kept by no cache', async () => {
    const id = await upload(plaza, merchant, 'PRODUCT', {});
    const shop = await plaza.product(merchant, { imageIds: [id] });
    const [{ url }] = (await imagesOf(shop)) as [ShownImage];
    const original = join(
      plaza.dataDirectory,
      'images',
      'originals',
      files('originals').find((name) => name.startsWith(hexOf(id)))!,
    );
    renameSync(original, `${original}.away`);
    const failed = await get(url);
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.headers.get('cache-control')).toBe('no-store');
    expect(failed.headers.get('etag')).toBeNull();
    renameSync(`${original}.away`, original);
    expect((await get(url)).headers.get('cache-control')).toContain('immutable');
  });

  test('an image of a width that is none is an error that names the argument', async () => {
    const { errors } = await plaza.query('query ($id: ID!) { product(id: $id) { images { url(width: 0) } } }', { id: product });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'width' });
  });
});

describe('removal', () => {
  test('images that an edit leaves out, and those of a deleted review, are served no more and then removed', async () => {
    const [kept, dropped] = [await upload(plaza, author, 'REVIEW'), await upload(plaza, author, 'REVIEW')];
    const { review } = await reviewWith(author, [kept, dropped]);
    const urls = (await imagesOf(review.id)).map(({ url }) => url);
    for (const url of urls) expect((await get(url)).status).toBe(200);
    await plaza.mutate('updateReview', { reviewId: review.id, imageIds: [kept] }, 'review { id }', author.token);
    expect(await Promise.all(urls.map(async (url) => (await get(url)).status))).toEqual([200, 404]);
    await plaza.mutate('deleteReview', { reviewId: review.id }, 'deletedReviewId', author.token);
    expect(await Promise.all(urls.map(async (url) => (await get(url)).status))).toEqual([404, 404]);
    await plaza.settle('images');
    for (const id of [kept, dropped])
      for (const folder of ['uploads', 'originals', 'variants'] as const)
        expect(files(folder).filter((name) => name.startsWith(hexOf(id)))).toEqual([]);
    expect(await plaza.connection.collection('images').countDocuments({ _id: { $in: [storeId(kept), storeId(dropped)] } })).toBe(0);
  });

  test('uploads that nobody used are removed after a day, in whatever state a killed server left them', async () => {
    const states = [
      (await announce(plaza, author, { purpose: 'REVIEW', contentType: 'image/png', byteSize: 10 })).imageId,
      await upload(plaza, author, 'REVIEW'),
    ];
    const checked = await upload(plaza, author, 'REVIEW');
    // The review is refused after its image was checked and kept.
    await reviewWith(author, [checked], await reviewedProduct());
    const images = plaza.connection.collection('images');
    const ids = [...states, checked].map(storeId);
    await plaza.settle('images');
    expect(await images.countDocuments({ _id: { $in: ids } })).toBe(3);
    await images.updateMany({ _id: { $in: ids } }, { $set: { expiresAt: new Date(0) } });
    // Killed between the mark and the file, and between the file and the document.
    await images.updateOne({ _id: ids[0]! }, { $set: { removing: true } });
    await plaza.settle('images');
    expect(await images.countDocuments({ _id: { $in: ids } })).toBe(0);
    expect([...files('uploads'), ...files('originals')].filter((name) => ids.some((id) => name.startsWith(id.toHexString())))).toEqual([]);
  });

  async function reviewedProduct(): Promise<string> {
    const id = await plaza.product(merchant);
    await plaza.review(author, id);
    return id;
  }

  test('a hidden review’s images are served to nobody but its author and moderators, and come back with it', async () => {
    const moderator = await plaza.account({ role: 'MODERATOR' });
    const reader = await plaza.account();
    const about = await plaza.product(merchant);
    const { review } = await reviewWith(reader, [await upload(plaza, reader, 'REVIEW')], about);
    const [shown] = await imagesOf(review.id);
    const moderate = (action: string) =>
      plaza.mutate('moderateContent', { contentId: review.id, action, reason: 'Checked' }, 'userErrors { code }', moderator.token);
    await moderate('HIDE');
    expect((await get(shown!.url)).status).toBe(404);
    const { product: found } = await plaza.data(
      `query ($id: ID!) { product(id: $id) { viewerReview { ${imageFields} } } }`,
      { id: about },
      reader.token,
    );
    const own = await get(found.viewerReview.images[0].url);
    expect([own.status, own.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect((await get(found.viewerReview.images[0].url.replace('128.webp', '64.webp'))).status).toBe(404);
    await moderate('RESTORE');
    expect((await get(shown!.url)).status).toBe(200);
  });

  test('nothing stays of what was still being sent while its owner left', async () => {
    const leaver = await plaza.account();
    const bytes = await picture({ width: 900, height: 900, colour: '#aa5511' });
    const announced = await announce(plaza, leaver, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
    const { finish, status } = await sendSlowly(announced, bytes);
    await plaza.mutate('eraseMe', { password: leaver.password, confirm: true }, 'erased', leaver.token);
    await plaza.settle('erasures');
    await plaza.settle('images');
    expect(await plaza.connection.collection('images').countDocuments({ _id: storeId(announced.imageId) })).toBe(0);
    finish();
    expect(await status).toBe(403);
    expect(files('uploads').filter((name) => name.startsWith(hexOf(announced.imageId)))).toEqual([]);
  });

  test('what is sent again after its image was checked does not stay beside it', async () => {
    const sender = await plaza.account();
    const bytes = await picture({ colour: '#115533' });
    const announced = await announce(plaza, sender, { purpose: 'REVIEW', contentType: 'image/png', byteSize: bytes.length });
    const { finish, status } = await sendSlowly(announced, bytes);
    expect((await send(plaza, announced, bytes)).status).toBe(200);
    expect((await reviewWith(sender, [announced.imageId])).userErrors).toEqual([]);
    finish();
    expect(await status).toBe(409);
    expect(files('uploads').filter((name) => name.startsWith(hexOf(announced.imageId)))).toEqual([]);
  });

  /** Sends the first bytes, and the others when it is told to. */
  async function sendSlowly({ imageId, url, headers }: AnnouncedUpload, bytes: Buffer) {
    const fields = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
    const sending = request(addressOf(plaza, url), { method: 'PUT', headers: { ...fields, 'content-length': bytes.length } });
    const status = once(sending, 'response').then(([response]) => (response as IncomingMessage).resume().statusCode);
    sending.write(bytes.subarray(0, 100));
    await until(() => files('uploads').some((name) => name.startsWith(hexOf(imageId)) && name.endsWith('.part')));
    return { finish: () => void sending.end(bytes.subarray(100)), status };
  }

  test('an export names what somebody uploaded, and an erasure removes it from the reviews that stay', async () => {
    const leaver = await plaza.account();
    const about = await plaza.product(merchant);
    const imageId = await upload(plaza, leaver, 'REVIEW');
    const { review } = await reviewWith(leaver, [imageId], about);
    const avatarId = await upload(plaza, leaver, 'AVATAR');
    await plaza.mutate('updateProfile', { avatarId }, 'user { id }', leaver.token);
    const [shown] = await imagesOf(review.id);
    const { exportMyData } = await plaza.data('{ exportMyData }', {}, leaver.token);
    expect(exportMyData.images.map(({ purpose }: { purpose: string }) => purpose).sort()).toEqual(['AVATAR', 'REVIEW']);
    expect(JSON.stringify(exportMyData.images)).toContain(hexOf(imageId));
    await plaza.mutate('eraseMe', { password: leaver.password, confirm: true }, 'erased', leaver.token);
    await plaza.settle('erasures');
    await plaza.settle('images');
    expect(await imagesOf(review.id)).toEqual([]);
    expect((await get(shown!.url)).status).toBe(404);
    expect(
      [...files('originals'), ...files('variants')].filter((name) => [imageId, avatarId].some((id) => name.startsWith(hexOf(id)))),
    ).toEqual([]);
    const stored = await plaza.connection.collection('reviews').findOne({ _id: storeId(review.id) });
    expect(stored!['images']).toEqual([]);
  });
});
