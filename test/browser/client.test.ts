/** The client package in a browser: cuts, two tabs, tokens that expire, networks without WebSocket, tabs that close. */
import { decodeJwt, SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PlazaClient, PlazaOptions } from '@plaza/client';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { bundle } from '../support/bundle.js';
import { cuttable } from '../support/cuttable.js';
import { storeId, usePlaza, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';

/** What the page’s script leaves for the tests. */
interface PageGlobals {
  createPlazaClient: (options: PlazaOptions) => PlazaClient;
  plaza: PlazaClient;
  received: string[];
}

const secret = 'a secret that only the tests of the client know';
const comments = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';

describe.skipIf(!chromiumPath)('the client package in a browser', () => {
  const plaza = usePlaza({ AUTH_SECRET: secret, CONSENT_REQUIRED: 'false' });
  let browser: Browser;
  let context: BrowserContext;
  let script: string;
  let proxy: Awaited<ReturnType<typeof cuttable>>;
  let merchant: Account;
  let viewer: Account;
  let productId: string;

  beforeAll(async () => {
    script = await bundle(`import { createPlazaClient } from '@plaza/client'; globalThis.createPlazaClient = createPlazaClient;`);
    browser = await openBrowser();
    [merchant, viewer] = [await plaza.account({ merchant: true }), await plaza.account()];
    productId = await plaza.product(merchant);
  });
  beforeEach(async () => {
    proxy = await cuttable(plaza.url);
    context = await browser.newContext({ bypassCSP: true });
  });
  afterEach(async () => {
    await context.close();
    proxy.close();
  });
  afterAll(() => browser.close());

  /** A tab of a shop that the API’s own origin serves. */
  async function tab(options: Partial<PlazaOptions> = {}): Promise<Page> {
    const page = await context.newPage();
    const origin = proxy.url.replace('ws:', 'http:').replace('/graphql', '');
    // Any page of the origin will do; its own policy is not what is tested.
    await page.goto(`${origin}/health/live`);
    await page.evaluate(`(() => {${script}})()`);
    await page.evaluate((given) => {
      const shop = globalThis as unknown as PageGlobals;
      shop.plaza = shop.createPlazaClient({ url: '/graphql', retryDelay: 50, ...given });
      shop.received = [];
    }, options);
    return page;
  }

  const watch = (page: Page, id = productId): Promise<void> =>
    plaza.admits(1, () =>
      page.evaluate(
        ([query, subject]) => {
          const { plaza, received } = globalThis as unknown as PageGlobals;
          plaza.live.subscribe(
            { query, variables: { id: subject } },
            {
              next: ({ data }) => received.push((data as { commentAdded: { comment: { body: string } } }).commentAdded.comment.body),
              error: (errors) => received.push(`error ${errors[0]!.message}`),
              complete: () => received.push('complete'),
            },
          );
        },
        [comments, id] as const,
      ),
    );

  /** Waits until the page was told where its stream stands. */
  const begins = async (page: Page): Promise<void> => {
    const socket = await page.waitForEvent('websocket');
    await socket.waitForEvent('framereceived', (frame) => frame.payload.toString().includes('{"extensions":{"cursor"'));
  };

  const received = (page: Page): Promise<string[]> => page.evaluate(() => (globalThis as unknown as PageGlobals).received);
  const has = (page: Page, count: number) => until(async () => (await received(page)).length >= count);
  const write = (body: string) => plaza.mutate('addComment', { subjectId: productId, body }, 'comment { id }', viewer.token);

  /** Tokens of the viewer’s session whose access token ends in so many seconds. */
  async function expiringIn(seconds: number) {
    const account = await plaza.account();
    const { sid, sub } = decodeJwt(account.token);
    const claims = new SignJWT({ sid }).setProtectedHeader({ alg: 'HS256' }).setIssuer('plaza').setSubject(sub!).setIssuedAt();
    const accessToken = await claims.setExpirationTime(Math.ceil(Date.now() / 1000) + seconds).sign(new TextEncoder().encode(secret));
    const refreshes = async (): Promise<number> =>
      (await plaza.connection.collection('sessions').findOne({ user: storeId(account.id) }))!['generation'] as number;
    return { tokens: { accessToken, refreshToken: account.refreshToken }, refreshes };
  }

  const start = (page: Page, tokens: { accessToken: string; refreshToken: string | null }): Promise<void> =>
    page.evaluate((given) => (globalThis as unknown as PageGlobals).plaza.session.start(given), tokens);

  const ask = (page: Page): Promise<string | null> =>
    page.evaluate(async () => {
      const { plaza } = globalThis as unknown as PageGlobals;
      const body = JSON.stringify({ query: '{ viewer { email } }' });
      const answer = await plaza.session.fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return ((await answer.json()) as { data: { viewer: { email: string | null } } }).data.viewer.email;
    });

  test('receives every comment once through cuts, also those of before the first event', async () => {
    const page = await tab();
    await Promise.all([begins(page), watch(page)]);
    proxy.takeAway();
    await write('while it was cut off before any came');
    proxy.restore();
    await has(page, 1);
    for (let cut = 0; cut < 3; cut++) {
      proxy.takeAway();
      await write(`in cut ${cut}`);
      proxy.restore();
      await has(page, 2 + cut);
    }
    await write('after all');
    await has(page, 5);
    expect(await received(page)).toEqual(['while it was cut off before any came', 'in cut 0', 'in cut 1', 'in cut 2', 'after all']);
  });

  test('falls back to event streams where WebSocket does not get through, and resumes there too', async () => {
    const blocked = await tabWithoutWebSocket();
    await watch(blocked);
    await write('first');
    await has(blocked, 1);
    proxy.takeAway();
    await write('second');
    proxy.restore();
    await has(blocked, 2);
    expect(await received(blocked)).toEqual(['first', 'second']);
  });

  async function tabWithoutWebSocket(): Promise<Page> {
    await context.addInitScript(() => {
      class Blocked {
        static CONNECTING = 0;
        static OPEN = 1;
        static CLOSING = 2;
        static CLOSED = 3;
        readyState = 3;
        onclose: ((event: object) => void) | null = null;
        constructor() {
          queueMicrotask(() => this.onclose?.({ code: 1006, reason: '' }));
        }
        close(): void {}
      }
      (globalThis as { WebSocket: unknown }).WebSocket = Blocked;
    });
    return tab();
  }

  test('gives each of many event streams its turn, so that the page can still ask', async () => {
    const page = await tabWithoutWebSocket();
    const products = await Promise.all(Array.from({ length: 6 }, () => plaza.product(merchant)));
    const subscribe = () =>
      page.evaluate(
        ([query, ids]) => {
          const { plaza, received } = globalThis as unknown as PageGlobals;
          for (const id of ids)
            plaza.live.subscribe(
              { query, variables: { id } },
              {
                next: ({ data }) => received.push((data as { commentAdded: { comment: { body: string } } }).commentAdded.comment.body),
                error: () => {},
                complete: () => {},
              },
            );
        },
        [comments, products] as const,
      );
    await plaza.admits(4, subscribe);
    expect(await ask(page)).toBeNull();
    // The other two begin when they have their first turn.
    await plaza.admits(2, () => {});
    for (const id of products) await plaza.mutate('addComment', { subjectId: id, body: id }, 'comment { id }', viewer.token);
    await has(page, products.length);
    expect((await received(page)).sort()).toEqual([...products].sort());
  });

  test('refreshes a session once for two tabs, before its token expires', async () => {
    const [first, second] = [await tab(), await tab()];
    const { tokens, refreshes } = await expiringIn(3);
    await start(first, tokens);
    await until(async () => (await second.evaluate(() => (globalThis as unknown as PageGlobals).plaza.session.signedIn)) === true);
    await until(async () => (await refreshes()) > 0);
    const emails = await Promise.all([ask(first), ask(second), ask(first), ask(second)]);
    expect(new Set(emails).size).toBe(1);
    expect(emails[0]).toMatch(/@/);
    expect(await refreshes()).toBe(1);
  });

  test('sends a request again with a fresh token where its own had expired', async () => {
    const page = await tab();
    const { tokens, refreshes } = await expiringIn(-5);
    // As after a night’s sleep: the page believes in a token that the server does not take any more.
    await page.evaluate((given) => {
      const { plaza } = globalThis as unknown as PageGlobals;
      plaza.session.start(given);
    }, tokens);
    expect(await Promise.all([ask(page), ask(page)])).toEqual([expect.stringMatching(/@/), expect.stringMatching(/@/)]);
    expect(await refreshes()).toBe(1);
  });

  test('tells every tab that the viewer signed out', async () => {
    const [first, second] = [await tab(), await tab()];
    const { email, password } = await plaza.account();
    await first.evaluate((input) => (globalThis as unknown as PageGlobals).plaza.session.signIn(input), { email, password });
    await until(async () => (await ask(second)) === email);
    await second.evaluate(() => (globalThis as unknown as PageGlobals).plaza.session.signOut());
    await until(async () => (await ask(first)) === null);
    expect(await first.evaluate(() => (globalThis as unknown as PageGlobals).plaza.session.signedIn)).toBe(false);
  });

  test('goes on as a stranger in every tab when the session was ended elsewhere', async () => {
    const [first, second] = [await tab(), await tab()];
    const { email, password } = await plaza.account();
    await first.evaluate((input) => (globalThis as unknown as PageGlobals).plaza.session.signIn(input), { email, password });
    await until(async () => (await ask(second)) === email);
    const { signIn } = await plaza.data(`mutation { signIn(input: { email: "${email}", password: "${password}" }) { accessToken } }`);
    await plaza.mutate('signOut', { everywhere: true }, 'signedOut', signIn.accessToken);
    expect(await ask(first)).toBe(null);
    for (const page of [first, second])
      await until(async () => !(await page.evaluate(() => (globalThis as unknown as PageGlobals).plaza.session.signedIn)));
  });

  test('counts a view once that was sent as the tab closed and again at the next visit', async () => {
    const page = await tab({ tracking: true, flushInterval: 60_000 });
    const tracked = () => plaza.connection.collection('behaviour_events').countDocuments();
    await page.evaluate((id) => (globalThis as unknown as PageGlobals).plaza.tracker.viewed(id), productId);
    await page.close({ runBeforeUnload: true });
    const next = await tab({ tracking: true, flushInterval: 10 });
    await next.evaluate(() => (globalThis as unknown as PageGlobals).plaza.tracker.flush());
    await until(async () => (await tracked()) > 0);
    expect(await tracked()).toBe(1);
  });
});
