import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { flawsOfFeed } from '../support/google-feed.js';
import { readText } from '../support/import.js';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
// The system's Python has Debian's packages, where another one comes first.
const python = ['python3', '/usr/bin/python3'].find((program) => spawnSync(program, ['-c', 'import pandas, sklearn']).status === 0);
if (!python) console.warn('There is no Python with pandas and scikit-learn: the page for data scientists is not run.');

test('reviews are exported in the Amazon-like format, beside a running server, and can be imported again', async () => {
  const merchant = await plaza.account({ merchant: true });
  const [author, moderator] = [await plaza.account(), await plaza.account({ role: 'MODERATOR' })];
  const [productId, other] = [await plaza.product(merchant), await plaza.product(merchant)];
  await plaza.deliver(author, merchant, productId);
  await plaza.review(author, productId, {
    title: 'Good "pot"',
    body: 'Two\nlines — and ünicode',
    ratings: { quality: 5, price: 4, service: 3 },
  });
  const { review: hidden } = await plaza.review(author, other);
  await plaza.mutate('moderateContent', { contentId: hidden.id, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
  const out = join(plaza.dataDirectory, 'reviews.jsonl');
  const { stderr } = await plaza.command('export', '--out', out);
  expect(stderr).toContain('1 reviews exported');
  const { ratings } = await readText('amazon-reviews', readFileSync(out, 'utf8'));
  const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { slug } }', { id: productId });
  expect(ratings).toMatchObject([
    {
      user: author.handle,
      product: product.slug,
      rating: 4,
      title: 'Good "pot"',
      body: 'Two\nlines — and ünicode',
      verified: true,
      helpful: 0,
    },
  ]);
  const { stdout } = await plaza.command('import', out, '--format', 'amazon-reviews');
  expect(stdout).toContain('1 accepted, 0 rejected');
});

describe('the product review feed for Google', () => {
  test('is served with what identifies the products, and not again to who has the latest', async () => {
    const merchant = await plaza.account({ merchant: true });
    const identifiers = { gtin: '4006381333931', mpn: '60101-10000', sku: 'POT-1', brand: 'Acme & Sons' };
    const productId = await plaza.product(merchant, identifiers);
    const author = await plaza.account();
    await plaza.review(author, productId, { title: 'Good <pot>', body: 'Pours & holds.', ratings: { quality: 5, price: 5, service: 5 } });
    const address = `${plaza.url}/feeds/google-product-reviews.xml`;
    const answer = await fetch(address);
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    const feed = await answer.text();
    expect(flawsOfFeed(feed)).toEqual([]);
    expect(feed).toContain(
      '<product_ids><gtins><gtin>4006381333931</gtin></gtins><mpns><mpn>60101-10000</mpn></mpns>' +
        '<skus><sku>POT-1</sku></skus><brands><brand>Acme &amp; Sons</brand></brands></product_ids>',
    );
    expect(feed).toContain('<title>Good &lt;pot&gt;</title><content>Pours &amp; holds.</content>');
    const etag = answer.headers.get('etag')!;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(address, { headers: { 'if-none-match': known } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await fetch(address, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('is written by the command with the same structure', async () => {
    const out = join(plaza.dataDirectory, 'feed.xml');
    await plaza.command('export', '--format', 'google-product-reviews', '--out', out);
    expect(flawsOfFeed(readFileSync(out, 'utf8'))).toEqual([]);
  });
});

describe('behaviour for data science', () => {
  interface BehaviourRow {
    user: string;
    product: string;
    rating: string;
    purchases: string;
  }

  async function exportedRows(): Promise<BehaviourRow[]> {
    const { stdout } = await plaza.command('export', '--format', 'behaviour');
    return Papa.parse<BehaviourRow>(stdout, { header: true, skipEmptyLines: true }).data;
  }

  async function consenting(): Promise<Account> {
    const account = await plaza.account();
    const decision = { tracking: true, personalisation: true, wordingVersion: '2026-11' };
    await plaza.mutate('updateConsent', decision, 'consent { personalisation }', account.token);
    return account;
  }

  test('has ratings and purchases under pseudonyms that are new each time, without who opted out or never agreed', async () => {
    const merchant = await plaza.account({ merchant: true });
    const productId = await plaza.product(merchant);
    const [buyer, silent, undecided] = [await consenting(), await consenting(), await plaza.account()];
    await plaza.deliver(buyer, merchant, productId);
    await plaza.review(buyer, productId, { ratings: { quality: 5, price: 4, service: 4 } });
    for (const account of [silent, undecided]) await plaza.review(account, productId, { ratings: { quality: 1, price: 1, service: 1 } });
    await plaza.mutate('updatePrivacySettings', { personalise: false }, 'privacySettings { personalise }', silent.token);
    const ofProduct = (rows: BehaviourRow[]) => rows.filter(({ product }) => product === storeId(productId).toHexString());
    const [row, ...others] = ofProduct(await exportedRows());
    expect(others).toEqual([]);
    expect(Number(row!.rating)).toBeCloseTo(13 / 3, 10);
    expect(row!.purchases).toBe('1');
    expect([storeId(buyer.id).toHexString(), buyer.handle]).not.toContain(row!.user);
    expect(ofProduct(await exportedRows())[0]!.user).not.toBe(row!.user);
  });

  test('is the same as Parquet, with the types of its columns', async () => {
    const [rows, path] = [await exportedRows(), join(plaza.dataDirectory, 'behaviour.parquet')];
    const { stderr } = await plaza.command('export', '--format', 'behaviour-parquet', '--out', path);
    expect(rows.length).toBeGreaterThan(0);
    expect(stderr).toContain(`${rows.length} rows exported.`);
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    const known = ({ product, rating, purchases }: Record<string, unknown>) => [product, Number(rating), Number(purchases)].join(' ');
    expect(read.map(known).sort()).toEqual(rows.map((row) => known({ ...row })).sort());
    expect(read[0]).toMatchObject({ user: expect.stringMatching(/^[0-9a-f]{24}$/), views: expect.any(Number), last_at: expect.any(Date) });
  });

  test.skipIf(!python)('is read by pandas and scikit-learn as the documentation says', async () => {
    const page = readFileSync(new URL('../../docs/data-science.md', import.meta.url), 'utf8');
    const script = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, code]) => code).join('\n');
    const merchant = await plaza.account({ merchant: true });
    const products = await Promise.all([0, 1, 2, 3].map(() => plaza.product(merchant)));
    for (let at = 0; at < 4; at++) {
      const account = await consenting();
      for (const [index, id] of products.entries()) {
        const stars = 1 + ((2 * index + at) % 5);
        if (index !== at) await plaza.review(account, id, { ratings: { quality: stars, price: stars, service: stars } });
      }
    }
    await plaza.command('export', '--format', 'behaviour', '--out', join(plaza.dataDirectory, 'behaviour.csv'));
    const { status, stdout, stderr } = spawnSync(python!, ['-c', script], { cwd: plaza.dataDirectory, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('rated products');
  });
});
