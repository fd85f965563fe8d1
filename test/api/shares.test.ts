import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, buyer] = await Promise.all([plaza.account(), plaza.account()]);
  return { merchant, author, buyer, productId: await plaza.product(merchant) };
}

async function share(author: Account, productId: string, channel = 'LINK') {
  const selection = 'share { id url channel message product { id } stats { visitCount uniqueVisitorCount orderCount } }';
  return (await plaza.mutate('shareProduct', { productId, channel, message: 'Look at this' }, selection, author.token)).share;
}

function follow({ url }: { url: string }, headers: Record<string, string> = {}) {
  return fetch(`${plaza.url}${new URL(url).pathname}`, { redirect: 'manual', headers: { 'user-agent': browser, ...headers } });
}

async function statsOf(author: Account) {
  const { viewer } = await plaza.data(
    '{ viewer { shares { edges { node { stats { visitCount uniqueVisitorCount orderCount } } } } } }',
    {},
    author.token,
  );
  return viewer.shares.edges[0].node.stats;
}

const tokenIn = (response: Response) => new URL(response.headers.get('location')!).searchParams.get('share');
const cookieIn = (response: Response) => response.headers.get('set-cookie')!.split(';')[0]!;

describe('a share', () => {
  test('gives a short link that leads to the product', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    expect(shared).toMatchObject({
      channel: 'LINK',
      product: { id: productId },
      stats: { visitCount: 0, uniqueVisitorCount: 0, orderCount: 0 },
    });
    const response = await follow(shared);
    expect(response.status).toBe(302);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { slug title } }', { id: productId });
    const target = new URL(response.headers.get('location')!);
    expect(target.pathname).toBe(`/products/${product.slug}`);
    const page = await (await fetch(`${plaza.url}${target.pathname}`)).text();
    expect(page).toContain(`<h1>${product.title}</h1>`);
  });

  test('shows its statistics to its author only, and itself to others only where it went to followers', async () => {
    const { author, buyer, productId } = await scene();
    const [secret, open] = [await share(author, productId), await share(author, productId, 'FOLLOWERS')];
    const see = async (id: string, token?: string) =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { ... on Share { message stats { visitCount } } } }', { id }, token)).node;
    expect(await see(secret.id, author.token)).toEqual({ message: 'Look at this', stats: { visitCount: 0 } });
    expect(await see(secret.id, buyer.token)).toBeNull();
    expect(await see(open.id, buyer.token)).toEqual({ message: 'Look at this', stats: null });
    expect(await see(open.id)).toEqual({ message: 'Look at this', stats: null });
  });

  test('leads nowhere once it is deleted', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    await plaza.mutate('deleteShare', { shareId: shared.id }, 'deletedShareId', author.token);
    expect((await follow(shared)).status).toBe(404);
    expect((await follow({ url: 'http://localhost/s/nothing' })).status).toBe(404);
  });
});

describe('visits', () => {
  test('count each time, and each visitor once, also when they come from another network', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    const first = await follow(shared);
    await follow(shared);
    await follow(shared, { 'user-agent': `${browser} other`, cookie: cookieIn(first) });
    expect(await statsOf(author)).toMatchObject({ visitCount: 3, uniqueVisitorCount: 1 });
    await follow(shared, { 'user-agent': `${browser} another` });
    expect(await statsOf(author)).toMatchObject({ visitCount: 4, uniqueVisitorCount: 2 });
  });

  test('of machines, previews and prefetches count for nothing, and still lead on', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    const machines: Record<string, string>[] = [
      { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
      { 'user-agent': 'curl/8.5.0' },
      { 'user-agent': 'facebookexternalhit/1.1' },
      { 'user-agent': '' },
      { 'sec-purpose': 'prefetch' },
    ];
    for (const headers of machines) expect((await follow(shared, headers)).status).toBe(302);
    expect(await statsOf(author)).toEqual({ visitCount: 0, uniqueVisitorCount: 0, orderCount: 0 });
  });

  test('cannot be made up: forged cookies are not believed, and one address stands for ten visitors at most', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    for (let at = 0; at < 5; at++) await follow(shared, { cookie: `plaza_visitor=forged${at}.c2lnbmF0dXJl` });
    expect(await statsOf(author)).toMatchObject({ visitCount: 5, uniqueVisitorCount: 1 });
    await Promise.all(Array.from({ length: 30 }, (_, at) => follow(shared, { 'user-agent': `${browser} ${at}` })));
    expect(await statsOf(author)).toMatchObject({ visitCount: 35, uniqueVisitorCount: 10 });
  });

  test('by a hundred at once are all counted', async () => {
    const { author, productId } = await scene();
    const shared = await share(author, productId);
    await Promise.all(Array.from({ length: 100 }, () => follow(shared)));
    expect(await statsOf(author)).toMatchObject({ visitCount: 100, uniqueVisitorCount: 1 });
  });
});

describe('an order that follows a visit', () => {
  async function order(buyer: Account, productId: string, shareToken: string | null) {
    return (await plaza.mutate('placeOrder', { items: [{ productId }], shareToken }, 'order { id }', buyer.token)).order;
  }

  test('is the share’s, until it is cancelled', async () => {
    const { author, buyer, productId } = await scene();
    const token = tokenIn(await follow(await share(author, productId)));
    const placed = await order(buyer, productId, token);
    expect(await statsOf(author)).toMatchObject({ orderCount: 1 });
    await plaza.mutate('updateOrderStatus', { orderId: placed.id, status: 'CANCELLED' }, 'order { id }', buyer.token);
    expect(await statsOf(author)).toMatchObject({ orderCount: 0 });
  });

  test('is not the share’s when it is of another product, of the sharer, or without a real visit', async () => {
    const { merchant, author, buyer, productId } = await scene();
    const token = tokenIn(await follow(await share(author, productId)));
    await order(buyer, await plaza.product(merchant), token);
    await order(author, productId, token);
    await order(buyer, productId, `${token}x`);
    await order(buyer, productId, null);
    expect(await statsOf(author)).toMatchObject({ orderCount: 0 });
  });

  test('counts once, however often it is sent', async () => {
    const { author, buyer, productId } = await scene();
    const shareToken = tokenIn(await follow(await share(author, productId)));
    const input = { items: [{ productId }], shareToken, idempotencyKey: 'the same' };
    await Promise.all(Array.from({ length: 20 }, () => plaza.mutate('placeOrder', input, 'order { id }', buyer.token)));
    expect(await statsOf(author)).toMatchObject({ orderCount: 1 });
  });
});

test('a share with followers comes into their feeds and can be discussed there', async () => {
  const { author, buyer, productId } = await scene();
  await plaza.mutate('followUser', { userId: author.id }, 'user { id }', buyer.token);
  const live = await plaza.subscribe(
    'subscription { feedItemAdded { feedItem { kind actor { handle } subject { ... on Share { id message } } } } }',
    {},
    buyer.token,
  );
  await share(author, productId, 'LINK');
  const open = await share(author, productId, 'FOLLOWERS');
  expect((await live.next()).data.feedItemAdded.feedItem).toEqual({
    kind: 'SHARED',
    actor: { handle: author.handle },
    subject: { id: open.id, message: 'Look at this' },
  });
  const commented = await plaza.mutate(
    'addComment',
    { subjectId: open.id, body: 'Nice find' },
    'comment { subject { __typename } }',
    buyer.token,
  );
  expect(commented.comment.subject).toEqual({ __typename: 'Share' });
});
