/** A moderator's day and a merchant's morning in the console. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDemoShop } from '../../src/demo/index.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = 'coverage/screenshots';
const machine = 'UHJvZHVjdDoxODFmNmVhNDVmNDk0YzRkYzUxM2QxYjI';

describe.skipIf(!chromiumPath)('the console', () => {
  const plaza = usePlaza({ DEMO_SHOP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' });
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

  test('a moderator reads why a review looks fake', async () => {
    const body = 'The same twelve words that two people are said to have written themselves.';
    for (const author of [await plaza.account(), await plaza.account()]) await plaza.review(author, machine, { body });
    await plaza.settle('fake reviews');
    const page = await openAs('moderator');
    const suspected = page.locator('.card', { hasText: 'Looks fake 80 %' });
    await suspected.getByText('Most of the text also appears in other reviews. Reviews: 2').first().waitFor();
    await page.close();
  });

  test('a merchant answers a review and a question, and puts a product in stock', async () => {
    const buyer = await plaza.account();
    // Near the top of the list that the inbox goes through.
    const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { ... on Product { merchant { id } } } }', { id: machine });
    const best = 'query ($merchantId: ID!) { products(first: 1, filter: { merchantId: $merchantId }) { edges { node { id } } } }';
    const product = (await plaza.data(best, { merchantId: node.merchant.id })).products.edges[0].node.id;
    await plaza.review(buyer, product, {
      ratings: { quality: 2, price: 3, service: 3 },
      title: 'It drips overnight',
      body: 'After a week it began to leak.',
    });
    await plaza.mutate('askQuestion', { productId: product, body: 'Is there a spare seal?' }, 'question { id }', buyer.token);
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

  test('a merchant moves an order on, and is told when the server does not answer', async () => {
    const page = await openAs('merchant');
    await go(page, 'Orders');
    const toShip = page.getByRole('button', { name: 'Mark as shipped' });
    await page.getByRole('button', { name: 'Mark as paid' }).first().waitFor();
    const before = await toShip.count();
    await page.getByRole('button', { name: 'Mark as paid' }).first().click();
    await expect.poll(() => toShip.count()).toBe(before + 1);
    await page.route('**/graphql', (route) => route.abort());
    await toShip.first().click();
    await page.getByRole('alert').filter({ hasText: 'The server did not answer. Try again.' }).waitFor();
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

  test('a merchant connects a program: a webhook that is tested and sent to again, and a key that is shown once', async () => {
    const receiver = new WebhookReceiver();
    await receiver.start();
    const page = await openAs('merchant');
    page.on('dialog', (dialog) => void dialog.accept());
    await go(page, 'Webhooks');
    await page.getByText('New webhook').click();
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Review added').check();
    await page.getByRole('button', { name: 'Create' }).click();
    const secret = await page.getByLabel('Secret').inputValue();
    const webhook = page.getByRole('listitem').filter({ hasText: receiver.url });
    await webhook.getByRole('button', { name: 'Send a test' }).click();
    const [ping] = await receiver.messages(1);
    verify(secret, ping!);
    await webhook.getByText('Deliveries').click();
    await webhook.getByRole('button', { name: 'Send again' }).click();
    expect((await receiver.messages(2)).map(({ id }) => id)).toEqual([ping!.id, ping!.id]);
    await webhook.getByRole('button', { name: 'New secret' }).click();
    expect(await webhook.getByLabel('Secret').inputValue()).not.toBe(secret);
    await page.screenshot({ path: `${screenshots}/console-webhooks.png` });
    await go(page, 'API keys');
    await page.getByText('New API key').click();
    await page.getByLabel('Name').fill('Warehouse');
    await page.getByLabel('Create, update and archive products').check();
    await page.getByRole('button', { name: 'Create' }).click();
    const key = await page.getByLabel('API key', { exact: true }).inputValue();
    const keys = '{ apiKeys(first: 5) { edges { node { name } } } }';
    expect((await plaza.query('{ viewer { id } }', {}, key)).errors).toBeUndefined();
    const listed = page.getByRole('listitem').filter({ hasText: 'Warehouse' });
    await listed.getByRole('button', { name: 'Revoke' }).click();
    await listed.getByText('Revoked', { exact: true }).waitFor();
    expect((await plaza.query(keys, {}, key)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await page.close();
    await receiver.stop();
  });

  test('an administrator follows an import to its end, with the lines that it rejects', async () => {
    const page = await openAs('admin');
    const notes = await plaza.app.verbs.importRuns.begin({ source: 'old-shop', format: 'csv', file: 'reviews.csv' });
    await go(page, 'Imports');
    const run = page.getByRole('listitem').filter({ hasText: 'reviews.csv' });
    await run.getByText('Running').waitFor();
    notes.noteProgress(0.4);
    await run.getByText('40 %').waitFor();
    notes.noteRejected({ file: 'reviews.csv', line: 7, column: 'rating', reason: 'the rating is missing', value: '' });
    await notes.end(null);
    await run.getByText('Completed').waitFor();
    await run.getByText('Rejected lines').click();
    await run.getByRole('cell', { name: 'the rating is missing' }).waitFor();
    await page.close();
  });

  test('an administrator sees at once that an evaluation goes on', async () => {
    const page = await openAs('admin');
    await go(page, 'Recommender');
    await page.getByRole('button', { name: 'Evaluate now' }).click();
    await page.getByRole('progressbar', { name: 'Training' }).waitFor();
    await page.close();
  });

  test.each([
    ['admin', ['Moderation', 'Audit trail', 'Webhooks', 'API keys', 'Recommender', 'Imports', 'Users', 'Health']],
    ['merchant', ['Inbox', 'Products', 'Orders', 'Webhooks', 'API keys']],
  ])('has nothing serious that keeps anybody out: %s', async (role, names) => {
    const page = await openAs(role);
    await page.evaluate(axe);
    for (const name of names) {
      await go(page, name);
      await page.getByRole('heading', { name: new RegExp(`^${name}`), level: 1 }).waitFor();
      await expect.poll(() => page.locator('.loading:not(:empty)').count()).toBe(0);
      for (const form of await page.locator('details.card > summary').all()) await form.click();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        const found = serious.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)]);
        expect({ name, colorScheme, found }).toEqual({ name, colorScheme, found: [] });
      }
    }
    await page.close();
  });

  test('a merchant stays signed in through a moment without a server, and signs in again when the session was ended', async () => {
    const page = await openAs('merchant');
    const key = 'plaza-console-session';
    const expire = `(() => {
      const session = JSON.parse(sessionStorage.getItem('${key}'));
      sessionStorage.setItem('${key}', JSON.stringify({ ...session, accessTokenExpiresAt: new Date().toISOString() }));
      return session.accessToken;
    })()`;
    const token = await page.evaluate<string>(expire);
    await page.route('**/graphql', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'The server did not answer. Try again.' }).waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await go(page, 'Products');
    await page.getByRole('button', { name: 'Show more' }).waitFor();
    await page.route('**/graphql', (route) => route.abort());
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('alert').filter({ hasText: 'The server did not answer. Try again.' }).waitFor();
    await page.unroute('**/graphql');
    await plaza.mutate('signOut', {}, 'signedOut', token);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('button', { name: 'Demo: Merchant' }).waitFor();
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
