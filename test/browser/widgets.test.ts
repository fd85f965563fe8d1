import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let merchant: Account;
let productId: string;

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  productId = await plaza.product(merchant, { source: 'shop', externalId: '1001', title: 'Blue teapot' });
  const author = await plaza.account();
  const { review } = await plaza.review(author, productId, { title: 'Fine', body: 'Pours well. <img src=x onerror="document.title=1">' });
  await plaza.mutate('respondToReview', { reviewId: review.id, body: 'Thank you!' }, 'review { id }', merchant.token);
  const { question } = await plaza.mutate('askQuestion', { productId, body: 'Is it blue?' }, 'question { id }', author.token);
  await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes, it is.' }, 'answer { id }', merchant.token);
});

describe('the script', () => {
  test('is smaller than 30 kB compressed, and is not sent twice', async () => {
    const first = await fetch(`${plaza.url}/widgets.js`);
    expect(first.headers.get('content-type')).toContain('text/javascript');
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(gzipSync(await first.text()).byteLength).toBeLessThan(30_000);
    const again = await fetch(`${plaza.url}/widgets.js`, { headers: { 'if-none-match': first.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });
});

describe('the pages for frames', () => {
  test('hold what the elements show, in the reader’s language, with structured data, and as text alone', async () => {
    const page = await fetch(`${plaza.url}/embed/reviews?externalId=1001&source=shop&locale=de`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('4,0 von 5 Sternen, 1 Bewertung');
    expect(html).toContain('Pours well. &lt;img');
    expect(html).toContain('"@type":"Product"');
    expect(await (await fetch(`${plaza.url}/embed/questions/${productId}`)).text()).toContain('Yes, it is.');
    expect(await (await fetch(`${plaza.url}/embed/rating/${productId}?locale=xx`)).text()).toContain('4.0 out of 5 stars, 1 review');
  });

  test('may be framed by the shop alone, and are not sent twice', async () => {
    const page = await fetch(`${plaza.url}/embed/rating/${productId}`);
    expect(page.headers.get('x-frame-options')).toBeNull();
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
    const again = await fetch(`${plaza.url}/embed/rating/${productId}`, { headers: { 'if-none-match': page.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });

  test('are none for products that are not there', async () => {
    for (const path of ['reviews/nothing', 'reviews', 'reviews?externalId=1', 'prices/1', `reviews/${productId}x`, 'constructor/1'])
      expect((await fetch(`${plaza.url}/embed/${path}`)).status).toBe(404);
  });
});

describe.skipIf(!chromiumPath)('the elements on the page of a shop', () => {
  let shop: Server;
  let browser: Browser;
  let page: Page;
  let shopUrl: string;
  const problems: string[] = [];

  beforeAll(async () => {
    const html = `<!doctype html><html lang="en"><head><title>Blue teapot</title><script src="${plaza.url}/widgets.js" defer></script></head>
<body><main><h1>Blue teapot</h1>
<plaza-rating product-id="${productId}"></plaza-rating>
<plaza-reviews external-id="1001" source="shop" page-size="2"></plaza-reviews>
<plaza-questions product-id="${productId}" locale="de"></plaza-questions>
</main></body></html>`;
    const hostile = `<!doctype html><html lang="en"><head><title>Blue teapot</title><script src="${plaza.url}/widgets.js" defer></script></head>
<body><h1>Blue teapot</h1>
<plaza-reviews id="none" external-id='"><img src=x onerror="document.title=1">' source="' || 1 == 1"></plaza-reviews>
<plaza-rating product-id="javascript:document.title=1" locale="<script>"></plaza-rating>
<plaza-rating id="some" product-id="${productId}" locale="../../de"></plaza-rating>
<plaza-questions product-id="${productId}" heading-level="1 onclick=x" page-size="-1e9" source='{"$ne":null}'></plaza-questions>
</body></html>`;
    const strict = `default-src 'none'; script-src ${plaza.url}; connect-src ${plaza.url} ${plaza.url.replace('http', 'ws')}`;
    shop = createServer(({ url }, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      if (url !== '/strict') return void response.end(html);
      response.setHeader('content-security-policy', `${strict}; img-src 'none'; require-trusted-types-for 'script'`).end(hostile);
    });
    shop.listen(0, '127.0.0.1');
    await once(shop, 'listening');
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    browser = await openBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${shopUrl}/`);
  });

  afterAll(async () => {
    await browser.close();
    shop.closeAllConnections();
    shop.close();
    await once(shop, 'close');
  });

  const shows = (text: string) => page.getByText(text).first().waitFor();

  test('show a rating, reviews and questions, in the language asked for', async () => {
    await page.getByRole('img', { name: '4.0 out of 5 stars, 1 review' }).waitFor();
    await shows('Thank you!');
    await shows('Fragen und Antworten');
    await shows('Yes, it is.');
  });

  test('show what people wrote as text, and give search engines structured data', async () => {
    await shows('Pours well. <img');
    expect(await page.title()).toBe('Blue teapot');
    const jsonLd = await page.locator('plaza-reviews > script[type="application/ld+json"]').textContent();
    expect(JSON.parse(jsonLd!)).toMatchObject({ '@type': 'Product' });
  });

  test('may stand on a page several times: each shows the product, and search engines are told once', async () => {
    const twice = await browser.newPage();
    await twice.goto(`${shopUrl}/`);
    await twice.getByText('Pours well. <img').first().waitFor();
    await twice.evaluate(`document.querySelector('main').append(document.querySelector('plaza-reviews').cloneNode())`);
    await twice.getByText('Pours well. <img').nth(1).waitFor();
    expect(await twice.locator('plaza-reviews > script[type="application/ld+json"]').count()).toBe(1);
    await twice.close();
  });

  test('break no rule of WCAG 2.2 AA that axe knows', async () => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
      (tags) =>
        (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: unknown[] }[] }> } }).axe.run({
          runOnly: tags,
        }),
      wcag,
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 300)}`)).toEqual([]);
  });

  test('show what is written while the page is open, and say so to people who cannot see it', async () => {
    await plaza.review(await plaza.account(), productId, {
      title: 'Even better',
      body: 'Live from the shop.',
      ratings: { quality: 5, price: 5, service: 5 },
    });
    await shows('Live from the shop.');
    await page.getByRole('img', { name: '4.5 out of 5 stars, 2 reviews' }).waitFor();
    expect(await page.locator('plaza-reviews').getByRole('status').textContent()).toBe('There is a new review.');
    await plaza.mutate('askQuestion', { productId, body: 'Does it float?' }, 'question { id }', (await plaza.account()).token);
    await shows('Does it float?');
  });

  test('read on by a button, and go on with the keyboard where the new ones begin', async () => {
    await plaza.review(await plaza.account(), productId, { body: 'The third.' });
    await shows('The third.');
    await page.reload();
    await shows('The third.');
    expect(await page.getByText('Pours well.').count()).toBe(0);
    await page.getByRole('button', { name: 'Show more' }).click();
    await shows('Pours well.');
    expect(problems).toEqual([]);
  });

  test('obey a strict policy of the page, and whatever their attributes say is nothing but text', async () => {
    const guarded = await browser.newPage();
    const said: string[] = [];
    guarded.on('pageerror', (error) => said.push(error.message));
    guarded.on('console', (message) => /Content.Security.Policy|Trusted/i.test(message.text()) && said.push(message.text()));
    await guarded.goto(`${shopUrl}/strict`);
    await guarded.getByText('Yes, it is.').waitFor();
    await guarded.locator('#some').getByRole('img').waitFor();
    expect(await guarded.locator('#none').locator('img').count()).toBe(0);
    expect(await guarded.title()).toBe('Blue teapot');
    expect(said).toEqual([]);
    await guarded.close();
  });

  test('try again where the API was away when the page was opened', async () => {
    const early = await browser.newPage();
    let failures = 0;
    await early.route('**/graphql', (route) => (failures++ < 4 ? route.abort() : route.continue()));
    await early.goto(`${shopUrl}/`);
    await early.getByText('Pours well.').or(early.getByText('The third.')).first().waitFor();
    expect(failures).toBeGreaterThan(4);
    await early.close();
  });
});
