/** The storefront in a browser: a buyer’s journey, two people who see each other live, and what everybody must be able to use. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoAccounts, fillDemoShop } from '../../src/demo/index.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(!chromiumPath)('the storefront', () => {
  const plaza = usePlaza({ STOREFRONT: 'true', DEMO_SHOP: 'true' });
  let browser: Browser;
  let slug: string;
  let shop: string;
  const refused: string[] = [];
  const outside: string[] = [];

  beforeAll(async () => {
    await fillDemoShop(plaza.app.verbs, () => {});
    await plaza.app.verbs.recommendations.train();
    await plaza.settle('catalogue search');
    browser = await openBrowser();
    shop = plaza.url.replace('127.0.0.1', 'localhost');
    const { products } = await plaza.data('{ products(first: 1, sort: TOP_RATED) { edges { node { slug } } } }');
    slug = products.edges[0].node.slug;
  });
  afterAll(() => browser.close());

  /** A browser of somebody’s own, whose pages may do nothing that their policy forbids. */
  async function visitor({
    locale = 'en',
    scheme = 'light',
    width = 1280,
    serviceWorkers = 'allow',
  }: { locale?: string; scheme?: 'light' | 'dark'; width?: number; serviceWorkers?: 'allow' | 'block' } = {}): Promise<{
    page: Page;
    context: BrowserContext;
  }> {
    const viewport = { width, height: 900 };
    const context = await browser.newContext({ locale, colorScheme: scheme, viewport, reducedMotion: 'reduce', serviceWorkers });
    const page = await context.newPage();
    page.on('pageerror', (error) => refused.push(error.message));
    page.on(
      'console',
      (message) => message.type() === 'error' && /Content.Security|Refused/i.test(message.text()) && refused.push(message.text()),
    );
    page.on('request', (request) => {
      const url = new URL(request.url());
      // Pictures have the address that is configured, whose port a test does not know before.
      if (url.protocol.startsWith('http') && url.origin !== shop && url.origin !== 'http://localhost:0') outside.push(url.href);
    });
    return { page, context };
  }

  async function signUp(page: Page): Promise<void> {
    const handle = `shopper_${Math.random().toString(36).slice(2, 9)}`;
    await page.goto(`${shop}/sign-up`);
    await page.getByLabel('Name', { exact: true }).fill('Robin Shopper');
    await page.getByLabel('Handle').fill(handle);
    await page.getByLabel('Email').fill(`${handle}@example.org`);
    await page.getByLabel('Password').fill('velvet harbour quilt');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Good to see you, Robin Shopper.' }).waitFor();
  }

  /** Comes near what is far down a product page, which is made then. */
  async function readOn(page: Page): Promise<void> {
    for (const section of ['questions', 'discussion']) await page.locator(`#${section}-title`).scrollIntoViewIfNeeded();
  }

  /** Waits until the service worker has kept answers that have each of some fields. */
  async function keptOffline(page: Page, fields: string[]): Promise<void> {
    const kept = `(async () => {
      await navigator.serviceWorker.ready;
      const cache = await caches.open('plaza-data-1');
      const answers = await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
      return ${JSON.stringify(fields)}.every((field) => answers.some((answer) => answer.includes('"' + field + '"')));
    })()`;
    await until(() => page.evaluate<boolean>(kept));
  }

  test('takes a visitor from the home page to an order', async () => {
    const { page, context } = await visitor({ width: 400 });
    await page.goto(shop);
    await page.getByRole('heading', { name: 'Loved right now' }).waitFor();
    await page.getByRole('button', { name: 'No, thanks' }).click();
    await signUp(page);
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('kettle');
    await page.keyboard.press('Enter');
    await page
      .getByRole('link', { name: /kettle/i })
      .first()
      .click();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByRole('link', { name: 'Cart (1)' }).click();
    await page.getByRole('button', { name: 'Place order' }).click();
    await page.getByText('Placed', { exact: true }).waitFor();
    await context.close();
  });

  test('orders from each merchant in each currency by itself, and keeps a product that is gone until it is taken out', async () => {
    const sold = [
      { title: 'Cup of one merchant', price: { amountMinor: 1999, currency: 'EUR' } },
      { title: 'Cup of another merchant', price: { amountMinor: 500, currency: 'USD' } },
      { title: 'Another cup of theirs', price: { amountMinor: 700, currency: 'USD' } },
    ];
    const [one, other] = [await plaza.account({ merchant: true }), await plaza.account({ merchant: true })];
    const ids = [await plaza.product(one, sold[0]), await plaza.product(other, sold[1]), await plaza.product(other, sold[2])];
    const gone = Buffer.from(`Product:${'0'.repeat(24)}`).toString('base64url');
    const { page, context } = await visitor();
    await signUp(page);
    const cart = JSON.stringify([...ids, gone].map((productId) => ({ productId, quantity: 1 })));
    await page.evaluate(`localStorage.setItem('plaza.cart', ${JSON.stringify(cart)})`);
    await page.goto(`${shop}/cart`);
    await page.getByText('€19.99 + $12.00').waitFor();
    await page.getByText('This product does not exist or is no longer available.').waitFor();
    await page.getByRole('button', { name: 'Place order' }).click();
    await expect.poll(() => page.getByText('Placed', { exact: true }).count()).toBe(2);
    await page.getByRole('link', { name: 'Cart (1)' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Your cart is empty.').waitFor();
    await context.close();
  });

  test('says what reviews mention, how and in whose words, and shows the reviews of the topic that is chosen', async () => {
    await plaza.settle('review topics');
    const { page, context } = await visitor();
    await page.goto(`${shop}/products/${slug}`);
    const topic = page.locator('.topics button').first();
    const [, name] = /^(.+) · \d+\s*, (?:mostly|both) /.exec((await topic.innerText()).trim())!;
    await topic.click();
    const quote = await page.locator('blockquote').first().innerText();
    expect(quote.toLowerCase()).toContain(name);
    const reviews = page.locator('#reviews article p.words');
    await until(async () => (await reviews.allInnerTexts()).every((text) => text.toLowerCase().includes(name!)));
    await context.close();
  });

  test('shows a review, the score and a comment to somebody else without a reload', async () => {
    const [author, reader] = [await visitor(), await visitor()];
    await signUp(author.page);
    await plaza.admits(4, async () => {
      await reader.page.goto(`${shop}/products/${slug}`);
      await readOn(reader.page);
    });
    const count = reader.page.locator('.rating').getByText(/^\d+ reviews?$/);
    const before = await count.textContent();
    await author.page.goto(`${shop}/products/${slug}`);
    await author.page.getByRole('button', { name: 'Write a review' }).click();
    for (const aspect of ['Quality', 'Value', 'Service']) await author.page.getByLabel(`${aspect}: 5 stars`).dispatchEvent('click');
    await author.page.getByLabel('What should others know?').fill('It pours without a single drip, and that every morning.');
    await author.page.getByRole('button', { name: 'Publish' }).click();
    await reader.page.getByText('It pours without a single drip').waitFor();
    await until(async () => (await count.textContent()) !== before);
    await readOn(author.page);
    await author.page.getByLabel('Comment', { exact: true }).last().fill('Does it come in green?');
    await author.page.getByRole('button', { name: 'Send' }).last().click();
    await reader.page.getByText('Does it come in green?').waitFor();
    await author.context.close();
    await reader.context.close();
  });

  test('greets the demo buyer with recommendations, reasons and people, after one click', async () => {
    const { page, context } = await visitor();
    await page.goto(shop);
    await page.getByRole('button', { name: 'Try it as a demo buyer' }).click();
    await page.getByRole('heading', { name: 'Picked for you' }).waitFor();
    await page.getByRole('heading', { name: 'People like you' }).waitFor();
    expect(await page.locator('.reason').count()).toBeGreaterThan(0);
    for (const path of ['feed', 'orders', 'notifications', 'settings', `users/${demoAccounts.buyer.handle}`]) {
      await page.goto(`${shop}/${path}`);
      await page.locator('h1').waitFor();
      await until(async () => (await page.locator('.loading').count()) === 0);
      expect(await page.getByRole('alert').count(), path).toBe(0);
    }
    await context.close();
  });

  test('opens its last pages without a network, says so, and goes on when it is back', async () => {
    const { page, context } = await visitor();
    await page.goto(shop);
    await page.getByRole('heading', { name: 'Loved right now' }).waitFor();
    await keptOffline(page, ['categories', 'trendingProducts']);
    await page.goto(`${shop}/products/${slug}`);
    const title = await page.locator('h1').innerText();
    await page.locator('.rating').waitFor();
    await readOn(page);
    await keptOffline(page, ['viewerCanReview', 'reviews', 'questions']);
    await context.setOffline(true);
    await page.reload();
    await page.getByText('You are offline.').waitFor();
    expect(await page.locator('h1').innerText()).toBe(title);
    await page.locator('.rating').waitFor();
    await page.goto(shop);
    await page.getByRole('heading', { name: 'Loved right now' }).waitFor();
    await page.goto(`${shop}/cart`);
    await page.getByText('Your cart is empty.').waitFor();
    await context.setOffline(false);
    await page.goto(`${shop}/search?q=kettle`);
    await page
      .getByRole('link', { name: /kettle/i })
      .first()
      .waitFor();
    expect(await page.getByText('You are offline.').count()).toBe(0);
    await context.close();
  });

  test.each(['first', 'next'])(
    'asks what came with the page once on a %s visit: to keep it for when there is no network',
    async (visit) => {
      const { page, context } = await visitor();
      if (visit === 'next') {
        await page.goto(shop);
        await keptOffline(page, ['categories', 'trendingProducts']);
        await page.evaluate(`caches.delete('plaza-data-1')`);
      }
      const asked: string[] = [];
      page.on('request', (request) => request.url().endsWith('/graphql') && asked.push(request.postData() ?? ''));
      await page.goto(shop);
      await keptOffline(page, ['categories', 'trendingProducts']);
      expect(asked.map((body) => (JSON.parse(body) as { operationName: string }).operationName).sort()).toEqual(['Frame', 'Home']);
      await context.close();
    },
  );

  test('keeps what a slow first visit was still reading when there was something to keep it', async () => {
    const { page, context } = await visitor();
    await page.route('**/graphql', async (route) => {
      await until(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'));
      await route.continue();
    });
    await page.goto(`${shop}/search?q=kettle`);
    await keptOffline(page, ['categories', 'searchProducts']);
    await context.close();
  });

  test('shows a push message once, and lets its reader choose what comes where', async () => {
    const { page, context } = await visitor();
    await context.grantPermissions(['notifications'], { origin: shop });
    await signUp(page);
    await page.goto(`${shop}/settings`);
    await page.getByLabel('Emails about what is new').selectOption('Never');
    const mentions = page.getByRole('checkbox', { name: '… mentioned you: Email' });
    await mentions.click();
    await until(async () => !(await mentions.isChecked()));
    await page.reload();
    await mentions.waitFor();
    expect(await mentions.isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Notify me on this device' }).waitFor();
    const browserSession = await context.newCDPSession(page);
    const registered = new Promise<string>((found) =>
      browserSession.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) found(registrations[0].registrationId);
      }),
    );
    await browserSession.send('ServiceWorker.enable');
    const [url, at] = [`${shop}/products/${slug}`, new Date().toISOString()];
    const message = { id: 'message-1', tag: 'review', kind: 'REPLIED', title: 'Ana replied', body: 'Kettle', url, at, language: 'en' };
    const push = { origin: shop, registrationId: await registered, data: JSON.stringify(message) };
    const shown = () =>
      page.evaluate<{ title: string; data: object }[]>(`navigator.serviceWorker.ready
        .then((registration) => registration.getNotifications())
        .then((all) => all.map((one) => (one.close(), { title: one.title, data: one.data })))`);
    await browserSession.send('ServiceWorker.deliverPushMessage', push);
    let first: Awaited<ReturnType<typeof shown>> = [];
    await until(async () => (first = await shown()).length > 0);
    expect(first).toEqual([{ title: 'Ana replied', data: { url } }]);
    await browserSession.send('ServiceWorker.deliverPushMessage', push);
    await browserSession.send('ServiceWorker.deliverPushMessage', {
      ...push,
      data: JSON.stringify({ ...message, id: 'message-2', tag: 'other', title: 'Ben replied' }),
    });
    let second: typeof first = [];
    await until(async () => (second = await shown()).length > 0);
    expect(second.map(({ title }) => title)).toEqual(['Ben replied']);
    await context.close();
  });

  test('shows a page that has asked nothing yet, with what came with it', async () => {
    const context = await browser.newContext({ locale: 'en', serviceWorkers: 'block' });
    await context.route('**/graphql', () => {});
    const page = await context.newPage();
    await page.goto(shop);
    await page.getByRole('heading', { name: 'Loved right now' }).waitFor();
    await page.locator('.card').nth(7).waitFor();
    await page.getByRole('link', { name: 'Kitchen', exact: true }).waitFor();
    const preloaded = page.locator('link[rel=preload][as=image]').first();
    const first = page.locator('.card img').first();
    expect(await preloaded.getAttribute('href')).toBe(await first.getAttribute('src'));
    await page.goto(`${shop}/products/${slug}`);
    await page.getByRole('button', { name: 'Add to cart' }).waitFor();
    await context.close();
  });

  test('finds and leads on before its scripts run, from where it does so afterwards', async () => {
    const headings: object[] = [];
    for (const javaScriptEnabled of [false, true]) {
      const context = await browser.newContext({ locale: 'de', viewport: { width: 400, height: 820 }, javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(shop);
      if (javaScriptEnabled) await page.locator('.card').first().waitFor();
      headings.push((await page.getByRole('heading', { level: 1 }).boundingBox())!);
      await page.getByRole('link', { name: 'Kitchen', exact: true }).click();
      await page.waitForURL('**/categories/kitchen');
      await page.getByRole('searchbox', { name: 'Suche' }).fill('kettle & cup');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/search\?q=kettle(\+|%20)%26(\+|%20)cup$/);
      await context.close();
    }
    expect(headings[0]).toEqual(headings[1]);
  });

  test('loads no operation of another page before the first is shown', async () => {
    const page = await (await fetch(shop)).text();
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
    const scripts = await Promise.all(files.map(async (path) => (await fetch(plaza.url + path)).text()));
    expect(scripts.join('')).toContain('createRoot');
    for (const operation of ['placeOrder', 'askQuestion', 'createReview', 'updateNotificationPreferences'])
      expect(scripts.join('')).not.toContain(operation);
  });

  test('filters by what an address says as far as it makes sense, and lets its reader take each choice back', async () => {
    const { page, context } = await visitor();
    await page.goto(`${shop}/search?q=&sort=SIDEWAYS&rating=99&min=-3&max=cheap&brand=`);
    await page.getByText(/^\d+ products$/).waitFor();
    expect(await page.getByRole('button', { name: 'Clear all' }).count()).toBe(0);
    await page.goto(`${shop}/search?min=19.99&sort=PRICE_LOWEST&brand=Nobody&a.Unheard=of`);
    await page.getByText('0 products').waitFor();
    for (const choice of ['Nobody', 'of']) await page.getByRole('checkbox', { name: choice }).click();
    await page.getByText(/^[1-9]\d* products?$/).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    expect(new URL(page.url()).search).toBe('?sort=PRICE_LOWEST');
    await context.close();
  });

  test('leads back to the place that was left, by the way back and by a reload', async () => {
    const { page, context } = await visitor({ width: 400 });
    const top = (): Promise<number> => page.evaluate<number>('Math.round(scrollY)');
    await page.goto(shop);
    const card = page.locator('.card a').nth(11);
    await card.scrollIntoViewIfNeeded();
    const left = await top();
    expect(left).toBeGreaterThan(500);
    await card.click();
    await page.getByRole('button', { name: 'Add to cart' }).waitFor();
    expect(await top()).toBe(0);
    await readOn(page);
    await page.locator('#discussion-title').scrollIntoViewIfNeeded();
    await page.locator('[aria-labelledby=discussion-title] form').waitFor();
    const read = await top();
    await page.reload();
    await expect.poll(top).toBe(read);
    await page.goBack();
    await expect.poll(top).toBe(left);
    await context.close();
  });

  test('opens a link into a product’s page at what it names, and leads the keyboard through what is far down', async () => {
    const { page, context } = await visitor({ width: 400 });
    const distance = (id: string): Promise<number> =>
      page.evaluate<number>(
        `document.getElementById('${id}').getBoundingClientRect().top - document.querySelector('.top').getBoundingClientRect().bottom`,
      );
    for (const id of ['reviews', 'questions-title']) {
      await page.goto('about:blank');
      await page.goto(`${shop}/products/${slug}#${id}`);
      await page.locator('[aria-labelledby=questions-title] form').waitFor();
      await expect.poll(() => distance(id)).toBeGreaterThanOrEqual(0);
      expect(await distance(id)).toBeLessThan(100);
    }
    await page.goto(`${shop}/products/${slug}`);
    await page.getByRole('button', { name: 'Add to cart' }).focus();
    await page.keyboard.press('Tab');
    for (const section of ['reviews', 'questions', 'discussion'])
      await page.locator(`[aria-labelledby=${section}-title] form`).first().waitFor();
    await context.close();
  });

  test('says that a choice or more of a list did not arrive, and why something was refused', async () => {
    // The service worker’s own requests are nobody’s to answer.
    const { page, context } = await visitor({ width: 400, serviceWorkers: 'block' });
    const failing = (operation: string, answer: 'none' | 'limit') =>
      page.route('**/graphql', (route) => {
        if (!route.request().postData()?.includes(`"operationName":"${operation}"`)) return route.fallback();
        if (answer === 'none') return route.abort();
        const errors = [{ message: 'Too many requests. Try again in 7 seconds.', extensions: { code: 'RATE_LIMITED' } }];
        return route.fulfill({ status: 429, contentType: 'application/json', body: JSON.stringify({ errors }) });
      });
    const failed = page.getByText('That did not work.');
    await signUp(page);
    await failing('Notifications', 'none');
    await page.goto(`${shop}/notifications`);
    await failed.waitFor();
    expect(await page.getByText('Nothing here yet.').count()).toBe(0);
    await failing('Category', 'none');
    const { categories } = await plaza.data('{ categories(first: 1) { edges { node { slug } } } }');
    const { product } = await plaza.data(`{ product(slug: "${slug}") { merchant { handle } } }`);
    await page.goto(`${shop}/categories/${categories.edges[0].node.slug}`);
    await failed.waitFor();
    await page.goto(`${shop}/search`);
    await page.getByRole('button', { name: 'Show more' }).waitFor();
    await failing('Browse', 'none');
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('.toast', { hasText: 'That did not work.' }).waitFor();
    await page.getByText('Filters').click();
    await page.getByLabel('In stock only').click();
    await page.getByRole('alert').filter({ hasText: 'That did not work.' }).waitFor();
    await failing('Follow', 'limit');
    await page.goto(`${shop}/users/${product.merchant.handle}`);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByText('Try again in 7 seconds.').waitFor();
    await context.close();
  });

  test('keeps what is being written when the session is ended on another device', async () => {
    const { page, context } = await visitor();
    await signUp(page);
    await page.goto(`${shop}/products/${slug}#questions-title`);
    const question = page.getByRole('textbox', { name: 'Ask a question' });
    await question.fill('Does it fit a small kitchen?');
    const token = await page.evaluate<string>(`JSON.parse(localStorage.getItem('plaza.session ${shop}/graphql')).accessToken`);
    await plaza.mutate('signOut', { everywhere: true }, 'signedOut', token);
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor();
    expect(await question.inputValue()).toBe('Does it fit a small kitchen?');
    await context.close();
  });

  test('writes all of a page in the language that is chosen, and gives the keyboard back to the menu’s button', async () => {
    const { page, context } = await visitor({ width: 400 });
    await page.goto(shop);
    await page.getByText('Popular in the shop').first().waitFor();
    const menu = page.locator('.menu').first();
    await menu.locator('summary').click();
    await menu.locator('select').first().selectOption('de');
    await page.getByText('Im Shop beliebt').first().waitFor();
    expect(await page.getByText('Popular in the shop').count()).toBe(0);
    await menu.locator('select').first().focus();
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY');
    await context.close();
  });

  test('shows a menu whole on a small screen', async () => {
    for (const locale of ['en', 'ar']) {
      const { page, context } = await visitor({ locale, width: 390 });
      await page.goto(`${shop}/sign-in`);
      await page.locator('form.panel').waitFor();
      const menu = page.locator('.menu').first();
      await menu.locator('summary').click();
      const field = menu.locator('select').first();
      await field.click({ trial: true });
      const { x, width } = (await menu.locator('> div').boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(390);
      await context.close();
    }
  });

  test('can be installed', async () => {
    const { page, context } = await visitor();
    await page.goto(shop);
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    const { installabilityErrors } = await (await context.newCDPSession(page)).send('Page.getInstallabilityErrors');
    // A test's windows are of a profile that keeps nothing, in which nothing can be installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
    await context.close();
  });

  test.each([
    ['de', 'ltr', 'Gerade beliebt'],
    ['es', 'ltr', 'Lo más querido ahora'],
    ['zh-CN', 'ltr', '大家都喜欢'],
    ['ar', 'rtl', 'الأكثر إعجابًا الآن'],
  ])('speaks the browser’s language: %s', async (locale, direction, heading) => {
    const { page, context } = await visitor({ locale });
    await page.goto(shop);
    await page.getByRole('heading', { name: heading }).waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe(direction);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await context.close();
  });

  test('shows what was written from left to right as it was written, on a page from right to left', async () => {
    const [merchant, buyer] = [await plaza.account({ merchant: true }), await plaza.account()];
    const id = await plaza.product(merchant, { title: 'Whistler (2)' });
    await plaza.review(buyer, id, { title: 'It pours!', body: 'No drips.' });
    await plaza.mutate('askQuestion', { productId: id, body: 'Does it whistle?' }, 'question { id }', buyer.token);
    const { product } = await plaza.data(`{ product(id: "${id}") { slug } }`);
    const { page, context } = await visitor({ locale: 'ar' });
    await page.goto(`${shop}/products/${product.slug}`);
    await page.locator('#questions-title').scrollIntoViewIfNeeded();
    for (const text of ['Whistler (2)', 'It pours!', 'No drips.', 'Does it whistle?'])
      await expect.poll(() => endsAfterItBegins(page, text)).toBe(true);
    expect(await leftOfText(page, 'It pours!')).toBeCloseTo(await leftOfText(page, 'No drips.'), 0);
    await page.goto(`${shop}/search?q=${encodeURIComponent('Whistler (2)')}`);
    for (const place of ['h1', '.card h3']) await expect.poll(() => endsAfterItBegins(page, 'Whistler (2)', place)).toBe(true);
    await context.close();
  });

  test.each([
    ['/', 'light'],
    ['/', 'dark'],
    ['/search?q=kettle', 'light'],
    ['product', 'light'],
    ['product', 'dark'],
    ['/sign-up', 'light'],
  ] as const)('has nothing serious that keeps anybody out: %s, %s', async (path, scheme) => {
    const { page, context } = await visitor({ scheme, width: 400 });
    await page.goto(path === 'product' ? `${shop}/products/${slug}` : shop + path);
    await page.locator('h1').waitFor();
    await until(async () => (await page.locator('.loading').count()) === 0);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
    await context.close();
  });

  test('greets in the browser’s language before a script runs, in the encoding that it takes', async () => {
    const greetings = {
      en: 'Chosen by people, not by ads.',
      'fr, de-AT;q=0.9, en;q=0.8': 'Von Menschen empfohlen, nicht von Werbung.',
      fr: 'Chosen by people, not by ads.',
    };
    for (const [language, greeting] of Object.entries(greetings)) {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const response = await fetch(shop, { headers: { 'accept-language': language, 'accept-encoding': encoding } });
        expect(response.headers.get('content-encoding') ?? 'identity').toBe(encoding);
        expect(await response.text()).toContain(`<h1>${greeting}</h1>`);
      }
    }
  });

  test('gives search engines a product’s page without a script, and programs the API’s own answers', async () => {
    const html = await (await fetch(`${shop}/products/${slug}`)).text();
    expect(html).toContain('"@type":"Product"');
    expect(html).toMatch(/<div id="root"><header class="top"[^]*<\/header><main class="wrap page"><h1>/);
    const statusOf = async (path: string, accept = 'text/html') => (await fetch(shop + path, { headers: { accept } })).status;
    expect(await statusOf('/nowhere')).toBe(404);
    expect(await statusOf('/products/none-such')).toBe(404);
    expect(await (await fetch(`${shop}/nowhere`)).json()).toMatchObject({ statusCode: 404 });
    expect(await (await fetch(`${shop}/health/live`, { headers: { accept: 'text/html' } })).json()).toEqual({ status: 'ok' });
    expect((await plaza.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('breaks none of its own rules, and asks nothing of any other host', async () => {
    const { headers } = await fetch(shop, { headers: { accept: 'text/html' } });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(refused).toEqual([]);
    expect(outside).toEqual([]);
  });
});

/** Whether the last letter of a text stands to the right of its first, where the text is shown. */
function endsAfterItBegins(page: Page, text: string, place = 'main'): Promise<boolean> {
  return page.evaluate(
    `(() => {
      const texts = document.createTreeWalker(document.querySelector(${JSON.stringify(place)}) ?? document, NodeFilter.SHOW_TEXT);
      const text = ${JSON.stringify(text)};
      while (texts.nextNode()) {
        const from = texts.currentNode.data.indexOf(text);
        if (from < 0) continue;
        const [first, last] = [from, from + text.length - 1].map((at) => {
          const letter = new Range();
          letter.setStart(texts.currentNode, at);
          letter.setEnd(texts.currentNode, at + 1);
          return letter.getBoundingClientRect();
        });
        return last.left > first.left && last.top === first.top;
      }
      return null;
    })()`,
  );
}

/** Where a text that stands once on the page begins, which is not where its element does. */
function leftOfText(page: Page, text: string): Promise<number> {
  return page.evaluate(
    `(() => {
      const element = [...document.querySelectorAll('h3, p')].find(({ textContent }) => textContent === ${JSON.stringify(text)});
      const shown = new Range();
      shown.selectNodeContents(element);
      return shown.getBoundingClientRect().left;
    })()`,
  );
}
