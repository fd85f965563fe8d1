/**
 * Everything breaks, again and again, while people use the shop. In the end, what was acknowledged is there, once.
 *
 * `CHAOS_SECONDS` says for how long faults strike (20), and `CHAOS_SEED` which ones do and in what order (the same as
 * the last time, so that a run can be repeated). `CHAOS_FAULTS` chooses some by words of their names, such as
 * `clock,disk`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { faults } from '../support/chaos/faults.js';
import { planOf } from '../support/chaos/plan.js';
import { Shoppers, type Person } from '../support/chaos/shoppers.js';
import { System } from '../support/chaos/system.js';
import { LiveReader } from '../support/live-reader.js';
import { hasNginx, hasRedis } from '../support/processes.js';
import { until } from '../support/until.js';

const seed = Number(process.env['CHAOS_SEED'] ?? 1);
const seconds = Number(process.env['CHAOS_SECONDS'] ?? 20);
const chosen = (process.env['CHAOS_FAULTS'] ?? '').split(',').map((word) => word.trim());
const stars = [1, 2, 3, 4, 5];
const initialStock = 40;

test('the same seed breaks the same things in the same order, and every one of them in its turn', () => {
  const firstOf = (seed: number, count: number) => Array.from(take(planOf(seed, faults), count));
  expect(firstOf(seed, 100)).toEqual(firstOf(seed, 100));
  expect(firstOf(seed, 100)).not.toEqual(firstOf(seed + 1, 100));
  const struck = new Set(firstOf(seed, faults.length).map(({ faults: [first] }) => first!.fault.name));
  expect(struck.size).toBe(faults.length);
});

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  for (const item of items) {
    if (count-- <= 0) return;
    yield item;
  }
}

describe.skipIf(!hasRedis || !hasNginx)(`a shop that breaks for ${seconds} seconds (seed ${seed})`, () => {
  const random = randomNumbers(seed + 2);
  const system = new System();
  const shoppers = new Shoppers(system, randomNumbers(seed + 1));
  const possible = () =>
    faults.filter(({ name, needsDisk }) => (system.hasDisk || !needsDisk) && chosen.some((word) => name.includes(word)));
  const merchant = {} as Person;
  const moderator = {} as Person;
  const people: Person[] = [];
  const products = { talked: '', hushed: '', rated: '', scarce: '' };

  /** What people were told has been done. */
  const acknowledged = {
    comments: [] as { id: string; body: string }[],
    hidden: [] as string[],
    ratings: new Map<string, number>(),
    votes: new Map<string, 'HELPFUL' | 'UNHELPFUL' | null>(),
    orders: [] as string[],
    soldOut: false,
    newcomers: [] as Person[],
  };
  let votedReview = '';
  let leaks = 0;
  let readers: LiveReader[] = [];
  let reading: Promise<unknown> = Promise.resolve();

  async function person(handle: string, asMerchant = false): Promise<Person> {
    const signedUp = await shoppers.signUp(handle, asMerchant);
    if (!signedUp) throw new Error(`${handle} could not sign up`);
    return signedUp;
  }

  async function promote(): Promise<void> {
    const connection = await mongoose.createConnection(system.storeUri).asPromise();
    await connection
      .collection('users')
      .updateOne({ handle: moderator.handle }, { $addToSet: { roles: { $each: ['MODERATOR', 'ADMIN'] } } });
    await connection.close();
  }

  beforeAll(async () => {
    await system.start();
    Object.assign(merchant, await person('merchant_m', true));
    Object.assign(moderator, await person('watcher'));
    for (let at = 0; at < 12; at++) people.push(await person(`buyer_${at}`));
    await promote();
    const { category } = await shoppers.write('createCategory', { name: 'Tea' }, 'category { id }', moderator.token);
    for (const name of Object.keys(products) as (keyof typeof products)[]) {
      const stock = name === 'scarce' ? initialStock : 1000;
      const input = { title: name, categoryId: category.id, price: { amountMinor: 1999, currency: 'EUR' }, stock };
      products[name] = (await shoppers.create('createProduct', input, 'product { id }', merchant.token)).product.id;
    }
    const webhook = { url: system.receiver.url, events: ['COMMENT_ADDED'] };
    expect((await shoppers.create('createWebhook', webhook, 'webhook { id }', merchant.token)).userErrors).toEqual([]);
    const input = { productId: products.talked, ratings: { quality: 4, price: 4, service: 4 }, body: 'Pours well.' };
    votedReview = (await shoppers.create('createReview', input, 'review { id }', people[0]!.token)).review.id;
    readers = Array.from({ length: 6 }, (_, at) => new LiveReader(() => system.url, products.talked, randomNumbers(seed + 100 + at)));
    await firstComment();
    reading = Promise.all(readers.map((reader) => reader.readUntil(Infinity)));
    await work();
  });

  afterAll(() => system.stop());

  /** Readers resume from a known place. */
  async function firstComment(): Promise<void> {
    const [starter] = people;
    const { comment } = await shoppers.create(
      'addComment',
      { subjectId: products.talked, body: 'first' },
      'comment { id }',
      starter!.token,
    );
    acknowledged.comments.push({ id: comment.id, body: 'first' });
    const { node } = await shoppers.readUntilAnswered(
      'query ($id: ID!) { node(id: $id) { ... on Product { comments(first: 1) { liveCursor } } } }',
      { id: products.talked },
    );
    for (const reader of readers) reader.seen.push({ cursor: node.comments.liveCursor, body: 'first' });
  }

  /** Everybody does what they do, over and over, until faults have struck long enough. */
  async function work(): Promise<void> {
    let over = false;
    const loops = [
      ...people.slice(0, 3).map((author) => comment(author, () => over)),
      ...people.map((author, at) => rate(author, at)),
      ...people.slice(1, 6).map((voter) => vote(voter, () => over)),
      ...people.slice(6, 10).map((buyer) => buy(buyer, () => over)),
      moderate(() => over),
      lookAround(() => over),
      arrive(() => over),
    ];
    await strike();
    over = true;
    await Promise.all(loops);
  }

  async function strike(): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (const { faults, rest } of planOf(seed, possible())) {
      if (Date.now() >= end) return;
      shoppers.situation = faults.map(({ fault }) => fault.name).join(' and ');
      await Promise.all(faults.map(({ fault, seed }) => fault.strike(system, randomNumbers(seed))));
      shoppers.situation = 'just made good again';
      await pause(rest);
      shoppers.situation = 'nothing is wrong';
    }
  }

  const pick = <Item>(of: readonly Item[]): Item => of[Math.floor(random() * of.length)]!;

  async function comment(author: Person, over: () => boolean): Promise<void> {
    for (let at = 0; !over(); at++) {
      const body = `${author.handle} says ${at}`;
      const { comment } = await shoppers.create('addComment', { subjectId: products.talked, body }, 'comment { id }', author.token);
      acknowledged.comments.push({ id: comment.id, body });
      await pause(random() * 60);
    }
  }

  async function rate(author: Person, at: number): Promise<void> {
    await pause(random() * seconds * 1000);
    const overall = stars[at % 5]!;
    const ratings = { quality: overall, price: overall, service: overall };
    const { review, userErrors } = await shoppers.create(
      'createReview',
      { productId: products.rated, ratings, body: 'So it is.' },
      'review { id }',
      author.token,
    );
    expect(userErrors).toEqual([]);
    acknowledged.ratings.set(review.id, overall);
  }

  async function vote(voter: Person, over: () => boolean): Promise<void> {
    while (!over()) {
      const vote = pick(['HELPFUL', 'UNHELPFUL', null] as const);
      await shoppers.write('voteReview', { reviewId: votedReview, vote }, 'review { id }', voter.token);
      acknowledged.votes.set(voter.id, vote);
      await pause(random() * 300);
    }
  }

  async function buy(buyer: Person, over: () => boolean): Promise<void> {
    while (!over() && !acknowledged.soldOut) {
      const items = [{ productId: products.scarce }];
      const { order, userErrors } = await shoppers.create('placeOrder', { items }, 'order { id }', buyer.token);
      if (order) acknowledged.orders.push(order.id);
      else if (userErrors[0].code === 'OUT_OF_STOCK') acknowledged.soldOut = true;
      await pause(random() * 800);
    }
  }

  async function moderate(over: () => boolean): Promise<void> {
    for (let at = 0; !over(); at++) {
      const input = { subjectId: products.hushed, body: `not for everybody ${at}` };
      const { comment } = await shoppers.create('addComment', input, 'comment { id }', people[11]!.token);
      const decision = { contentId: comment.id, action: 'HIDE', reason: 'For a test.' };
      await shoppers.write('moderateContent', decision, 'entry { id }', moderator.token);
      acknowledged.hidden.push(comment.id);
      await pause(random() * 1500);
    }
  }

  /** A stranger reads the page, and tries to read what is not theirs. */
  async function lookAround(over: () => boolean): Promise<void> {
    const page =
      'query ($id: ID!) { node(id: $id) { ... on Product { title rating { mean } comments(first: 20) { edges { node { body author { name } } } } } } }';
    while (!over()) {
      await shoppers.read(page, { id: products.talked });
      const order = acknowledged.orders.at(-1);
      if (order) {
        const data = await shoppers.read('query ($id: ID!) { node(id: $id) { id } }', { id: order }, people[11]!.token);
        if (data?.node) leaks++;
      }
      await pause(20);
    }
  }

  async function arrive(over: () => boolean): Promise<void> {
    for (let at = 0; !over(); at++) {
      const newcomer = await shoppers.signUp(`newcomer_${at}`);
      if (newcomer) acknowledged.newcomers.push(newcomer);
      await pause(500 + random() * 1000);
    }
  }

  const product = async (id: string, selection: string) =>
    (await shoppers.readUntilAnswered(`query ($id: ID!) { node(id: $id) { ... on Product { ${selection} } } }`, { id })).node;

  async function allComments(id: string): Promise<{ id: string; body: string }[]> {
    const found: { id: string; body: string }[] = [];
    const query =
      'query ($id: ID!, $after: String) { node(id: $id) { ... on Product { comments(first: 100, after: $after) { edges { node { id body } } pageInfo { hasNextPage endCursor } } } } }';
    for (let after: string | null = null; ;) {
      const { node } = await shoppers.readUntilAnswered(query, { id, after });
      found.push(...node.comments.edges.map(({ node }: { node: { id: string; body: string } }) => node));
      if (!node.comments.pageInfo.hasNextPage) return found;
      after = node.comments.pageInfo.endCursor;
    }
  }

  const sorted = (texts: Iterable<string>) => [...texts].sort();

  test('holds every acknowledged comment once, and none that nobody was told of', async () => {
    expect(acknowledged.comments.length).toBeGreaterThan(1);
    const comments = await allComments(products.talked);
    expect(sorted(comments.map(({ id, body }) => `${body} ${id}`))).toEqual(
      sorted(acknowledged.comments.map(({ id, body }) => `${body} ${id}`)),
    );
    expect((await product(products.talked, 'commentCount')).commentCount).toBe(comments.length);
  });

  test('counts every acknowledged rating once', async () => {
    const { rating } = await product(products.rated, 'rating { reviewCount mean distribution { stars count } }');
    const overall = [...acknowledged.ratings.values()];
    expect(overall).toHaveLength(people.length);
    expect(rating.reviewCount).toBe(overall.length);
    expect(rating.mean).toBeCloseTo(overall.reduce((sum, value) => sum + value, 0) / overall.length, 9);
    expect(rating.distribution).toEqual(stars.map((at) => ({ stars: at, count: overall.filter((value) => value === at).length })));
  });

  test('counts the last vote of everybody', async () => {
    const { node } = await shoppers.readUntilAnswered(
      'query ($id: ID!) { node(id: $id) { ... on Review { helpfulCount unhelpfulCount } } }',
      { id: votedReview },
    );
    const votes = [...acknowledged.votes.values()];
    expect(node).toEqual({
      helpfulCount: votes.filter((vote) => vote === 'HELPFUL').length,
      unhelpfulCount: votes.filter((vote) => vote === 'UNHELPFUL').length,
    });
  });

  test('sells what it has and no more, each order once', async () => {
    const { stock } = await product(products.scarce, 'stock');
    expect(new Set(acknowledged.orders).size).toBe(acknowledged.orders.length);
    expect(stock).toBe(initialStock - acknowledged.orders.length);
    if (acknowledged.soldOut) expect(stock).toBe(0);
  });

  test('shows nobody what was hidden or is not theirs', async () => {
    expect(acknowledged.hidden.length).toBeGreaterThan(0);
    expect(await allComments(products.hushed)).toEqual([]);
    expect(leaks).toBe(0);
  });

  test('told every subscriber of everything, once and in order', async () => {
    await until(() => readers.every(({ seen }) => seen.length >= acknowledged.comments.length));
    for (const reader of readers) reader.stop();
    await reading;
    const [first] = readers;
    expect(sorted(first!.seen.map(({ body }) => body))).toEqual(sorted(acknowledged.comments.map(({ body }) => body)));
    for (const { seen } of readers) expect(seen.map(({ body }) => body)).toEqual(first!.seen.map(({ body }) => body));
  });

  test('sent every webhook, each with one name however often it came', async () => {
    const names = new Map<string, Set<string>>();
    const areSent = (): boolean => {
      for (const { id, payload } of system.receiver.received) {
        const comment = payload.data.comment.id as string;
        names.set(comment, (names.get(comment) ?? new Set()).add(id));
      }
      return acknowledged.comments.every(({ id }) => names.has(id));
    };
    await until(areSent);
    // What was hidden before its webhook was made is not told of.
    const known = new Set([...acknowledged.comments.map(({ id }) => id), ...acknowledged.hidden]);
    expect([...names.keys()].filter((id) => !known.has(id))).toEqual([]);
    expect([...names.values()].filter(({ size }) => size > 1)).toEqual([]);
  });

  test('wrote to every newcomer, with one link however often it came', async () => {
    expect(acknowledged.newcomers.length).toBeGreaterThan(0);
    const linksTo = (email: string) => new Set(system.mail.received.filter(({ to }) => to === email).map(({ token }) => token));
    await until(() => acknowledged.newcomers.every(({ email }) => linksTo(email).size > 0));
    expect(acknowledged.newcomers.filter(({ email }) => linksTo(email).size > 1)).toEqual([]);
  });

  test('failed in words that clients know', () => {
    expect([...shoppers.codes.keys()], system.defects.slice(-20).join('\n')).not.toContain('INTERNAL_SERVER_ERROR');
  });

  test('tells how it went', () => {
    const rows = [...shoppers.outcomes].sort(([one], [other]) => one.localeCompare(other));
    for (const [situation, { answered, failed, slowestWrite }] of rows)
      process.stdout.write(`${situation}: ${answered} answered, ${failed} failed, slowest write ${Math.round(slowestWrite)} ms\n`);
    process.stdout.write(`${[...shoppers.codes].map(([code, count]) => `${code} ${count}`).join(', ')}\n`);
    expect(rows.length).toBeGreaterThan(1);
  });
});
