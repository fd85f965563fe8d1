/** A moderator's day and a merchant's morning in the console. */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDemoShop } from '../../src/demo/index.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';

const screenshots = 'coverage/screenshots';
const machine = 'UHJvZHVjdDoxODFmNmVhNDVmNDk0YzRkYzUxM2QxYjI';

describe.skipIf(!chromiumPath)('the console', () => {
  const plaza = usePlaza({ DEMO_SHOP: 'true' });
  let browser: Browser;
  const refused: string[] = [];

  beforeAll(async () => {
    await fillDemoShop(plaza.app.verbs, () => {});
    mkdirSync(screenshots, { recursive: true });
    browser = await openBrowser();
  });

  afterAll(() => browser.close());

  async function openAs(role: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' });
    page.on('pageerror', (error) => refused.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy|Refused/i.test(message.text())) refused.push(message.text());
    });
    await page.goto(`${plaza.url}/console/`);
    await page.getByRole('button', { name: `Demo: ${role}` }).click();
    await page.getByRole('navigation').waitFor();
    return page;
  }

  const go = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

  test('a moderator decides several cases at once, and finds the decisions in the audit trail', async () => {
    const [writer, reporter] = [await plaza.account(), await plaza.account()];
    for (const body of ['Buy followers at my place!', 'Buy reviews at my place!']) {
      const { comment } = await plaza.mutate('addComment', { subjectId: machine, body }, 'comment { id }', writer.token);
      await plaza.mutate('reportContent', { contentId: comment.id, reason: 'SPAM', note: 'An advertisement' }, 'reported', reporter.token);
    }
    const page = await openAs('moderator');
    for (const body of ['Buy followers', 'Buy reviews']) await page.locator('.card', { hasText: body }).getByRole('checkbox').check();
    await page.getByText('“An advertisement”').first().waitFor();
    await page.getByRole('combobox', { name: 'Decision' }).selectOption('HIDE');
    await page.getByRole('textbox', { name: 'Reason' }).fill('Advertisements are not allowed.');
    await page.screenshot({ path: `${screenshots}/console-moderation.png` });
    await page.getByRole('button', { name: 'Decide (2)' }).click();
    await page.getByText('Decided: 2').waitFor();
    await page.locator('.card', { hasText: 'Buy followers' }).waitFor({ state: 'detached' });
    await go(page, 'Audit trail');
    await expect.poll(() => page.getByRole('cell', { name: 'Advertisements are not allowed.' }).count()).toBe(2);
    await page.close();
  });

  test('a merchant answers a review and a question, and puts a product in stock', async () => {
    const buyer = await plaza.account();
    await plaza.review(buyer, machine, {
      ratings: { quality: 2, price: 3, service: 3 },
      title: 'It drips overnight',
      body: 'After a week it began to leak.',
    });
    await plaza.mutate('askQuestion', { productId: machine, body: 'Is there a spare seal?' }, 'question { id }', buyer.token);
    const page = await openAs('merchant');
    const review = page.locator('.card', { hasText: 'It drips overnight' });
    const more = page.getByRole('region', { name: 'To answer' }).getByRole('button', { name: 'Show more' });
    await expect
      .poll(async () => {
        if ((await review.count()) > 0) return true;
        if (await more.isEnabled().catch(() => false)) await more.click();
        return false;
      })
      .toBe(true);
    await review.getByRole('textbox').fill('Sorry! A new seal is on its way.');
    await review.getByRole('button', { name: 'Respond' }).click();
    await review.waitFor({ state: 'detached' });
    const question = page.locator('.card', { hasText: 'Is there a spare seal?' });
    await question.getByRole('textbox').fill('Yes, in the box.');
    await question.getByRole('button', { name: 'Answer' }).click();
    await question.waitFor({ state: 'detached' });
    await page.screenshot({ path: `${screenshots}/console-inbox.png` });
    await go(page, 'Products');
    const stock = page.getByRole('spinbutton').first();
    await stock.fill('7');
    const saved = page.waitForResponse(
      (response) => response.url().endsWith('/graphql') && response.request().postData()!.includes('UpdateStock'),
    );
    await page.getByRole('button', { name: 'Save' }).first().click();
    expect(await (await saved).json()).toMatchObject({ data: { updateProduct: { product: { stock: 7 }, userErrors: [] } } });
    await go(page, 'Orders');
    await page.getByRole('heading', { name: 'Orders' }).waitFor();
    await page.close();
  });

  test('an administrator sees a training go on, and gives a role', async () => {
    const someone = await plaza.account();
    const page = await openAs('admin');
    await go(page, 'Recommender');
    const version = () => page.locator('dd').first().innerText();
    const before = await version();
    await page.getByRole('button', { name: 'Train now' }).click();
    await expect.poll(version).not.toBe(before);
    await page.getByRole('button', { name: 'Evaluate now' }).click();
    await page.getByText('Found by each model').waitFor();
    await page.screenshot({ path: `${screenshots}/console-recommender.png`, fullPage: true });
    await go(page, 'Users');
    await page.getByRole('searchbox').fill(someone.handle);
    await page.getByRole('button', { name: 'Search' }).click();
    const user = page.locator('.card', { hasText: `@${someone.handle}` });
    await user.getByRole('checkbox', { name: 'Merchant' }).check();
    await user.getByRole('textbox', { name: 'Reason' }).fill('Sells with us now.');
    await user.getByRole('button', { name: 'Save roles' }).click();
    await user.locator('.tag', { hasText: 'Merchant' }).waitFor();
    await page.close();
  });

  test('a buyer is told that there is nothing for them', async () => {
    const page = await browser.newPage({ locale: 'de' });
    await page.goto(`${plaza.url}/console/`);
    await page.getByRole('textbox', { name: 'E-Mail' }).fill('buyer@plaza.example');
    await page.getByLabel('Passwort').fill('plaza-demo');
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
    await page.getByText('Dieses Konto hat keine Rolle für Mitarbeiter.').waitFor();
    await page.close();
  });

  test('breaks no rule of its policy', () => {
    expect(refused).toEqual([]);
  });
});
