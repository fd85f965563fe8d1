import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDemoShop } from '../../src/demo/index.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';

const screenshots = 'coverage/screenshots';

describe.skipIf(!chromiumPath)('the playground', () => {
  const plaza = usePlaza();
  let browser: Browser;
  let page: Page;
  const outside: string[] = [];
  const refused: string[] = [];

  beforeAll(async () => {
    await fillDemoShop(plaza.app.verbs, () => {});
    mkdirSync(screenshots, { recursive: true });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') outside.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content.Security.Policy|violates|CORS policy|Refused/i.test(message.text())) refused.push(message.text());
    });
    page.on('pageerror', (error) => refused.push(error.message));
    await page.goto(plaza.url);
  });

  afterAll(() => browser.close());

  async function openTab(name: string): Promise<void> {
    await page.getByText(name, { exact: true }).first().click();
  }

  async function send(): Promise<void> {
    await page.getByRole('button', { name: 'Send Request' }).locator('visible=true').first().click();
  }

  async function waitForResult(text: string): Promise<void> {
    await page
      .locator('app-query-result, .query-result, body')
      .getByText(text)
      .locator('visible=true')
      .first()
      .waitFor({ timeout: 120_000 });
  }

  test('runs a query', async () => {
    await openTab('Product page');
    await send();
    await waitForResult('weightedMean');
    await waitForResult('similarProducts');
    await page.screenshot({ path: `${screenshots}/product-page.png` });
  });

  test('keeps the token of signing in, and receives what is written in another tab', async () => {
    await openTab('Sign in');
    await send();
    await waitForResult('accessToken');
    await openTab('Subscribe to comments');
    await plaza.admits(1, send);
    await openTab('Write a comment');
    await send();
    await waitForResult('createdAt');
    await page.screenshot({ path: `${screenshots}/comment.png` });
    await openTab('Subscribe to comments');
    await waitForResult('Does it fit under a low shelf?');
    await waitForResult('Demo Buyer');
    await page.screenshot({ path: `${screenshots}/subscription.png` });
  });

  test('runs under a policy that lets only its own files in', async () => {
    const [main, frame] = await Promise.all(
      ['/playground/', '/playground/iframe-sandbox/index.html'].map((path) => fetch(plaza.url + path)),
    );
    const policies = [main!, frame!].map(({ headers }) => headers.get('content-security-policy')!);
    expect(policies[0]).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}' 'unsafe-eval'; /);
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[1]).toMatch(/^sandbox allow-scripts; default-src 'none'; /);
    expect(policies[1]).not.toContain('connect-src');
    expect(refused).toEqual([]);
  });

  test('asks nothing of any other host', () => {
    expect(outside).toEqual([]);
  });
});
