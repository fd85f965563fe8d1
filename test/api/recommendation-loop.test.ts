import mongoose from 'mongoose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ EXPERIMENT_SHARE: '0.5' });

let merchant: Account;
let admin: Account;
let categoryId: string;
const tea: string[] = [];
const bikes: string[] = [];

/** Two tastes, so that there is something to learn. */
beforeAll(async () => {
  [merchant, admin] = [await plaza.account({ merchant: true }), await plaza.account({ role: 'ADMIN' })];
  categoryId = await plaza.category();
  const make = (kind: string, at: number) =>
    plaza.product(merchant, { categoryId, title: `${kind} number${at}`, description: `A fine ${kind} for ${kind} lovers` });
  for (let at = 0; at < 8; at++) {
    tea.push(await make('teapot', at));
    bikes.push(await make('bicycle', at));
  }
  for (let person = 0; person < 30; person++) {
    const account = await plaza.account();
    const [own, other] = person % 2 ? [tea, bikes] : [bikes, tea];
    for (let at = 0; at < 8; at++) {
      if ((person + at) % 3 !== 0) await plaza.review(account, own[at]!, { ratings: { quality: 5, price: 5, service: 5 } });
      else if (at === 1) await plaza.review(account, other[at]!, { ratings: { quality: 1, price: 1, service: 1 } });
    }
  }
  await plaza.app.verbs.recommendations.train();
});

interface Shown {
  impressionId?: string;
  product: { id: string; title: string };
  reasons: { kind: string; products: { id: string }[] }[];
}

async function recommended(account: Account | null, args = '', selection = ''): Promise<Shown[]> {
  const query = `{ viewer { recommendedProducts(first: 10 ${args}) { edges { ${selection} product: node { id title } reasons { kind products { id } } } } } }`;
  const { viewer } = await plaza.data(query, {}, account?.token);
  return viewer.recommendedProducts.edges;
}

async function teaLover(): Promise<Account> {
  const account = await plaza.account();
  for (const id of tea.slice(0, 3)) await plaza.review(account, id, { ratings: { quality: 5, price: 5, service: 5 } });
  return account;
}

const kindsIn = (shown: Shown[]) => shown.map(({ product }) => product.title.split(' ')[0]);

function feedback(account: Account | null, impressionId: string, outcome: string) {
  return plaza.mutate('recordRecommendationFeedback', { impressionId, outcome }, 'recorded', account?.token);
}

let sent = 0;

/** Says which recommendations were in view. */
function see(account: Account | null, shown: Shown[], eventIdOf = () => `seen-${++sent}`, visitorId?: string) {
  const events = shown.map(({ impressionId }) => ({ eventId: eventIdOf(), kind: 'IMPRESSION', impressionId }));
  return plaza.mutate('trackEvents', { events, visitorId }, 'acceptedCount duplicateCount ignoredCount', account?.token);
}

async function report() {
  const query = `{ recommenderReport { variants { variant impressionCount clickCount dismissalCount purchaseCount clickRate { mean low high } conversionRate { mean } }
    byModelVersion { variant modelVersion impressionCount } comparisons { treatment clickRateDifference alwaysValidP } } }`;
  return (await plaza.data(query, {}, admin.token)).recommenderReport;
}

const total = (figures: { variants: Record<string, number>[] }, name: string) =>
  figures.variants.reduce((sum, variant) => sum + variant[name]!, 0);

describe('what is shown and what comes of it', () => {
  test('is counted once each, by variant and model version, from the first sight to the purchase', async () => {
    const reader = await teaLover();
    const before = await report();
    const shown = await recommended(reader, '', 'impressionId');
    const [first, second] = shown as Required<Shown>[];
    await see(reader, shown);
    await Promise.all(Array.from({ length: 10 }, () => feedback(reader, first!.impressionId, 'CLICKED')));
    await feedback(reader, second!.impressionId, 'DISMISSED');
    await plaza.mutate('placeOrder', { items: [{ productId: first!.product.id }] }, 'order { id }', reader.token);
    const after = await report();
    const moved = (name: string) => total(after, name) - total(before, name);
    expect([moved('impressionCount'), moved('clickCount'), moved('dismissalCount'), moved('purchaseCount')]).toEqual([
      shown.length,
      1,
      1,
      1,
    ]);
    expect(after.byModelVersion[0].modelVersion).toEqual(expect.any(String));
    const [variant] = after.variants.filter(({ clickCount }: { clickCount: number }) => clickCount > 0);
    expect(variant.clickRate.low).toBeLessThan(variant.clickRate.mean);
    expect(variant.clickRate.high).toBeGreaterThan(variant.clickRate.mean);
  });

  test('is not counted by asking for it, however often', async () => {
    const count = async () => total(await report(), 'impressionCount');
    const reader = await teaLover();
    const before = await count();
    const writes = (await plaza.storeCommands(async () => recommended(reader, '', 'impressionId'))).filter(
      (command) => 'insert' in command || 'update' in command || 'findAndModify' in command,
    );
    await recommended(null, '', 'impressionId');
    expect(writes).toEqual([]);
    expect(await count()).toBe(before);
  });

  test('is counted once for each impression and each event, in batches, also at the same time', async () => {
    const account = await teaLover();
    const shown = await recommended(account, '', 'impressionId');
    const count = async () => total(await report(), 'impressionCount');
    const before = await count();
    await Promise.all(Array.from({ length: 5 }, () => see(account, shown.slice(0, 4))));
    expect(await count()).toBe(before + 4);
    expect(await see(account, shown.slice(4, 5), () => 'the-same')).toMatchObject({ acceptedCount: 1, duplicateCount: 0 });
    expect(await see(account, shown.slice(5, 6), () => 'the-same')).toMatchObject({ acceptedCount: 0, duplicateCount: 1 });
    expect(await count()).toBe(before + 5);
  });

  test('is counted once without consent too, with nobody’s name, and of visitors', async () => {
    const account = await plaza.account();
    await plaza.mutate(
      'updateConsent',
      { tracking: false, personalisation: false, wordingVersion: 'test' },
      'consent { tracking }',
      account.token,
    );
    const shown = await recommended(account, '', 'impressionId');
    const seen = () => see(account, shown.slice(0, 2));
    expect(await seen()).toMatchObject({ acceptedCount: 2, duplicateCount: 0, ignoredCount: 0 });
    expect(await seen()).toMatchObject({ acceptedCount: 0, duplicateCount: 2, ignoredCount: 0 });
    const before = total(await report(), 'impressionCount');
    await see(null, await recommended(null, '', 'impressionId'), undefined, 'a-visitor');
    expect(total(await report(), 'impressionCount')).toBe(before + 10);
  });

  test('is counted with what came of it where the client did not say so', async () => {
    const account = await teaLover();
    const [{ impressionId }] = (await recommended(account, '', 'impressionId')) as [Required<Shown>];
    const before = total(await report(), 'impressionCount');
    await feedback(account, impressionId, 'CLICKED');
    await see(account, [{ impressionId } as Shown]);
    expect(total(await report(), 'impressionCount')).toBe(before + 1);
  });

  test('is refused of what was shown to somebody else, or to nobody', async () => {
    const [reader, other] = [await teaLover(), await teaLover()];
    const [{ impressionId }] = (await recommended(reader, '', 'impressionId')) as [Required<Shown>];
    expect((await feedback(other, impressionId, 'CLICKED')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await feedback(null, impressionId, 'CLICKED')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await see(other, [{ impressionId } as Shown])).userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['input', 'events', '0', 'impressionId'] },
    ]);
    for (const id of ['nonsense', `${impressionId.slice(0, -4)}AAAA`, `${impressionId.slice(0, 40)}${impressionId.slice(44)}`]) {
      const recorded = await plaza.query(
        'mutation ($id: ID!) { recordRecommendationFeedback(input: { impressionId: $id, outcome: CLICKED }) { recorded } }',
        { id },
        reader.token,
      );
      expect(recorded.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.impressionId' } }]);
      const tracked = await plaza.query(
        'mutation ($id: ID!) { trackEvents(input: { events: [{ eventId: "forged", kind: IMPRESSION, impressionId: $id }] }) { acceptedCount } }',
        { id },
        reader.token,
      );
      expect(tracked.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.events.0.impressionId' } }]);
    }
  });

  test('is refused a week after it was shown', async () => {
    const account = await teaLover();
    const shown = await recommended(account, '', 'impressionId');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6.9 * 24 * 60 * 60 * 1000 });
    try {
      const { token } = await plaza.mutate('signIn', { email: account.email, password: account.password }, 'token: accessToken');
      const later = { ...account, token };
      expect(await see(later, shown.slice(0, 1))).toMatchObject({ acceptedCount: 1 });
      vi.setSystemTime(Date.now() + 0.2 * 24 * 60 * 60 * 1000);
      const latest = {
        ...account,
        ...(await plaza.mutate('signIn', { email: account.email, password: account.password }, 'token: accessToken')),
      };
      expect((await see(latest, shown.slice(1, 2))).userErrors).toMatchObject([{ code: 'TOO_LATE' }]);
      expect((await feedback(latest, shown[0]!.impressionId!, 'CLICKED')).userErrors).toMatchObject([{ code: 'TOO_LATE' }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('belongs to an event of its own kind, and names its product by itself', async () => {
    const account = await teaLover();
    const [first, second] = (await recommended(account, '', 'impressionId')) as Required<Shown>[];
    const send = async (event: object) =>
      (await plaza.mutate('trackEvents', { events: [{ eventId: `kind-${++sent}`, ...event }] }, 'acceptedCount', account.token)).userErrors;
    expect(await send({ kind: 'IMPRESSION' })).toMatchObject([{ code: 'REQUIRED', field: ['input', 'events', '0', 'impressionId'] }]);
    expect(await send({ kind: 'VIEW' })).toMatchObject([{ code: 'REQUIRED', field: ['input', 'events', '0', 'productId'] }]);
    expect(await send({ kind: 'CLICK', impressionId: first!.impressionId })).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const mixed = { kind: 'IMPRESSION', impressionId: first!.impressionId, productId: second!.product.id };
    expect(await send(mixed)).toMatchObject([{ code: 'INVALID' }]);
    expect(await send({ ...mixed, productId: first!.product.id })).toEqual([]);
  });

  test('is reported to administrators only, for 1 to 90 days', async () => {
    expect((await plaza.query('{ recommenderReport { variants { variant } } }', {}, merchant.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await plaza.query('{ recommenderReport(days: 0) { variants { variant } } }', {}, admin.token)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', argument: 'days' } },
    ]);
  });

  test('puts each user into one variant for good, about as many into each', async () => {
    const { variantOf } = await import('../../src/modules/recommendation/experiment/experiment.service.js');
    const users = Array.from({ length: 2000 }, () => new mongoose.Types.ObjectId());
    const treated = users.filter((user) => variantOf(user, 0.5, 0) === 'diverse');
    expect(treated.length / users.length).toBeGreaterThan(0.45);
    expect(treated.length / users.length).toBeLessThan(0.55);
    expect(treated.every((user) => variantOf(user, 0.5, 0) === 'diverse')).toBe(true);
    expect(users.every((user) => variantOf(user, 0, 0) === 'control')).toBe(true);
    for (let at = 0; at < 12; at++) {
      const account = await teaLover();
      await see(account, await recommended(account, '', 'impressionId'));
    }
    const { variants, comparisons } = await report();
    expect(variants.map(({ variant }: { variant: string }) => variant)).toEqual(['control', 'diverse']);
    expect(comparisons).toMatchObject([{ treatment: 'diverse' }]);
    expect(comparisons[0].alwaysValidP).toBeGreaterThan(0.05);
  });
});

describe('one is in control', () => {
  test('of what one dismisses: it stays away until one takes that back', async () => {
    const reader = await teaLover();
    const [{ impressionId, product }] = (await recommended(reader, '', 'impressionId')) as [Required<Shown>];
    await feedback(reader, impressionId, 'DISMISSED');
    const ids = async () => (await recommended(reader)).map((one) => one.product.id);
    expect(await ids()).not.toContain(product.id);
    await plaza.mutate('undoDismissal', { productId: product.id }, 'undone', reader.token);
    expect(await ids()).toContain(product.id);
  });

  test('of whether one’s doings count at all', async () => {
    const reader = await teaLover();
    expect((await recommended(reader))[0]!.reasons[0]!.kind).toBe('REVIEWED');
    const settings = (personalise: boolean) =>
      plaza.mutate('updatePrivacySettings', { personalise }, 'privacySettings { personalise }', reader.token);
    await settings(false);
    expect((await recommended(reader)).map(({ product }) => product.id)).toEqual(
      (await recommended(null)).map(({ product }) => product.id),
    );
    const status = async () => {
      // While a training of the worker goes on, which may have begun before, no other begins.
      await plaza.app.verbs.recommendations.train();
      const answer = await plaza.data(
        '{ recommenderStatus { preprocessing { optedOutInteractionCount interactionCount version } parameters } }',
      );
      return answer.recommenderStatus;
    };
    await expect.poll(async () => (await status()).preprocessing.optedOutInteractionCount).toBe(3);
    const recommenderStatus = await status();
    expect(recommenderStatus.parameters).toHaveProperty('ease.regularisation');
    await settings(true);
    expect(kindsIn(await recommended(reader)).slice(0, 3)).toEqual(['teapot', 'teapot', 'teapot']);
  });
});

describe('who and what is new', () => {
  test('a stranger with a session gets what goes with it, from the first event on', async () => {
    const visitorId = 'a-stranger-of-today';
    await plaza.mutate(
      'trackEvents',
      { visitorId, events: bikes.slice(0, 2).map((productId, at) => ({ eventId: `e${at}`, kind: 'ADD_TO_CART', productId })) },
      'acceptedCount',
    );
    const shown = await recommended(null, `visitorId: "${visitorId}"`);
    expect(kindsIn(shown).slice(0, 3)).toEqual(['bicycle', 'bicycle', 'bicycle']);
    expect(shown[0]!.reasons[0]).toMatchObject({ kind: 'VIEWED' });
  });

  test('a new product is recommended by its text before any training, to those whom it may please, and has companions', async () => {
    const [lover, cyclist] = [await teaLover(), await plaza.account()];
    for (const id of bikes.slice(0, 3)) await plaza.review(cyclist, id, { ratings: { quality: 5, price: 5, service: 5 } });
    const id = await plaza.product(merchant, { categoryId, title: 'teapot brandnew', description: 'A fine teapot for teapot lovers' });
    const forLover = async () => (await recommended(lover)).find(({ product }) => product.id === id);
    await expect.poll(forLover).toBeDefined();
    const found = await forLover();
    expect(found!.reasons[0]!.kind).toBe('REVIEWED');
    expect(tea).toContain(found!.reasons[0]!.products[0]!.id);
    expect((await recommended(cyclist)).map(({ product }) => product.id)).not.toContain(id);
    const { product } = await plaza.data(
      'query ($id: ID!) { product(id: $id) { similarProducts(first: 3) { edges { node { title } } } } }',
      { id },
    );
    expect(product.similarProducts.edges.map(({ node }: { node: { title: string } }) => node.title.split(' ')[0])).toEqual([
      'teapot',
      'teapot',
      'teapot',
    ]);
  });
});

describe('a training', () => {
  const status = async () => (await plaza.data('{ recommenderStatus { modelVersion training progress } }')).recommenderStatus;
  const ask = (input: object, { token }: Account) =>
    plaza.query(
      'mutation ($input: TrainRecommenderInput!) { trainRecommender(input: $input) { recommenderStatus { modelVersion training } } }',
      { input },
      token,
    );

  test('is begun by administrators, and what it learnt serves at once', async () => {
    const { modelVersion } = await status();
    expect((await ask({}, merchant)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const { trainRecommender } = (await ask({ wait: true }, admin)).data;
    expect(trainRecommender.recommenderStatus.training).toBe(false);
    expect(trainRecommender.recommenderStatus.modelVersion).not.toBe(modelVersion);
  });

  test('is evaluated on the latest of the shop’s data: in the report, kept, and by the command line', async () => {
    const query =
      '{ recommenderReport { evaluation { evaluatedAt observationCount userCount models { model ndcg { mean low high } segments { segment userCount } } comparisons { model adjustedP } } } }';
    const evaluation = async () => (await plaza.data(query, {}, admin.token)).recommenderReport.evaluation;
    // A training that is due may have been evaluated already.
    const earlier = await evaluation();
    const before = plaza.app.verbs.recommendations.state().version!._id;
    const { recommenderStatus } = await plaza.mutate(
      'trainRecommender',
      { action: 'EVALUATE', wait: true },
      'recommenderStatus { training }',
      admin.token,
    );
    expect(recommenderStatus.training).toBe(false);
    expect(plaza.app.verbs.recommendations.state().version!._id).toEqual(before);
    const found = await evaluation();
    expect(found.evaluatedAt).not.toBe(earlier?.evaluatedAt);
    expect(found.models[0].model).toBe('blend');
    expect(found.models[0].ndcg.mean).toBeGreaterThan(0);
    expect(found.comparisons.map(({ model }: { model: string }) => model)).toContain('popularity');
    const { stdout } = await plaza.commandWith({ CONSENT: 'assumed' }, 'evaluate', '--shop', '--report', plaza.dataDirectory);
    expect(stdout).toContain('Its ten recommendations held');
    expect((await evaluation()).evaluatedAt > found.evaluatedAt).toBe(true);
  });

  test('can be cancelled: the model before it goes on serving', async () => {
    const { modelVersion } = await status();
    expect((await ask({}, admin)).data.trainRecommender.recommenderStatus.training).toBe(true);
    await ask({ action: 'CANCEL' }, admin);
    await expect.poll(status).toEqual({ modelVersion, training: false, progress: 1 });
    expect(await recommended(null)).not.toEqual([]);
  });
});
