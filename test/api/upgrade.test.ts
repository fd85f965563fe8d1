/** A database of an earlier release goes on under this one: nothing is lost, and everything can be read and written. */
import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unfitDocuments } from '../support/unfit-documents.js';
import { loadDump, readDump } from '../support/database-dump.js';
import { Plaza } from '../support/plaza.js';

const noPrice = { amountMinor: 0, currency: 'EUR' };
const dump = readDump('0.1.0');
const plaza = new Plaza();

/** That release's import gave products a price of zero where there was none. */
const imported = { ...dump['products']!.documents[0]!, _id: new Types.ObjectId(), slug: 'imported', source: 'movielens', price: noPrice };
dump['products']!.documents.push(imported);

// The one who has done one of everything.
const account = dump['users']!.documents.find(({ bio }) => String(bio).startsWith('I am'))!;
const me = { email: String(account['email']), password: 'correct horse', handle: String(account['handle']) };

beforeAll(() => plaza.start({}, (store) => loadDump(store, dump)));
afterAll(() => plaza.stop());

async function signIn(): Promise<string> {
  return (await plaza.mutate('signIn', { email: me.email, password: me.password }, 'accessToken')).accessToken;
}

describe('a database of release 0.1.0', () => {
  test('has the version of this release after the start', async () => {
    const state = await plaza.connection.collection('store_state').findOne({});
    expect(state).toMatchObject({ holder: null, version: expect.any(Number) });
    await plaza
      .command('migrate')
      .then(({ stdout }) => expect(stdout).toBe(`The store has version ${state!['version']} and all indexes.\n`));
  });

  test('has only documents that this release could have written', async () => {
    expect(await unfitDocuments(plaza.app.database)).toEqual([]);
  });

  test('takes no users and sessions that a process of 0.1.0 would still write, and keeps those of this release', async () => {
    const refused = { code: 121 };
    const late = { handle: 'late', handleKey: 'late', name: 'Late', email: 'late@example.org' };
    await expect(plaza.connection.collection('users').insertOne(late)).rejects.toMatchObject(refused);
    await expect(plaza.connection.collection('sessions').insertOne({ refreshHash: 'x' })).rejects.toMatchObject(refused);
    expect((await plaza.account()).token).toEqual(expect.any(String));
  });

  test('has the indexes of this release', async () => {
    expect(await plaza.app.database.needsIndexes('ALL')).toBe(false);
  });

  test('no longer sells imported products that came without a price', async () => {
    const { product } = await plaza.data('{ product(slug: "imported") { price { amountMinor } availability } }');
    expect(product).toEqual({ price: null, availability: 'UNLISTED' });
  });

  test('lets its users sign in and read all that they had', async () => {
    const token = await signIn();
    const { viewer, exportMyData } = await plaza.data('{ viewer { email user { handle bio } } exportMyData }', {}, token);
    expect(viewer).toMatchObject({ email: me.email, user: { handle: me.handle, bio: `I am ${me.handle}` } });
    const kinds = ['reviews', 'comments', 'questions', 'answers', 'orders', 'shares', 'notifications', 'feed', 'behaviour'];
    expect(Object.keys(exportMyData)).toEqual(expect.arrayContaining(kinds));
  });

  test('shows its products with reviews, comments and questions, and takes new ones', async () => {
    const token = await signIn();
    const { searchProducts } = await plaza.data(
      `{ searchProducts(query: "") { edges { node { id rating { reviewCount mean }
           reviews { edges { node { overall body author { handle } } } } comments { edges { node { body } } } questions { edges { node { body } } } } } } }`,
    );
    const products = searchProducts.edges.map(({ node }: { node: object }) => node);
    expect(products).toHaveLength(dump['products']!.documents.length);
    expect(JSON.stringify(products)).toContain(me.handle);
    const { comment } = await plaza.mutate('addComment', { subjectId: products[0].id, body: 'Still here' }, 'comment { body }', token);
    expect(comment).toEqual({ body: 'Still here' });
  });
});
