import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const createReview = 'mutation ($input: CreateReviewInput!) { createReview(input: $input) { review { id } userErrors { code field } } }';
const unknownProduct = Buffer.from(`Product:${'0'.repeat(24)}`).toString('base64url');

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, buyer: await plaza.account(), productId: await plaza.product(merchant) };
}

/** Runs the work and asserts that the store holds as many documents of each kind as before. */
async function writesNothing<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await plaza.documents();
  const result = await work();
  expect(await plaza.documents()).toEqual(before);
  return result;
}

function review(buyer: Account, productId: string, input: object) {
  return writesNothing(() =>
    plaza.query(
      createReview,
      { input: { productId, ratings: { quality: 4, price: 4, service: 4 }, body: 'Fine.', ...input } },
      buyer.token,
    ),
  );
}

describe('a review is refused', () => {
  test.each([
    ['with a rating of 0', { ratings: { quality: 0, price: 4, service: 4 } }, 'OUT_OF_RANGE', 'ratings.quality'],
    ['with a rating of 6', { ratings: { quality: 4, price: 4, service: 6 } }, 'OUT_OF_RANGE', 'ratings.service'],
    ['with an empty body', { body: '' }, 'REQUIRED', 'body'],
    ['with a blank body', { body: ' \n ' }, 'REQUIRED', 'body'],
    ['with a body of 1 MB', { body: 'x'.repeat(1024 * 1024) }, 'TOO_LONG', 'body'],
    ['with eleven images', { imageUrls: Array.from({ length: 11 }, (_, at) => `https://example.org/${at}`) }, 'TOO_LONG', 'imageUrls'],
    ['with an address that is none', { imageUrls: ['javascript'] }, 'INVALID', 'imageUrls.0'],
    ['with an address that is a script', { imageUrls: ['https://example.org', 'javascript:alert(1)'] }, 'INVALID', 'imageUrls.1'],
    ['with a title of two lines', { title: 'Good\nBad' }, 'INVALID', 'title'],
    ['with a body of invisible characters', { body: '\u200b\u3164' }, 'INVALID', 'body'],
    ['with a body that is no text', { body: 'a\0b' }, 'INVALID', 'body'],
    ['with a body that turns the direction of text', { body: 'a\u202eb' }, 'INVALID', 'body'],
  ])('%s', async (_name, input, code, field) => {
    const { buyer, productId } = await scene();
    const { status, data, errors } = await review(buyer, productId, input);
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { createReview: { review: null, userErrors: [{ code, field: ['input', ...field.split('.')] }] } },
      errors: undefined,
    });
  });

  test.each([
    ['with a rating of 2.5', { price: 2.5 }],
    ['with a rating in words', { price: 'five' }],
    ['with a field that does not exist', { stars: 5 }],
  ])('%s', async (_name, input) => {
    const { buyer, productId } = await scene();
    const { status, data, errors } = await review(buyer, productId, input);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('of a product that does not exist', async () => {
    const { buyer } = await scene();
    const { data } = await review(buyer, unknownProduct, {});
    expect(data.createReview).toEqual({ review: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'productId'] }] });
  });

  test.each(['', 'nonsense', '1', '../../etc/passwd', '{"$gt":""}'])('of a product with the malformed id "%s"', async (productId) => {
    const { buyer } = await scene();
    const { errors } = await review(buyer, productId, {});
    expect(errors).toMatchObject([{ path: ['createReview'], extensions: { code: 'BAD_USER_INPUT', argument: 'input.productId' } }]);
  });

  test('of something that is not a product', async () => {
    const { buyer } = await scene();
    const { errors } = await review(buyer, buyer.id, {});
    expect(errors).toMatchObject([
      { message: 'Expected the ID of a Product, got a User.', extensions: { code: 'BAD_USER_INPUT', argument: 'input.productId' } },
    ]);
  });

  test('of a stranger without a session', async () => {
    const { productId } = await scene();
    const { data, errors } = await writesNothing(() =>
      plaza.query(createReview, { input: { productId, ratings: { quality: 4, price: 4, service: 4 }, body: 'Hi' } }),
    );
    expect(data).toEqual({ createReview: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('an order is refused', () => {
  test('of a product that does not exist', async () => {
    const { buyer } = await scene();
    const payload = await writesNothing(() =>
      plaza.mutate('placeOrder', { items: [{ productId: unknownProduct }] }, 'order { id }', buyer.token),
    );
    expect(payload).toMatchObject({ order: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'items', '0', 'productId'] }] });
  });
});

describe('a product is refused', () => {
  test.each([
    ['with an empty title', { title: ' ' }, 'REQUIRED', 'title'],
    ['with a negative price', { price: { amountMinor: -1, currency: 'EUR' } }, 'OUT_OF_RANGE', 'price.amountMinor'],
    ['with a currency that is none', { price: { amountMinor: 1, currency: 'XYZ1' } }, 'INVALID', 'price.currency'],
    ['with a negative stock', { stock: -1 }, 'OUT_OF_RANGE', 'stock'],
  ])('%s', async (_name, input, code, field) => {
    const { merchant } = await scene();
    const product = { title: 'Pan', categoryId: await plaza.category(), price: { amountMinor: 1, currency: 'EUR' }, ...input };
    const payload = await writesNothing(() => plaza.mutate('createProduct', product, 'product { id }', merchant.token));
    expect(payload.userErrors.map((error: { code: string; field: string[] }) => [error.code, error.field.join('.')])).toEqual([
      [code, `input.${field}`],
    ]);
  });

  test('by someone who is no merchant, and by another merchant', async () => {
    const { buyer, productId } = await scene();
    const create = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }';
    const input = { title: 'Pan', categoryId: await plaza.category(), price: { amountMinor: 1, currency: 'EUR' } };
    expect((await plaza.query(create, { input }, buyer.token)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const update = 'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { id } } }';
    const other = await plaza.account({ merchant: true });
    expect((await plaza.query(update, { input: { productId, title: 'Mine' } }, other.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

describe('a list is refused', () => {
  const products =
    'query ($first: Int, $last: Int, $after: String) { products(first: $first, last: $last, after: $after) { edges { cursor } } }';

  test.each([
    ['of -1', { first: -1 }, 'first'],
    ['of 100,000', { first: 100_000 }, 'first'],
    ['of the last -1', { last: -1 }, 'last'],
    ['from both ends', { first: 1, last: 1 }, 'last'],
    ['after a cursor that is none', { after: 'nonsense' }, 'after'],
    ['after an empty cursor in disguise', { after: Buffer.from('["products/NEWEST",[{"$gt":""}]]').toString('base64url') }, 'after'],
  ])('%s', async (_name, variables, argument) => {
    const { data, errors } = await plaza.query(products, variables);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['products'], extensions: { code: 'BAD_USER_INPUT', argument } }]);
  });

  test('after a cursor of another list', async () => {
    const { productId } = await scene();
    const { buyer } = await scene();
    await plaza.review(buyer, productId);
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { reviews { edges { cursor } } } }', { id: productId });
    const { errors } = await plaza.query(products, { after: product.reviews.edges[0].cursor });
    expect(errors).toMatchObject([
      { message: 'This cursor belongs to another list.', extensions: { code: 'BAD_USER_INPUT', argument: 'after' } },
    ]);
  });
});

describe('a query of one object', () => {
  test('answers null for an id that is not there', async () => {
    expect(await plaza.data('query ($id: ID!) { product(id: $id) { id } node(id: $id) { id } }', { id: unknownProduct })).toEqual({
      product: null,
      node: null,
    });
    expect(await plaza.data('{ product(slug: "none") { id } user(handle: "none") { id } }')).toEqual({ product: null, user: null });
  });

  test('is refused with a malformed id', async () => {
    const { errors } = await plaza.query('{ product(id: "nonsense") { id } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
  });
});

describe('a request is refused', () => {
  test('when it is not JSON', async () => {
    expect(await plaza.post('{"query": ')).toEqual({
      status: 400,
      data: undefined,
      errors: [{ message: 'The request body is not valid JSON.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('with the wrong content type', async () => {
    const { status, errors } = await plaza.post('<query/>', { 'content-type': 'application/xml' });
    expect({ status, errors }).toEqual({
      status: 415,
      errors: [{ message: 'Send application/json.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('without a query', async () => {
    const { status, errors } = await plaza.post('{"variables":{}}');
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('when it is too large', async () => {
    const { status, errors } = await plaza.post(JSON.stringify({ query: 'x'.repeat(3 * 1024 * 1024) }));
    expect(status).toBe(413);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test.each([
    ['does not parse', '{ viewer ', 'GRAPHQL_PARSE_FAILED'],
    ['does not fit the schema', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['has too many words', `{ ${'a '.repeat(6000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['is nested too deep', `{ categories { edges { node { ${'parent { '.repeat(14)} id ${'} '.repeat(14)} } } } }`, 'QUERY_TOO_COMPLEX'],
    [
      'may answer too much',
      '{ products(first: 100) { edges { node { reviews(first: 100) { edges { node { author { reviews(first: 100) { edges { node { id } } } } } } } } } } }',
      'QUERY_TOO_COMPLEX',
    ],
  ])('when it %s', async (_name, query, code) => {
    const { status, data, errors } = await plaza.query(query);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  test('with variables that a query of its own would be', async () => {
    const { errors } = await plaza.query('query ($handle: String!) { user(handle: $handle) { id } }', { handle: { $ne: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('without a word of what is inside', async () => {
    const { errors } = await plaza.query('query ($id: ID!) { node(id: $id) { id } }', {
      id: Buffer.from('Product:zz').toString('base64url'),
    });
    expect(JSON.stringify(errors)).not.toMatch(/stack|at \/|node_modules|mongo/i);
  });
});

describe('messages are in the viewer’s language', () => {
  const query = `mutation ($input: CreateReviewInput!) { createReview(input: $input) { userErrors { code field message params { min max } } } }`;

  test.each([
    ['en', 'This must be between 1 and 5.', 'This can have at most 200 characters.'],
    ['de-CH, en;q=0.5', 'Der Wert muss zwischen 1 und 5 liegen.', 'Hier sind höchstens 200 Zeichen möglich.'],
    ['es-MX', 'El valor debe estar entre 1 y 5.', 'Puede tener como máximo 200 caracteres.'],
    ['zh-CN,zh;q=0.9', '数值必须在 1 到 5 之间。', '最多 200 个字符。'],
    ['fr', 'This must be between 1 and 5.', 'This can have at most 200 characters.'],
  ])('for "%s", with the limits as numbers', async (language, range, length) => {
    const { buyer, productId } = await scene();
    const input = { productId, ratings: { quality: 6, price: 4, service: 4 }, title: 'x'.repeat(201), body: ' ' };
    const headers = { authorization: `Bearer ${buyer.token}`, 'accept-language': language };
    const { data } = await plaza.post(JSON.stringify({ query, variables: { input } }), headers);
    expect(data.createReview.userErrors).toMatchObject([
      { code: 'OUT_OF_RANGE', field: ['input', 'ratings', 'quality'], message: range, params: { min: 1, max: 5 } },
      { code: 'TOO_LONG', field: ['input', 'title'], message: length, params: { min: null, max: 200 } },
      { code: 'REQUIRED', field: ['input', 'body'], params: null },
    ]);
  });

  test.each([
    ['en', 'This must be between 0 and 1,000,000,000.'],
    ['de', 'Der Wert muss zwischen 0 und 1.000.000.000 liegen.'],
    ['es', 'El valor debe estar entre 0 y 1.000.000.000.'],
    ['zh', '数值必须在 0 到 1,000,000,000 之间。'],
  ])('for "%s", with long numbers as people there write them', async (language, range) => {
    const merchant = await plaza.account({ merchant: true });
    const input = { title: 'Pot', categoryId: await plaza.category(), stock: -1 };
    const headers = { authorization: `Bearer ${merchant.token}`, 'accept-language': language };
    const created = 'mutation ($input: CreateProductInput!) { createProduct(input: $input) { userErrors { message } } }';
    const { data } = await plaza.post(JSON.stringify({ query: created, variables: { input } }), headers);
    expect(data.createProduct.userErrors).toEqual([{ message: range }]);
  });
});
