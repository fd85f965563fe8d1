import { beforeAll, describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ CONSENT: 'required' });

let merchant: Account;
let products: string[];

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  products = await Promise.all(Array.from({ length: 3 }, () => plaza.product(merchant)));
});

let visitors = 0;
const newVisitor = (): string => `visitor-${++visitors}-of-the-tests`;

interface Who {
  account?: Account;
  visitorId?: string;
}

let events = 0;
async function view({ account, visitorId }: Who) {
  const input = { visitorId, events: [{ eventId: `event-${++events}`, kind: 'VIEW', productId: products[0] }] };
  return plaza.mutate('trackEvents', input, 'acceptedCount ignoredCount', account?.token);
}

async function decide({ account, visitorId }: Who, tracking: boolean, personalisation: boolean, wordingVersion = '2026-11') {
  const input = { visitorId, tracking, personalisation, wordingVersion };
  return plaza.mutate('updateConsent', input, 'consent { tracking personalisation wordingVersion decidedAt }', account?.token);
}

async function consentOf({ account, visitorId }: Who) {
  const query =
    'query ($visitorId: String) { viewer { consent(visitorId: $visitorId) { tracking personalisation wordingVersion decidedAt } } }';
  return (await plaza.data(query, { visitorId }, account?.token)).viewer.consent;
}

const consents = () => plaza.connection.collection('consents');
const storedEvents = () => plaza.connection.collection<{ _id: string; [field: string]: unknown }>('behaviour_events');
const stored = (): Promise<number> => storedEvents().countDocuments();
const impressions = () => plaza.connection.collection('recommendation_impressions');
const whoever = { user: async () => ({ account: await plaza.account() }), visitor: async () => ({ visitorId: newVisitor() }) };

describe.each(Object.entries(whoever))('a %s', (_kind, make) => {
  test('is not tracked until they agree, and no longer from the moment on in which they withdraw', async () => {
    const who: Who = await make();
    const before = await stored();
    expect(await view(who)).toEqual({ acceptedCount: 0, ignoredCount: 1, userErrors: [] });
    expect(await stored()).toBe(before);
    await decide(who, true, false);
    expect(await view(who)).toMatchObject({ acceptedCount: 1, ignoredCount: 0 });
    await decide(who, false, false);
    expect(await view(who)).toMatchObject({ acceptedCount: 0, ignoredCount: 1 });
    await plaza.settle('withdrawals');
    expect(await stored()).toBe(before);
  });

  test('sees what they agreed to, with its time and the version of the wording', async () => {
    const who: Who = await make();
    expect(await consentOf(who)).toEqual({ tracking: false, personalisation: false, wordingVersion: null, decidedAt: null });
    const { consent } = await decide(who, true, true, 'shop wording 7');
    expect(consent).toEqual({ tracking: true, personalisation: true, wordingVersion: 'shop wording 7', decidedAt: expect.any(String) });
    expect(await consentOf(who)).toEqual(consent);
    expect((await decide(who, true, true, ' ')).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'wordingVersion'] }]);
  });
});

describe.each(Object.entries(whoever))('events of a %s', (_kind, make) => {
  const hour = 60 * 60 * 1000;
  const viewed = async ({ account, visitorId }: Who, ...hoursAgo: number[]) => {
    const list = hoursAgo.map((hours) => ({
      ...{ eventId: `event-${++events}`, kind: 'VIEW', productId: products[0] },
      occurredAt: new Date(Date.now() - hours * hour).toISOString(),
    }));
    return plaza.mutate('trackEvents', { visitorId, events: list }, 'acceptedCount duplicateCount ignoredCount', account?.token);
  };
  /** As if the last decision had been made some hours ago. */
  const hoursAgo = async (hours: number) => {
    const [last] = await consents().find().sort({ at: -1 }).limit(1).toArray();
    const at = new Date(Date.now() - hours * hour);
    await consents().updateMany({ replacedAt: last!['at'] as Date }, { $set: { replacedAt: at } });
    await consents().updateOne({ _id: last!._id }, { $set: { at } });
  };

  test('that come late are stored only if they had agreed when they happened, and have not withdrawn since', async () => {
    const who: Who = await make();
    await decide(who, true, true);
    await hoursAgo(20);
    expect(await viewed(who, 30, 21, 19, 1)).toMatchObject({ acceptedCount: 2, ignoredCount: 2 });
    await decide(who, true, false);
    await hoursAgo(16);
    expect(await viewed(who, 30, 19, 1)).toMatchObject({ acceptedCount: 2, ignoredCount: 1 });
    await decide(who, false, false);
    await hoursAgo(12);
    await decide(who, true, true);
    await hoursAgo(6);
    expect(await viewed(who, 15, 7, 5, 0)).toMatchObject({ acceptedCount: 2, duplicateCount: 0, ignoredCount: 2 });
  });
});

/** After which a request that was sent before them has come as far as it can. */
async function manyRequests(): Promise<void> {
  for (let at = 0; at < 30; at++) await view({ visitorId: newVisitor() });
}

test.each([
  [
    'an impression',
    (id: string) => ['trackEvents', { events: [{ eventId: id.slice(-32), kind: 'IMPRESSION', impressionId: id }] }] as const,
  ],
  ['a click', (id: string) => ['recordRecommendationFeedback', { impressionId: id, outcome: 'CLICKED' }] as const],
])('%s that is on its way while somebody withdraws leaves nothing of them behind', async (_kind, sent) => {
  const account = await plaza.account();
  await decide({ account }, true, true);
  const { viewer } = await plaza.data('{ viewer { recommendedProducts(first: 1) { edges { impressionId } } } }', {}, account.token);
  const { impressionId } = viewer.recommendedProducts.edges[0];
  const { list } = plaza.app.verbs.behaviour.impressionIds.read(impressionId, '');
  let release = (): void => {};
  const held = plaza.app.realtime.recordChange([`impression:${list.toHexString()}`], () => new Promise<void>((done) => (release = done)));
  const [mutation, input] = sent(impressionId);
  const sending = plaza.mutate(mutation, input, '__typename', account.token);
  await manyRequests();
  const withdrawing = decide({ account }, false, false);
  await manyRequests();
  await plaza.settle('withdrawals');
  release();
  await Promise.all([held, sending, withdrawing]);
  await plaza.settle('withdrawals');
  const data = (await plaza.data('{ exportMyData }', {}, account.token)).exportMyData;
  const kinds = ['behaviour', 'interactions', 'recommendationImpressions', 'recommendationOutcomes'];
  expect(kinds.flatMap((kind) => data[kind] ?? [])).toEqual([]);
});

describe.each(Object.entries(whoever))(
  'what another process stores of a %s in a transaction from before their withdrawal',
  (_kind, make) => {
    const hour = 60 * 60 * 1000;

    /** As another process would that has not seen the withdrawal: something that happened an hour ago. */
    async function storeLate({ account, visitorId }: Who): Promise<string> {
      const user = account ? storeId(account.id) : null;
      const [product, at] = [storeId(products[0]!), new Date(Date.now() - hour)];
      const _id = `${user ? user.toHexString() : `visitor:${visitorId}`}:late-${++events}`;
      await storedEvents().insertOne({ _id, user, visitor: visitorId ?? null, product, kind: 'VIEW', at });
      if (!user) return _id;
      const update = { $inc: { views: 1 }, $max: { lastAt: at }, $setOnInsert: { points: null, purchases: 0, comments: 0 } };
      await plaza.connection.collection('interactions').updateOne({ user, product }, update, { upsert: true });
      await impressions().insertOne({ user, list: `late ${_id}`, at });
      return _id;
    }

    /** As if more time had passed than a transaction may last. */
    async function later(): Promise<void> {
      await consents().updateMany({ forgetAgainAt: { $exists: true } }, { $set: { forgetAgainAt: new Date(0) } });
      await plaza.settle('withdrawals');
    }

    const isStored = async (_id: string) => (await storedEvents().countDocuments({ _id })) > 0;
    const interactionsOf = async ({ account }: Who) =>
      account ? ((await plaza.data('{ exportMyData }', {}, account.token)).exportMyData.interactions ?? []) : [];
    const impressionsOf = ({ account }: Who) => (account ? impressions().countDocuments({ user: storeId(account.id) }) : 0);

    test('is deleted as soon as no such transaction can be left', async () => {
      const who: Who = await make();
      await decide(who, true, true);
      await decide(who, false, false);
      await plaza.settle('withdrawals');
      const late = await storeLate(who);
      await plaza.settle('withdrawals');
      expect(await isStored(late)).toBe(true);
      await later();
      expect(await isStored(late)).toBe(false);
      expect(await interactionsOf(who)).toEqual([]);
      expect(await impressionsOf(who)).toBe(0);
      expect(await consents().countDocuments({ $or: [{ forget: true }, { forgetAgainAt: { $exists: true } }] })).toBe(0);
    });

    test('is deleted without what they did since they agreed again', async () => {
      const who: Who = await make();
      await decide(who, true, true);
      await decide(who, false, false);
      await plaza.settle('withdrawals');
      const late = await storeLate(who);
      await decide(who, true, true);
      await view(who);
      const agreed = `event-${events}`;
      await later();
      expect(await isStored(late)).toBe(false);
      expect(await storedEvents().countDocuments({ _id: { $regex: `:${agreed}$` } })).toBe(1);
      if (who.account) expect(await interactionsOf(who)).toMatchObject([{ views: 1, carts: 0 }]);
      expect(await impressionsOf(who)).toBe(0);
    });
  },
);

test.each(Object.entries(whoever))(
  'a %s who agrees again while what they withdrew from is still to be deleted keeps what they do from then on, and nothing else',
  async (_kind, make) => {
    const who: Who = await make();
    await decide(who, true, true);
    await view(who);
    const [earlier, key] = [`event-${events}`, who.account ? { user: storeId(who.account.id) } : { visitor: who.visitorId! }];
    const earlierEvent = await storedEvents().findOne({ _id: { $regex: `:${earlier}$` } });
    await decide(who, false, false);
    await plaza.settle('withdrawals');
    // As a process leaves it that ends before it has deleted everything.
    await storedEvents().insertOne(earlierEvent!);
    await consents().updateOne({ ...key, tracking: false }, { $set: { forget: true } });
    await decide(who, true, true);
    expect(await view(who)).toMatchObject({ acceptedCount: 1 });
    await plaza.settle('withdrawals');
    expect(await storedEvents().distinct('_id', key)).toEqual([expect.stringMatching(`:event-${events}$`)]);
  },
);

test('not even the time is kept of what somebody looked at, where they had bought or reviewed it before', async () => {
  const account = await plaza.account();
  await plaza.review(account, products[0]!);
  const interactions = async () => (await plaza.data('{ exportMyData }', {}, account.token)).exportMyData.interactions;
  const [reviewed] = await interactions();
  await decide({ account }, true, true);
  await view({ account });
  const [{ views, lastAt }] = await interactions();
  expect(views).toBe(1);
  expect(Date.parse(lastAt)).toBeGreaterThan(Date.parse(reviewed.lastAt));
  await decide({ account }, false, true);
  await plaza.settle('withdrawals');
  expect(await interactions()).toEqual([reviewed]);
});

test('everything is deleted at once of however many withdrew while nobody deleted', async () => {
  const before = await stored();
  const people = Array.from({ length: 250 }, newVisitor);
  const at = new Date();
  const decision = { user: null, tracking: false, personalisation: false, wordingVersion: '1', at, replacedAt: null, forget: true };
  await storedEvents().insertMany(people.map((visitor) => ({ _id: `visitor:${visitor}:1`, visitor, user: null, kind: 'VIEW', at })));
  await consents().insertMany(people.map((visitor) => ({ ...decision, visitor, visitorAt: at })));
  await plaza.settle('withdrawals');
  expect(await stored()).toBe(before);
});

test('a visitor’s earlier decisions are kept as proof for as long as a user’s', async () => {
  const who = { visitorId: newVisitor() };
  for (const tracking of [true, false]) await decide(who, tracking, false);
  const [earlier, latest] = await consents().find({ visitor: who.visitorId }).sort({ at: 1 }).toArray();
  expect(earlier).toMatchObject({ tracking: true, replacedAt: expect.any(Date) });
  expect(earlier!['visitorAt'] ?? null).toBeNull();
  expect(latest).toMatchObject({ tracking: false, visitorAt: expect.any(Date) });
});

test('a visitor without an id has no consent, and gives none', async () => {
  expect(await consentOf({})).toBeNull();
  expect((await decide({}, true, true)).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'visitorId'] }]);
});

test('earlier decisions are kept as proof, and are in the person’s export', async () => {
  const account = await plaza.account();
  await decide({ account }, true, true, 'one');
  await decide({ account }, false, true, 'two');
  const { exportMyData } = await plaza.data('{ exportMyData }', {}, account.token);
  const decisions = exportMyData.consents.map(({ wordingVersion, tracking, replacedAt }: Record<string, unknown>) => [
    wordingVersion,
    tracking,
    replacedAt !== null,
  ]);
  expect(decisions.sort()).toEqual([
    ['one', true, true],
    ['two', false, false],
  ]);
});

test('a hundred decisions at once leave one that holds', async () => {
  const account = await plaza.account();
  await Promise.all(Array.from({ length: 100 }, (_, at) => decide({ account }, at % 2 === 0, true)));
  const filter = { replacedAt: null, wordingVersion: '2026-11', user: { $ne: null } };
  const current = await plaza.connection.collection('consents').find(filter).toArray();
  const { exportMyData } = await plaza.data('{ exportMyData }', {}, account.token);
  expect(exportMyData.consents).toHaveLength(100);
  expect(exportMyData.consents.filter(({ replacedAt }: { replacedAt: string | null }) => replacedAt === null)).toHaveLength(1);
  expect(current.length).toBeGreaterThan(0);
});

test('training and recommendations leave out who has not agreed, and who withdraws', async () => {
  const [agreeing, silent] = [await plaza.account(), await plaza.account()];
  await decide({ account: agreeing }, true, true);
  for (const account of [agreeing, silent]) await plaza.review(account, products[0]!);
  const learnt = async () => {
    await plaza.app.verbs.recommendations.train();
    return (await plaza.data('{ recommenderStatus { userCount } }')).recommenderStatus.userCount as number;
  };
  /** Whether the viewer is recommended what they have reviewed, as strangers are: nothing is known of them then. */
  const isUnknown = async ({ token }: Account): Promise<boolean> => {
    const query = '{ viewer { recommendedProducts(first: 100) { edges { node { id } } } } }';
    const { viewer } = await plaza.data(query, {}, token);
    return viewer.recommendedProducts.edges.some(({ node }: { node: { id: string } }) => node.id === products[0]);
  };
  const before = await learnt();
  await decide({ account: silent }, false, true);
  expect(await learnt()).toBe(before + 1);
  expect(await isUnknown(agreeing)).toBe(false);
  await decide({ account: agreeing }, true, false);
  expect(await isUnknown(agreeing)).toBe(true);
  expect(await learnt()).toBe(before);
});

test('impressions are nobody’s without consent', async () => {
  const account = await plaza.account();
  const show = async () => {
    const { viewer } = await plaza.data('{ viewer { recommendedProducts(first: 1) { edges { impressionId } } } }', {}, account.token);
    const [{ impressionId }] = viewer.recommendedProducts.edges;
    const event = { eventId: impressionId.slice(-32) as string, kind: 'IMPRESSION', impressionId: impressionId as string };
    const { acceptedCount } = await plaza.mutate('trackEvents', { events: [event] }, 'acceptedCount', account.token);
    expect(acceptedCount).toBe(1);
  };
  const owned = async () => (await plaza.data('{ exportMyData }', {}, account.token)).exportMyData.recommendationImpressions?.length ?? 0;
  await show();
  expect(await owned()).toBe(0);
  await decide({ account }, true, true);
  await show();
  expect(await owned()).toBe(1);
  await decide({ account }, false, true);
  await plaza.settle('withdrawals');
  expect(await owned()).toBe(0);
});

test('no cookie recognises who follows a shared link', async () => {
  const { share } = await plaza.mutate('shareProduct', { productId: products[0], channel: 'LINK' }, 'share { url }', merchant.token);
  const response = await fetch(`${plaza.url}${new URL(share.url).pathname}`, {
    redirect: 'manual',
    headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' },
  });
  expect(response.status).toBe(302);
  expect(response.headers.get('set-cookie')).toBeNull();
});
