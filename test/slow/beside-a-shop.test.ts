/**
 * A shop with a catalogue of its own, and Plaza beside it: from a sale to a review, a refund and the customer's erasure.
 * Plaza is killed at random on the way, and nothing is lost and nothing happens twice.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { chromiumPath, openBrowser } from '../support/browser.js';
import { TestMailServer } from '../support/mail.js';
import { runCommand } from '../support/processes.js';
import { RestartingPlaza } from '../support/restarting-plaza.js';
import { openGateway } from '../support/shop-gateway.js';
import { standardHeaders, type Json } from '../support/shop-sender.js';
import { until } from '../support/until.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';

const seed = Number(process.env['SEED'] ?? 1);
const customers = 4;
const mail = new TestMailServer();
const receiver = new WebhookReceiver();
const directory = mkdtempSync(join(tmpdir(), 'plaza-beside-a-shop-'));
const plaza = new RestartingPlaza(randomNumbers(seed), 6, () => mail.clients === 0);
const environment = (): Record<string, string> => ({
  ...{ PLAZA_DATA_DIR: directory, AUTH_SECRET: 'a secret for tests that is long enough', FEDERATION: 'true', LOG_LEVEL: 'info' },
  ...{ WEBHOOK_ALLOW_PRIVATE: 'true', SMTP_URL: `smtp://127.0.0.1:${mail.port}`, STOREFRONT: 'false' },
  ...{ INVITATION_DELAY: '0', INVITATION_REMINDER: '0', INVITATION_QUIET_HOURS: '0-0' },
});

/** What the shop has of its own. */
const shelf = Array.from({ length: customers }, (_, at) => ({
  ...{ externalId: `pot-${at}`, source: 'toys', title: `Toy pot ${at}`, warehouse: `Hall ${at}` },
}));

beforeAll(async () => {
  await Promise.all([mail.start(), receiver.start()]);
});

afterAll(async () => {
  await plaza.stop();
  await Promise.all([mail.stop(), receiver.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

/** Does something until it succeeds: every other time or so, Plaza is killed on the way. It takes as long as starts do. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    await plaza.isUp();
    plaza.killSoon();
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
  }
}

class Refused extends Error {}

async function ask(query: string, variables: object = {}, token?: string): Promise<Json> {
  const response = await fetch(`${plaza.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Json;
  if (!errors) return data;
  throw errors[0].extensions.code === 'INTERNAL_SERVER_ERROR' ? new Error('again') : new Refused(JSON.stringify(errors));
}

const mutate = async (name: string, input: object, selection: string, token?: string): Promise<Json> => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return (await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field } } }`, { input }, token))[
    name
  ];
};

/** The shop's own events: each is sent, under one ID, until Plaza says that it has it. */
class Shop {
  constructor(
    private readonly address: string,
    private readonly secret: string,
  ) {}

  async tell(type: string, data: Json): Promise<void> {
    const id = randomUUID();
    const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
    await insist(async () => {
      const headers = { 'content-type': 'application/json', ...standardHeaders(this.secret, body, id) };
      const { status } = await fetch(this.address, { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`Plaza answered ${status}`);
    });
  }
}

/** A page of the shop that shows reviews as they come, and goes on where its connection was cut. */
class Page {
  readonly shown: string[] = [];
  private cursor: string;
  private closed = false;
  private socket: WebSocket | null = null;

  constructor(
    private readonly productId: string,
    cursor: string,
  ) {
    this.cursor = cursor;
    this.connect();
  }

  close(): void {
    this.closed = true;
    this.socket?.terminate();
  }

  private connect(): void {
    const query = 'subscription ($id: ID!, $after: String) { reviewAdded(productId: $id, after: $after) { cursor review { body } } }';
    const socket = new WebSocket(`${plaza.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    this.socket = socket;
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.closed) void plaza.isUp().then(() => this.connect());
    });
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString());
      const variables = { id: this.productId, after: this.cursor };
      if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
      const event = payload?.data?.reviewAdded;
      if (type !== 'next' || !event) return;
      this.cursor = event.cursor;
      this.shown.push(event.review.body);
    });
  }
}

/** The shop's own page in a browser, with a widget for each product; reviews come without a reload. */
async function openStorefront() {
  const widgets = shelf.map(({ externalId, source }) => `<plaza-reviews external-id="${externalId}" source="${source}"></plaza-reviews>`);
  const html = `<!doctype html><html lang="en"><title>Toys</title><script src="${plaza.url}/widgets.js" defer></script>${widgets.join('')}</html>`;
  const server = createServer((_request, response) => void response.setHeader('content-type', 'text/html').end(html)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const browser = await openBrowser();
  const page = await browser.newPage();
  await insist(async () => {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('customElements.get("plaza-reviews") !== undefined', undefined, { timeout: 5_000 });
  });
  let loads = 0;
  page.on('load', () => loads++);
  const shows = (at: number) => page.locator('plaza-reviews').nth(at).getByText(`I like pot ${at}.`, { exact: true });
  return {
    /** How often it shows the review of each product. */
    shown: () => Promise.all(numbers.map((at) => shows(at).count())),
    async close() {
      expect(loads).toBe(0);
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The staff's token; the password is the one that the command printed. */
async function signInAsStaff(): Promise<string> {
  const { stdout } = await runCommand('console-user', ['staff@shop.example', '--role', 'admin', 'merchant'], environment());
  const password = /Password: (\S+)/.exec(stdout)![1];
  await plaza.start(environment());
  return (await insist(() => mutate('signIn', { email: 'staff@shop.example', password }, 'accessToken'))).accessToken;
}

const numbers = Array.from({ length: customers }, (_, at) => at);

test(`from a sale to the customer’s erasure, with Plaza killed on the way (SEED=${seed})`, async () => {
  const token = await signInAsStaff();
  const created = await insist(() =>
    mutate('createIntegration', { platform: 'GENERIC', source: 'toys', idempotencyKey: 'toys' }, 'integration { url } secret', token),
  );
  const shop = new Shop(created.integration.url, created.secret);
  const events = ['REVIEW_ADDED', 'INVITATION_SENT'];
  const hook = await insist(() => mutate('createWebhook', { url: receiver.url, events, idempotencyKey: 'hook' }, 'secret', token));

  // It sells.
  const price = { amountMinor: 1999, currency: 'EUR' };
  for (const { externalId, title } of shelf) await shop.tell('product.created', { externalId, title, price });
  const orderOf = (at: number): Json => ({
    ...{ externalId: `order-${at}`, status: 'PAID', placedAt: new Date().toISOString() },
    customer: { externalId: `customer-${at}`, email: `customer-${at}@shop.example`, name: `Cus Tomer${at}`, language: 'de' },
    items: [{ productExternalId: `pot-${at}` }],
  });
  for (const at of numbers) await shop.tell('order.created', orderOf(at));
  const productOf = async (at: number): Promise<Json> =>
    (
      await ask(
        'query ($id: String) { product(externalId: $id, source: "toys") { id rating { reviewCount } reviews(first: 9) { liveCursor edges { node { body verifiedPurchase author { name } } } } } }',
        { id: `pot-${at}` },
      )
    ).product;
  const allProducts = () => Promise.all(numbers.map((at) => insist(() => productOf(at))));
  // What is told of one comes in order, and of several in any.
  await until(async () => (await allProducts()).every((product) => product !== null));
  const products = await allProducts();
  const pages = products.map(({ id, reviews }) => new Page(id, reviews.liveCursor));
  const storefront = chromiumPath ? await openStorefront() : null;

  // It delivers, and each customer is invited once.
  for (const at of numbers) await shop.tell('fulfillment.updated', { orderExternalId: `order-${at}`, status: 'DELIVERED' });
  const mailsTo = (at: number) => mail.received.filter(({ to }) => to === `customer-${at}@shop.example`);
  await until(() => numbers.every((at) => mailsTo(at).length > 0));

  // They review by the links.
  for (const at of numbers) {
    const [{ text, subject }] = mailsTo(at) as [Json];
    expect(subject).toContain('Wie');
    const invitation = /\/review\/([0-9a-f]{24}\.[\w-]{43})/.exec(text)![1];
    const ratings = { quality: 5, price: 4, service: 5 };
    const input = { productId: products[at].id, invitation, ratings, body: `I like pot ${at}.`, idempotencyKey: `review-${at}` };
    const { userErrors } = await insist(() => mutate('createReview', input, 'review { id }'));
    // Who heard no answer may be told that the link was used: it was, by them.
    expect(userErrors.map(({ code }: Json) => code).filter((code: string) => code !== 'INVITATION_USED')).toEqual([]);
  }

  // The shop is told, its pages show it, and its graph has it.
  const told = () => receiver.received.filter(({ payload }) => payload.type === 'review.added');
  await until(() => new Set(told().map(({ payload }) => payload.data.review.body)).size === customers);
  await until(() => pages.every(({ shown }) => shown.length > 0));
  const kills = plaza.kills;
  await plaza.settle();
  expect(pages.map(({ shown }) => shown)).toEqual(numbers.map((at) => [`I like pot ${at}.`]));
  if (storefront) {
    await until(async () => (await storefront.shown()).every((count) => count > 0));
    expect(await storefront.shown()).toEqual(numbers.map(() => 1));
  }
  for (const message of told()) verify(hook.secret, message);
  expect(new Set(told().map(({ id }) => id)).size).toBe(customers);
  const { _service: service } = await insist(() => ask('{ _service { sdl } }'));
  const gateway = await openGateway({ url: plaza.url, sdl: service.sdl }, shelf);
  const { body } = await gateway.executeOperation({
    query:
      '{ shelf { title warehouse rating { reviewCount } reviews(first: 1) { edges { node { body verifiedPurchase author { name } } } } } }',
  });
  const review = (at: number) => ({ body: `I like pot ${at}.`, verifiedPurchase: true, author: { name: `Cus Tomer${at}` } });
  expect(JSON.parse(JSON.stringify((body as Json).singleResult.data))).toEqual({
    shelf: numbers.map((at) => ({
      ...{ title: `Toy pot ${at}`, warehouse: `Hall ${at}`, rating: { reviewCount: 1 } },
      reviews: { edges: [{ node: review(at) }] },
    })),
  });
  await gateway.stop();

  // Orders are refunded, and the customers erased.
  plaza.kills = kills >= 4 ? 4 : kills;
  for (const at of numbers) await shop.tell('order.updated', { externalId: `order-${at}`, status: 'CANCELLED' });
  for (const at of numbers) await shop.tell('customer.redact', { externalId: `customer-${at}` });
  const isForgotten = async (at: number) => {
    const [{ node }] = (await productOf(at)).reviews.edges;
    return node.body === `I like pot ${at}.` && !node.verifiedPurchase && node.author === null;
  };
  await until(async () => (await Promise.all(numbers.map((at) => insist(() => isForgotten(at))))).every(Boolean));
  await plaza.settle();
  for (const page of pages) page.close();
  await storefront?.close();

  // Nothing is left to do, nothing was refused, and nothing happened twice.
  const left = await ask(
    '{ pending: integrationMessages(status: PENDING) { totalCount } refused: integrationMessages(status: REFUSED) { totalCount } all: integrationMessages { totalCount } reviewInvitations { totalCount } }',
    {},
    token,
  );
  expect(left).toMatchObject({ pending: { totalCount: 0 }, refused: { totalCount: 0 }, all: { totalCount: customers * 5 } });
  expect(numbers.map((at) => mailsTo(at).length)).toEqual(numbers.map(() => 1));
  for (const at of numbers) {
    const found = await ask(
      'query ($customer: String, $order: String) { user(externalId: $customer, source: "toys") { id } order(externalId: $order, source: "toys") { status } }',
      { customer: `customer-${at}`, order: `order-${at}` },
      token,
    );
    expect(found).toEqual({ user: null, order: { status: 'CANCELLED' } });
    expect((await productOf(at)).rating.reviewCount).toBe(1);
  }
  expect(kills).toBeGreaterThan(2);
});
