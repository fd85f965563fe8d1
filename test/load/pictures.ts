/**
 * Takes the pictures of the storefront and the console: light, dark, on a phone, in Chinese.
 * Start the demo shop first (`npm start`), then run `npm run docs:pictures`. `PLAZA_URL` names another server.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';

const shop = process.env['PLAZA_URL'] ?? 'http://localhost:4000';
const folder = new URL('../../docs/pictures/', import.meta.url);
const executablePath = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
/** Pixels across a picture, and how much of a desktop page is shown. */
const width = 1280;
const height = 860;

interface Style {
  name: string;
  locale?: string;
  dark?: boolean;
  phone?: boolean;
}

const styles: Style[] = [
  { name: 'light' },
  { name: 'dark', dark: true },
  { name: 'phone', phone: true },
  { name: 'chinese', locale: 'zh-CN' },
];

async function ask<Data>(query: string, variables: object = {}): Promise<Data> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${shop}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return ((await response.json()) as { data: Data }).data;
}

async function open(browser: Browser, { locale = 'en', dark = false, phone = false }: Style): Promise<Page> {
  const context = await browser.newContext({
    locale,
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 390, height: 844 } : { width, height },
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  return context.newPage();
}

async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  for (const loading of await page.locator('.loading').all()) await loading.waitFor({ state: 'detached' });
  await page.evaluate(
    "Promise.all([...document.images].filter((image) => image.loading !== 'lazy').map((image) => image.decode().catch(() => {})))",
  );
  await page.waitForLoadState('networkidle');
}

async function take(page: Page, name: string): Promise<void> {
  await settle(page);
  const picture = await page.screenshot();
  const { width: across } = page.viewportSize()!;
  await sharp(picture)
    .resize({ width: Math.min(across, 960) })
    .webp({ quality: 72 })
    .toFile(fileURLToPath(new URL(`${name}.webp`, folder)));
  process.stdout.write(`${name}.webp\n`);
}

interface ShownProduct {
  id: string;
  slug: string;
  category: { slug: string };
  reviews: { edges: { node: { author: { handle: string } | null } }[] };
}

async function bestProduct(): Promise<ShownProduct> {
  const { products } = await ask<{ products: { edges: { node: ShownProduct }[] } }>(
    `{ products(first: 1, sort: TOP_RATED) {
      edges { node { id slug category { slug } reviews(first: 1) { edges { node { author { handle } } } } } }
    } }`,
  );
  return products.edges[0]!.node;
}

async function takeStorefront(browser: Browser, style: Style): Promise<void> {
  const page = await open(browser, style);
  await page.goto(`${shop}/sign-up`);
  await take(page, `shop-sign-up-${style.name}`);
  await page.goto(`${shop}/`);
  // The demo shop lets its visitors in with one click.
  await page.locator('main .button.main').first().click();
  await page.waitForLoadState('networkidle');
  const { id, slug, category, reviews } = await bestProduct();
  await page.evaluate(`localStorage.setItem('plaza.cart', ${JSON.stringify(JSON.stringify([{ productId: id, quantity: 2 }]))})`);
  const pages = {
    home: '/',
    product: `/products/${slug}`,
    reviews: `/products/${slug}#reviews`,
    category: `/categories/${category.slug}`,
    search: '/search?q=coffee',
    cart: '/cart',
    orders: '/orders',
    profile: `/users/${reviews.edges[0]!.node.author!.handle}`,
    feed: '/feed',
    notifications: '/notifications',
    settings: '/settings',
  };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(shop + path);
    await settle(page);
    if (name === 'settings') await page.evaluate("scrollBy(0, document.getElementById('notify-title').getBoundingClientRect().top - 160)");
    if (name === 'reviews') {
      await page.locator('.topics button').first().click();
      await page.evaluate("scrollBy(0, document.getElementById('topics-title').getBoundingClientRect().top - 160)");
    }
    await take(page, `shop-${name}-${style.name}`);
  }
  await page.context().close();
}

/** Roles by their place among the demo shop's buttons, whose words depend on the language. */
const consolePages: [button: number, pages: string[]][] = [
  [2, ['moderation', 'audit', 'recommender', 'imports', 'users', 'health', 'api-keys']],
  [0, ['inbox', 'products', 'orders', 'webhooks']],
];

async function takeConsole(browser: Browser, style: Style): Promise<void> {
  for (const [button, pages] of consolePages) {
    const page = await open(browser, style);
    await page.goto(`${shop}/console/`);
    await page.locator('main > .row > button').nth(button).click();
    await page.locator('#main').waitFor();
    for (const name of pages) {
      await page.goto(`${shop}/console/${name}`);
      await settle(page);
      for (const form of await page.locator('details.card > summary').all()) await form.click();
      await take(page, `console-${name}-${style.name}`);
    }
    await page.context().close();
  }
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (const style of styles) {
    await takeStorefront(browser, style);
    await takeConsole(browser, style);
  }
} finally {
  await browser.close();
}
