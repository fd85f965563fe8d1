/** The page of a shop with the clients that frontends use, as docs/clients.md sets them up. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createPlazaClient } from '@plaza/client';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { cuttable } from '../support/cuttable.js';
import { usePlaza, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';
import { openApolloPage } from './apollo-page.js';
import type { Page, Site } from './page.js';
import { compileDocuments, type Artifacts } from './relay-artifacts.js';
import { openRelayPage } from './relay-page.js';
import { openUrqlPage } from './urql-page.js';

const secret = 'a secret that only the tests of the clients know';
const plaza = usePlaza({ AUTH_SECRET: secret });
const closing: (() => unknown)[] = [];
let artifacts: Artifacts;
let merchant: Account;
let author: Account;
let follower: Account;
let categoryId: string;

/** What a page asks while it opens: a query of each component. */
const queries = 4;

/** How many requests the server got of each user. */
const requests = new Map<string, number>();

beforeAll(async () => {
  plaza.app.http.fastify.server.on('request', ({ headers }: IncomingMessage) => {
    const user = headers.authorization && decodeJwt(headers.authorization.slice('Bearer '.length)).sub;
    if (user) requests.set(user, (requests.get(user) ?? 0) + 1);
  });
  artifacts = compileDocuments();
  [merchant, author, follower] = [await plaza.account({ merchant: true }), await plaza.account(), await plaza.account()];
  categoryId = await plaza.category();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => rmSync(artifacts.folder, { recursive: true }));

/** A token of the account’s own session that ends in a moment. */
async function expiring({ token }: Account): Promise<string> {
  const { sid, sub } = decodeJwt(token);
  const claims = new SignJWT({ sid }).setProtectedHeader({ alg: 'HS256' }).setIssuer('plaza').setSubject(sub!).setIssuedAt();
  return claims.setExpirationTime(Math.ceil(Date.now() / 1000) + 1).sign(new TextEncoder().encode(secret));
}

const clients: [string, (site: Site) => Page | Promise<Page>][] = [
  ['Apollo Client', openApolloPage],
  ['urql with graphcache', openUrqlPage],
  ['Relay', (site) => openRelayPage(site, artifacts)],
];

describe.each(clients)('the page with %s', (_client, open) => {
  /** A page on a product with one comment, whose viewer does nothing but read. */
  async function scene({ token }: { token?: (account: Account) => Promise<string> } = {}) {
    const viewer = await plaza.account();
    const productId = await plaza.product(merchant, { categoryId });
    const write = (body: string): Promise<{ comment: { id: string } }> =>
      plaza.mutate('addComment', { subjectId: productId, body }, 'comment { id }', author.token);
    const { comment } = await write('First');
    const proxy = await cuttable(plaza.url);
    const accessToken = token ? await token(viewer) : viewer.token;
    const url = proxy.url.replace('ws:', 'http:');
    const client = createPlazaClient({ url, mode: 'memory', webSocketImpl: WebSocket, retryDelay: 20 });
    client.session.start({ accessToken, refreshToken: viewer.refreshToken });
    let connected = 0;
    client.live.onStatus((status) => void (connected += Number(status === 'live')));
    const page = await open({ plaza: client, productId });
    closing.push(
      () => proxy.close(),
      () => client.close(),
      () => page.close(),
    );
    const { components } = page;
    await until(() => Object.values(components).every((data) => data !== null));
    const requested = (): number => requests.get(decodeJwt(viewer.token).sub!) ?? 0;
    const shown = (): string[] => components.product!.product.comments.edges.map(({ node }) => node.body);
    return { viewer, productId, write, comment, page, components, proxy, requested, shown, connections: () => connected };
  }

  test('has all that two components ask of the viewer, with one request each', async () => {
    const { viewer, components, page, write, shown, requested } = await scene();
    // A cache that loses fields asks again, and would have by the time of the next event.
    page.subscribe();
    await write('Second');
    await until(() => shown().length === 2);
    expect(components).toMatchObject({
      header: { viewer: { email: viewer.email } },
      menu: { viewer: { unreadNotificationCount: 0, user: { name: `Name of ${viewer.handle}` } } },
      stars: { product: { rating: { mean: null } } },
      product: { product: { title: 'Blue teapot', rating: { reviewCount: 0 } } },
    });
    expect(requested()).toBe(queries);
  });

  test('shows a new rating and a notification when they come, without asking again', async () => {
    const { viewer, productId, page, components, requested } = await scene();
    page.subscribe();
    await plaza.review(author, productId);
    await plaza.mutate('followUser', { userId: viewer.id }, 'user { id }', follower.token);
    await until(() => components.product?.product.rating.reviewCount === 1 && components.menu?.viewer.unreadNotificationCount === 1);
    expect(components).toMatchObject({
      header: { viewer: { email: viewer.email } },
      stars: { product: { rating: { mean: 4 } } },
      product: { product: { rating: { mean: 4 } } },
    });
    expect(requested()).toBe(queries);
  });

  test('follows comments that are added, edited and deleted', async () => {
    const { write, comment, page, shown, requested } = await scene();
    page.subscribe();
    const second = await write('Second');
    await until(() => shown().length === 2);
    expect(shown()).toEqual(['Second', 'First']);
    await plaza.mutate('editComment', { commentId: comment.id, body: 'Edited' }, 'comment { id }', author.token);
    await until(() => shown()[1] === 'Edited');
    await plaza.mutate('deleteComment', { commentId: second.comment.id }, 'deletedCommentId', author.token);
    await until(() => shown().length === 1);
    expect(shown()).toEqual(['Edited']);
    expect(page.changes.map(({ kind }) => kind)).toEqual(['ADDED', 'EDITED', 'REMOVED']);
    expect(requested()).toBe(queries);
  });

  test('misses nothing and repeats nothing where the connection was cut', async () => {
    const { write, comment, page, proxy, shown } = await scene();
    page.subscribe();
    await write('Before');
    await until(() => page.changes.length === 1);
    proxy.takeAway();
    await write('Meanwhile');
    await plaza.mutate('deleteComment', { commentId: comment.id }, 'deletedCommentId', author.token);
    proxy.restore();
    await write('After');
    await until(() => shown()[0] === 'After');
    expect(page.changes.map(({ kind, comment: changed }) => changed?.body ?? kind)).toEqual(['Before', 'Meanwhile', 'REMOVED', 'After']);
    expect(shown()).toEqual(['After', 'Meanwhile', 'Before']);
  });

  test('goes on with fresh tokens when the access token expires', async () => {
    const { viewer, write, page, components, shown, connections } = await scene({ token: expiring });
    page.subscribe();
    await write('Before');
    // The socket carries the viewer’s notifications: it is closed with the token, and opened with the next one.
    await until(() => connections() === 2);
    await write('After');
    await plaza.mutate('followUser', { userId: viewer.id }, 'user { id }', follower.token);
    await until(() => shown()[0] === 'After' && components.menu?.viewer.unreadNotificationCount === 1);
    expect(page.changes.map(({ comment }) => comment?.body)).toEqual(['Before', 'After']);
    expect(components.header).toMatchObject({ viewer: { email: viewer.email } });
  });
});

test('docs/clients.md shows the setup that these pages have', () => {
  const folder = new URL('setup/', import.meta.url);
  const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
  for (const file of readdirSync(folder)) expect(page, file).toContain(readFileSync(new URL(file, folder), 'utf8'));
});
