import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

describe.skipIf(!chromiumPath)('the page behind the links in mails', () => {
  const plaza = usePlaza();
  let browser: Browser;
  let page: Page;
  const refused: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    page.on('pageerror', (error) => refused.push(error.message));
  });
  afterAll(() => browser.close());

  async function linkTo(email: string, action: string): Promise<string> {
    const link = async () => (await plaza.mails()).findLast(({ to, text }) => to === email && text.includes(`#${action}=`));
    await until(async () => (await link())?.token !== undefined);
    return `${plaza.url}/account#${action}=${(await link())!.token}`;
  }

  const status = (text: string) => page.getByRole('status').getByText(text).waitFor();

  async function open(address: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(address);
  }

  test('confirms an address, once, and keeps no token in the address', async () => {
    const { email } = await plaza.signUp();
    const address = await linkTo(email, 'confirm-email');
    await open(address);
    expect(page.url()).toBe(`${plaza.url}/account`);
    await page.getByRole('button').click();
    await status('Your email address is confirmed.');
    await open(address);
    await page.getByRole('button').click();
    await status('link');
  });

  test('sets a new password, and says what is wrong with a weak one', async () => {
    const { email } = await plaza.signUp();
    await plaza.mutate('requestPasswordReset', { email }, 'userErrors { code }');
    await open(await linkTo(email, 'reset-password'));
    await page.getByLabel('New password').fill('password');
    await page.getByRole('button').click();
    await status('This password is easy to guess.');
    await page.getByLabel('New password').fill('velvet harbour quilt');
    await page.getByRole('button').click();
    await status('Your password was changed. Sign in with the new password.');
    const { user } = await plaza.mutate('signIn', { email, password: 'velvet harbour quilt' }, 'user { id }');
    expect(user).not.toBeNull();
  });

  test.each(['', '#reset-password=', '#delete-account=x', '#reset-password=%3Cimg%20src=x%20onerror=alert(1)%3E'])(
    'does nothing for a link that is none: %s',
    async (fragment) => {
      await open(`${plaza.url}/account${fragment}`);
      await status('This link is incomplete. Open it from the email again.');
      expect(await page.getByRole('button').count()).toBe(0);
    },
  );

  test('breaks none of its own rules, and sends no token in an address', () => {
    expect(refused).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(plaza.url) || /[?=]/.test(url.split('#')[0]!))).toEqual([]);
  });
});
