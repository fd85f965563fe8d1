import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Plaza } from '../support/plaza.js';

const here = new Plaza();
const there = new Plaza();

beforeAll(() => Promise.all([here.start(), there.start()]));
afterAll(() => Promise.all([here.stop(), there.stop()]));

describe('two shops in one process', () => {
  test('keep their accounts, products and tokens apart', async () => {
    const merchant = await here.account({ merchant: true });
    const product = await here.product(merchant, { title: 'Only here' });
    expect((await here.data('query ($id: ID!) { node(id: $id) { id } }', { id: product })).node).not.toBeNull();
    expect((await there.data('query ($id: ID!) { node(id: $id) { id } }', { id: product })).node).toBeNull();
    expect((await there.data('query ($handle: String!) { user(handle: $handle) { id } }', { handle: merchant.handle })).user).toBeNull();
    expect((await there.query('{ viewer { user { id } } }', {}, merchant.token)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('hear their own live events only', async () => {
    const [merchantHere, merchantThere] = await Promise.all([here.account({ merchant: true }), there.account({ merchant: true })]);
    const [productHere, productThere] = await Promise.all([here.product(merchantHere), there.product(merchantThere)]);
    const subscription = 'subscription ($id: ID!) { reviewAdded(productId: $id) { review { body } } }';
    const [heard, heardThere] = [
      await here.subscribe(subscription, { id: productHere }),
      await there.subscribe(subscription, { id: productThere }),
    ];
    await there.review(await there.account(), productThere, { body: 'Written there.' });
    await here.review(await here.account(), productHere, { body: 'Written here.' });
    expect((await heard.next()).data.reviewAdded.review.body).toBe('Written here.');
    expect((await heardThere.next()).data.reviewAdded.review.body).toBe('Written there.');
  });

  test('stop one without the other', async () => {
    const third = new Plaza();
    await third.start();
    await third.stop();
    expect(await here.data('{ __typename }')).toEqual({ __typename: 'Query' });
  });
});
