import mongoose from 'mongoose';
import { beforeAll, describe, expect, test } from 'vitest';
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
  const query = `{ viewer { recommendedProducts(first: 10 ${args}) { edges { node { ${selection} product { id title } reasons { kind products { id } } } } } } }`;
  const { viewer } = await plaza.data(query, {}, account?.token);
  return viewer.recommendedProducts.edges.map(({ node }: { node: Shown }) => node);
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

  test('is not counted where nobody asks for the impression', async () => {
    const before = total(await report(), 'impressionCount');
    await recommended(await teaLover());
    expect(total(await report(), 'impressionCount')).toBe(before);
  });

  test('is refused of what was shown to somebody else, or to nobody', async () => {
    const [reader, other] = [await teaLover(), await teaLover()];
    const [{ impressionId }] = (await recommended(reader, '', 'impressionId')) as [Required<Shown>];
    expect((await feedback(other, impressionId, 'CLICKED')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await feedback(null, impressionId, 'CLICKED')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const { errors } = await plaza.query(
      'mutation { recordRecommendationFeedback(input: { impressionId: "nonsense", outcome: CLICKED }) { recorded } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.impressionId' } }]);
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
    const treated = users.filter((user) => variantOf(user, 0.5) === 'diverse');
    expect(treated.length / users.length).toBeGreaterThan(0.45);
    expect(treated.length / users.length).toBeLessThan(0.55);
    expect(treated.every((user) => variantOf(user, 0.5) === 'diverse')).toBe(true);
    expect(users.every((user) => variantOf(user, 0) === 'control')).toBe(true);
    for (let at = 0; at < 12; at++) await recommended(await teaLover(), '', 'impressionId');
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
    await plaza.app.verbs.recommendations.train();
    const { recommenderStatus } = await plaza.data(
      '{ recommenderStatus { preprocessing { optedOutInteractionCount interactionCount version } parameters } }',
    );
    expect(recommenderStatus.preprocessing.optedOutInteractionCount).toBe(3);
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

  test('can be cancelled: the model before it goes on serving', async () => {
    const { modelVersion } = await status();
    expect((await ask({}, admin)).data.trainRecommender.recommenderStatus.training).toBe(true);
    await ask({ action: 'CANCEL' }, admin);
    await expect.poll(status).toEqual({ modelVersion, training: false, progress: 1 });
    expect(await recommended(null)).not.toEqual([]);
  });
});
