import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDemoShop } from '../../src/demo/index.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';

const screenshots = 'coverage/screenshots';

describe.skipIf(!chromiumPath)('the playground', () => {
  const plaza = usePlaza({ DEMO_SHOP: 'true' });
  let browser: Browser;
  let page: Page;
  const outside: string[] = [];
  const refused: string[] = [];
  let typing = false;
  const operations: string[] = [];

  beforeAll(async () => {
    await fillDemoShop(plaza.app.verbs, () => {});
    mkdirSync(screenshots, { recursive: true });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') outside.push(request.url());
      if (url.pathname === '/graphql') operations.push(request.postData() ?? '');
    });
    page.on('console', (message) => {
      if (typing && message.text().startsWith('Applying inline style')) return;
      if (/Content.Security.Policy|violates|CORS policy|Refused/i.test(message.text())) refused.push(message.text());
    });
    page.on('pageerror', (error) => refused.push(error.message));
    await page.goto(`${plaza.url}/playground/`);
  });

  afterAll(() => browser.close());

  const open = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).first().click();
  const run = () => page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = (text: string) => page.locator('[data-editor="Result"]').getByText(text).first().waitFor();
  const reset = () => page.getByRole('button', { name: 'Reset', exact: true }).click();

  /** Chromium itself styles what is typed over a selection; the editor throws it away again. */
  async function type(name: string, text: string): Promise<void> {
    await page.getByRole('textbox', { name, exact: true }).click();
    await page.keyboard.press('Control+A');
    typing = true;
    await page.keyboard.insertText(text);
    await page.locator(`[data-editor="${name}"]`).getByText(text.slice(0, 5)).first().waitFor();
    typing = false;
  }

  test('starts with what it is, and learns the schema by one query', async () => {
    await page.getByRole('heading', { name: 'Plaza playground' }).waitFor();
    await open('Product page');
    await page.locator('[data-editor="Operation"]').getByText('weightedMean').first().waitFor();
    await expect.poll(() => operations.length).toBe(1);
    expect(operations[0]).toContain('IntrospectionQuery');
    await page.screenshot({ path: `${screenshots}/product-page.png` });
  });

  test('runs a query, with its variables in view', async () => {
    await page.locator('[data-editor="Variables"]').getByText('barista-espresso-machine').waitFor();
    await run();
    await result('reviewCount');
  });

  test('finds examples by what they ask for', async () => {
    await page.getByRole('searchbox').fill('password reset');
    expect(await page.locator('nav .item').allTextContents()).toEqual(['Start', 'MRequest a password reset']);
    await page.getByRole('searchbox').fill('');
  });

  test('signs in with one click, and receives what is written with another example', async () => {
    await open('Start');
    await page.getByRole('main').getByRole('button', { name: 'Sign in as buyer' }).click();
    await page.locator('summary', { hasText: 'Demo Buyer' }).waitFor();
    await open('Subscribe to comments');
    await plaza.admits(1, run);
    await open('Write a comment');
    await run();
    await result('createdAt');
    await open('Subscribe to comments');
    await result('Does it fit under a low shelf?');
    await result('Demo Buyer');
    await page.screenshot({ path: `${screenshots}/subscription.png` });
  });

  test('keeps the session, edits and history across a reload', async () => {
    await open('Who am i');
    await type('Operation', 'query Renamed { viewer { user { name handle } } }');
    await run();
    await result('"handle": "demo"');
    await page.reload();
    await page.locator('summary', { hasText: 'Demo Buyer' }).waitFor();
    await page.locator('[data-editor="Operation"]').getByText('Renamed').waitFor();
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /^Who am i \d/ })
      .waitFor();
    await reset();
    await page.locator('[data-editor="Operation"]').getByText('WhoAmI').waitFor();
  });

  test('renews a token that is nearly over before it uses it', async () => {
    await page.evaluate(() => {
      const key = 'plaza-playground-session';
      const { sessionStorage } = globalThis as unknown as {
        sessionStorage: Record<'getItem' | 'setItem', (key: string, value?: string) => string>;
      };
      const session = JSON.parse(sessionStorage.getItem(key)) as object;
      sessionStorage.setItem(key, JSON.stringify({ ...session, accessToken: 'over', accessTokenExpiresAt: '2020-01-01T00:00:00Z' }));
    });
    await page.reload();
    await run();
    await result('"handle": "demo"');
  });

  test('fills in what only an earlier answer can say', async () => {
    await page.locator('summary').click();
    await page.getByRole('button', { name: 'Sign in with a new account' }).click();
    await page.locator('summary', { hasText: 'Playground Guest' }).waitFor();
    await page.locator('summary').click();
    await open('Refresh a session');
    await run();
    await result('accessTokenExpiresAt');
    await open('Delete my account');
    await run();
    await result('"erased": true');
    await page.locator('summary', { hasText: 'Not signed in' }).waitFor();
  });

  test('says what is wrong with variables that are not JSON', async () => {
    await open('Product page');
    await type('Variables', '{ slug: }');
    await run();
    expect(await page.getByRole('status').textContent()).toMatch(/^The variables are not valid JSON/);
    await reset();
  });

  test('runs under a policy that lets only its own files in', async () => {
    const { headers } = await fetch(`${plaza.url}/playground/`);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w-]{22}'; .*connect-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(refused).toEqual([]);
  });

  test('asks nothing of any other host', () => {
    expect(outside).toEqual([]);
  });
});
