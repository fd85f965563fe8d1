/** A running Plaza for a test file: the real store, on a real socket, gone afterwards. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { createClient, type Client } from 'graphql-ws';
import { Types, type Connection } from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import WebSocket from 'ws';
import { createApp, type App } from '../../src/app.js';
import { readConfig, type Config } from '../../src/config.js';
import { openStore, type Store } from '../../src/store/connection.js';
import type { Worker } from '../../src/workers/index.js';
import { createLogger } from '../../src/logger.js';
import { toGlobalId } from '../../src/relay/global-id.js';
import { runCommand, unlimited } from './processes.js';
import { StoreTrace, type Command } from './store-trace.js';
import { readMail } from './mail.js';
import { until } from './until.js';

// The answer's shape is the query's, which only the test knows.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Answer {
  status: number;
  data: Json;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; argument?: string } }[] | undefined;
}

export interface Account {
  id: string;
  handle: string;
  email: string;
  password: string;
  token: string;
  refreshToken: string;
}

interface AccountOptions {
  merchant?: boolean;
  role?: 'ADMIN' | 'MODERATOR';
}

export interface LiveEvents {
  /** Whether the server took the subscription in; else the first event says why not. */
  admitted: boolean;
  /** The next event, or the closing of the subscription as an error. */
  next(): Promise<Json>;
  stop(): void;
}

export class Plaza {
  app!: App;
  url = '';
  dataDirectory = '';
  /** Takes the log's lines, where a test reads them. */
  logOutput: { write(line: string): void } | undefined;
  private database = '';
  private accounts = 0;
  private readonly sockets: Client[] = [];
  private readonly trace = new StoreTrace();
  private subscribing: Promise<unknown> = Promise.resolve();

  /** @param prepare what is done to the store before the app opens it */
  async start(environment: Record<string, string> = {}, prepare?: (store: Store) => Promise<void>): Promise<void> {
    this.dataDirectory ||= mkdtempSync(join(tmpdir(), 'plaza-test-'));
    const uri = process.env['MONGODB_URI'];
    this.database ||= `plaza_test_${process.pid}_${Date.now()}`;
    const store = uri ? { MONGODB_URI: withDatabase(uri, this.database) } : {};
    const read = readConfig({
      PORT: '0',
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
      DEMO_SHOP: 'false',
      STOREFRONT: 'false',
      PLAZA_DATA_DIR: this.dataDirectory,
      ...unlimited,
      ...store,
      ...environment,
    });
    // Tests look at what requests ask of the store.
    const config = { ...read, watchCommands: true };
    if (prepare) await withStore(config, prepare);
    this.app = await createApp(config, createLogger(config.logLevel, this.logOutput));
    this.trace.watch(this.app.http.fastify);
    await this.app.listen();
    this.url = `http://127.0.0.1:${(this.app.http.fastify.server.address() as AddressInfo).port}`;
  }

  /** The mails that were written to files so far, the latest last. */
  async mails(): Promise<{ to: string; subject: string; text: string; token: string | undefined; path: string }[]> {
    await this.settle('mail');
    const directory = join(this.dataDirectory, 'outbox');
    const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.eml')) : [];
    const paths = files.map((name) => join(directory, name)).sort((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs);
    return paths.map((path) => ({ ...readMail(readFileSync(path, 'utf8')), path }));
  }

  /** The latest mail to an address. */
  async mailTo(address: string, subject?: string) {
    const mails = (await this.mails()).filter((mail) => mail.to === address && (!subject || mail.subject === subject));
    return mails.at(-1);
  }

  /** The store's connection, for what no client can see. */
  get connection(): Connection {
    return this.app.database.connection;
  }

  worker(name: string): Worker {
    const worker = this.app.workers.find((candidate) => candidate.name === name);
    if (!worker) throw new Error(`there is no worker "${name}"`);
    return worker;
  }

  /** Waits until background work has taken in everything that is committed now. */
  settle(worker: string): Promise<void> {
    return this.worker(worker).settle();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.splice(0)) await socket.dispose();
    if (process.env['MONGODB_URI']) await this.connection.db?.dropDatabase();
    await this.app.close();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }

  async query(query: string, variables: object = {}, token?: string): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }), { ...(token && { authorization: `Bearer ${token}` }) });
  }

  async post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    const { data, errors } = (await response.json()) as Answer;
    return { status: response.status, data, errors };
  }

  /** The data of an operation that must succeed. */
  async data(query: string, variables: object = {}, token?: string): Promise<Json> {
    const { data, errors } = await this.query(query, variables, token);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Runs a mutation with an input and answers its payload, which must hold `userErrors`. */
  async mutate(name: string, input: object, selection: string, token?: string): Promise<Json> {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`;
    return (await this.data(query, { input }, token))[name];
  }

  /** How many subscriptions the server has taken in so far. */
  private async admissions(): Promise<number> {
    return (await this.app.realtime.metrics.subscribersAdmitted.get()).values[0]?.value ?? 0;
  }

  /** Runs what makes clients subscribe, and waits until the server has so many subscribers more. */
  async admits(count: number, subscribe: () => unknown): Promise<void> {
    const expected = (await this.admissions()) + count;
    subscribe();
    await until(async () => (await this.admissions()) >= expected);
  }

  /** Runs a compiled command as a user would, beside the running server and on its store. */
  command(name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return this.commandWith({}, name, ...args);
  }

  async commandWith(environment: Record<string, string>, name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const uri = process.env['MONGODB_URI'] && { MONGODB_URI: this.app.store.uri };
    return runCommand(name, args, { PLAZA_DATA_DIR: this.dataDirectory, ...uri, ...environment });
  }

  /** Subscribes, and waits until the server has the subscription or has answered. */
  async subscribe(query: string, variables: Record<string, unknown> = {}, token?: string): Promise<LiveEvents> {
    // One at a time, since the server counts admissions and does not say whose they are.
    const subscribing = this.subscribing.then(() => this.open(query, variables, token));
    this.subscribing = subscribing.catch(() => {});
    return subscribing;
  }

  private async open(query: string, variables: Record<string, unknown>, token: string | undefined): Promise<LiveEvents> {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      connectionParams: token ? { authorization: `Bearer ${token}` } : {},
      onNonLazyError: () => {},
    });
    this.sockets.push(client);
    const before = await this.admissions();
    const events = client.iterate({ query, variables });
    const first = events.next();
    let answered = false;
    const answer = (): void => void (answered = true);
    first.then(answer, answer);
    await until(async () => answered || (await this.admissions()) > before);
    let pending: Promise<IteratorResult<Json>> | null = first;
    return {
      admitted: (await this.admissions()) > before,
      async next() {
        const result = await (pending ?? events.next());
        pending = null;
        if (result.done) throw new Error('the subscription has ended');
        return result.value;
      },
      stop: () => void events.return?.(),
    };
  }

  /** Somebody who has signed in; what signing up does beside, such as mails, is left out. */
  async account({ merchant = false, role }: AccountOptions = {}): Promise<Account> {
    // Other processes have doors for clients alone.
    if (!this.app.http.fastify.server.listening) return this.signUp({ merchant, ...(role && { role }) });
    const { users } = this.app.verbs;
    const own = this.credentials();
    const roles = ['BUYER' as const, ...(merchant ? ['MERCHANT' as const] : []), ...(role ? [role] : [])];
    const user = {
      ...{ _id: new Types.ObjectId(), handle: own.handle, name: nameOf(own.handle), bio: null, avatarUrl: null, roles },
      ...{ email: own.email, passwordHash: await (hashed ??= hash(password)), createdAt: new Date(), emailConfirmedAt: null },
    };
    await users.importUsers([user]);
    const { accessToken, refreshToken } = await users.open(user, 'node');
    return { ...own, id: toGlobalId('User', user._id), token: accessToken, refreshToken };
  }

  /** Somebody who has come as people do. */
  async signUp({ merchant = false, role, email }: AccountOptions & { email?: string } = {}): Promise<Account> {
    const own = { ...this.credentials(), ...(email && { email }) };
    const input = { ...own, name: nameOf(own.handle), merchant };
    const payload = await this.mutate('signUp', input, 'accessToken refreshToken user { id }');
    if (role) await this.connection.collection('users').updateOne({ handle: own.handle }, { $addToSet: { roles: role } });
    return { ...own, id: payload.user.id, token: payload.accessToken, refreshToken: payload.refreshToken };
  }

  private credentials(): { handle: string; email: string; password: string } {
    const handle = `user${++this.accounts}_${Math.random().toString(36).slice(2, 8)}`;
    return { handle, email: `${handle}@example.org`, password };
  }

  /** Lets the time pass in which an exchanged refresh token of the account may still be used. */
  async exchangedLongAgo(user: string): Promise<void> {
    const sessions = this.connection.collection('sessions');
    for (const { _id, exchanges } of await sessions.find({ user: storeId(user) }).toArray()) {
      const earlier = (exchanges as Date[]).map((at) => new Date(at.getTime() - 3_600_000));
      await sessions.updateOne({ _id }, { $set: { exchanges: earlier } });
    }
  }

  async category(name = `Category ${Math.random().toString(36).slice(2)}`): Promise<string> {
    const admin = await this.account({ role: 'ADMIN' });
    const payload = await this.mutate('createCategory', { name }, 'category { id }', admin.token);
    return payload.category.id;
  }

  async product(merchant: Account, input: object = {}): Promise<string> {
    const categoryId = (input as { categoryId?: string }).categoryId ?? (await this.category());
    const product = { title: 'Blue teapot', price: { amountMinor: 1999, currency: 'EUR' }, ...input, categoryId };
    const payload = await this.mutate('createProduct', product, 'product { id }', merchant.token);
    if (!payload.product) throw new Error(JSON.stringify(payload));
    return payload.product.id;
  }

  async review(author: Account, productId: string, input: object = {}): Promise<Json> {
    const review = { productId, ratings: { quality: 4, price: 4, service: 4 }, body: 'Pours well.', ...input };
    return this.mutate('createReview', review, 'review { id overall verifiedPurchase }', author.token);
  }

  /** Orders and delivers, so that reviews of the product are verified. */
  async deliver(buyer: Account, merchant: Account, productId: string): Promise<void> {
    const { order } = await this.mutate('placeOrder', { items: [{ productId }] }, 'order { id }', buyer.token);
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED'])
      await this.mutate('updateOrderStatus', { orderId: order.id, status }, 'order { id }', merchant.token);
  }

  /** The commands that the store gets for the requests of the work. */
  storeCommands(work: () => Promise<unknown>): Promise<Command[]> {
    return this.trace.commandsOf(this.connection.getClient(), work);
  }

  /** How many documents there are in all of the store, to show that nothing was written. */
  async documents(): Promise<Record<string, number>> {
    const collections = await this.connection.db!.listCollections().toArray();
    // Mail comes and goes in the background, what reviews talk of is counted there, and each import leaves word of itself.
    const passing = ['outgoing_mail', 'account_tokens', 'import_runs', 'product_topics'];
    const lasting = collections.filter(({ name }) => !passing.includes(name));
    const counts = await Promise.all(
      lasting.map(async ({ name }) => [name, await this.connection.collection(name).countDocuments()] as const),
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0).sort());
  }
}

const nameOf = (handle: string): string => `Name of ${handle}`;

const password = 'correct horse';
/** Hashing takes as long as it is meant to, and all have the same password. */
let hashed: Promise<string> | undefined;

/** The store's id behind a global one. */
export function storeId(id: string): Types.ObjectId {
  return new Types.ObjectId(Buffer.from(id, 'base64url').toString().split(':')[1]);
}

function withDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.toString();
}

/** Starts a Plaza before a file's tests and stops it after them. */
async function withStore(config: Config, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(config);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

export function usePlaza(environment: Record<string, string> = {}): Plaza {
  const plaza = new Plaza();
  beforeAll(() => plaza.start(environment));
  afterAll(() => plaza.stop());
  return plaza;
}
