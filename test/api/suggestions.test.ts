/** People to follow, questions that the viewer can answer, and reviews that help them. */
import { createClient as createStreamClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { usePlaza, type Account } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

interface Edge {
  cursor: string;
  score: number;
  node: { id: string };
  reasons: { kind: string; text: string; topics: string[]; products: { id: string }[]; users: { id: string }[] }[];
}

const edges = 'edges { cursor score node { id } reasons { kind text topics products { id } users { id } } }';
const stars = (value: number) => ({ ratings: { quality: value, price: value, service: value } });

let merchant: Account;
let moderator: Account;
const shared: string[] = [];

beforeAll(async () => {
  [merchant, moderator] = await Promise.all([plaza.account({ merchant: true }), plaza.account({ role: 'MODERATOR' })]);
  for (let at = 0; at < 3; at++) shared.push(await plaza.product(merchant, { title: `Kettle ${at}` }));
});

async function rater(ratings: readonly number[], body?: string): Promise<Account> {
  const account = await plaza.account();
  for (const [at, value] of ratings.entries()) await plaza.review(account, shared[at]!, { ...stars(value), ...(body && { body }) });
  return account;
}

const follow = (from: Account, to: Account) => plaza.mutate('followUser', { userId: to.id }, 'user { id }', from.token);
const block = (from: Account, to: Account) => plaza.mutate('blockUser', { userId: to.id }, 'user { id }', from.token);
const settings = (of: Account, input: object) => plaza.mutate('updatePrivacySettings', input, 'privacySettings { personalise }', of.token);
const hide = (contentId: string) =>
  plaza.mutate('moderateContent', { contentId, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
const ids = (of: Edge[]) => of.map(({ node }) => node.id);

describe('people to follow', () => {
  const suggested = async ({ token }: Account, args = ''): Promise<Edge[]> =>
    (await plaza.data(`{ viewer { recommendedUsers${args} { ${edges} } } }`, {}, token)).viewer.recommendedUsers.edges;

  let me: Account;
  let twin: Account;
  let friend: Account;
  let stranger: Account;
  let both: Account;

  beforeAll(async () => {
    me = await rater([5, 4, 3]);
    twin = await rater([5, 4, 3]);
    both = await rater([5, 4, 3]);
    await rater([1, 1, 5]);
    [friend, stranger] = [await plaza.account(), await plaza.account()];
    await follow(me, friend);
    await follow(friend, stranger);
    await follow(friend, both);
    await follow(friend, me);
  });

  test('rate as the viewer does or are followed by those whom the viewer follows, with the reasons; both count together', async () => {
    const found = await suggested(me);
    expect(ids(found).sort()).toEqual([both.id, twin.id, stranger.id].sort());
    expect(found[0]!.node.id).toBe(both.id);
    expect(found[0]!.reasons.map(({ kind }) => kind).sort()).toEqual(['FOLLOWED_BY', 'SAME_TASTE']);
    const byTaste = found.find(({ node }) => node.id === twin.id)!;
    expect(byTaste.reasons[0]!.products.map(({ id }) => id).sort()).toEqual([...shared].sort());
    expect(byTaste.reasons[0]!.text).toMatch(/^Rates .*Kettle.* as you do$/);
    expect(found.find(({ node }) => node.id === stranger.id)!.reasons[0]!.users).toEqual([{ id: friend.id }]);
  });

  test('come in pages, with cursors', async () => {
    const [first] = await suggested(me, '(first: 1)');
    expect(ids(await suggested(me, `(first: 5, after: "${first!.cursor}")`))).toEqual(ids(await suggested(me)).slice(1));
  });

  test('are none for who opted out, nobody who opted out or is blocked, and nobody whom the viewer follows already', async () => {
    const viewer = await rater([5, 4, 3]);
    expect(ids(await suggested(viewer))).toEqual(expect.arrayContaining([me.id, twin.id, both.id]));
    await settings(viewer, { suggestToOthers: false });
    expect(await suggested(viewer)).toEqual([]);
    expect(ids(await suggested(me))).not.toContain(viewer.id);
    await settings(viewer, { suggestToOthers: true });
    await settings(twin, { personalise: false });
    await block(both, viewer);
    await follow(viewer, me);
    const left = ids(await suggested(viewer));
    for (const gone of [twin, both, me]) expect(left).not.toContain(gone.id);
    await settings(twin, { personalise: true });
  });

  test('are nobody for strangers', async () => {
    expect((await plaza.data('{ viewer { recommendedUsers { edges { cursor } } } }')).viewer.recommendedUsers).toBeNull();
  });
});

describe('questions to answer', () => {
  const suggested = async ({ token }: Account): Promise<Edge[]> =>
    (await plaza.data(`{ viewer { recommendedQuestions { ${edges} } } }`, {}, token)).viewer.recommendedQuestions.edges;
  const ask = async (by: Account, productId: string, body: string): Promise<string> =>
    (await plaza.mutate('askQuestion', { productId, body }, 'question { id }', by.token)).question.id;
  const answer = (by: Account, questionId: string) =>
    plaza.mutate('answerQuestion', { questionId, body: 'It is.' }, 'answer { id }', by.token);

  let me: Account;
  let asker: Account;
  let bought: string;
  let open: string;
  let alike: string;
  let answered: string;

  beforeAll(async () => {
    [me, asker] = await Promise.all([plaza.account(), plaza.account()]);
    const reviewed = await plaza.product(merchant);
    bought = await plaza.product(merchant, { title: 'Espresso machine' });
    const other = await plaza.product(merchant);
    await plaza.deliver(me, merchant, bought);
    await plaza.review(me, reviewed);
    const known = await ask(asker, other, 'Does the descaling programme take long?');
    await answer(me, known);
    await ask(me, bought, 'My own question about it?');
    await ask(asker, other, 'Nobody here bought this one?');
    open = await ask(asker, bought, 'Which colour is the lid?');
    alike = await ask(asker, reviewed, 'How long does the descaling programme take?');
    answered = await ask(asker, bought, 'Is it heavy?');
    await answer(merchant, answered);
  });

  test('are about what the viewer bought or reviewed, like what they answered before first, and answered ones last', async () => {
    const found = await suggested(me);
    expect(ids(found)).toEqual([alike, open, answered]);
    expect(found[0]!.reasons.map(({ kind }) => kind).sort()).toEqual(['ANSWERED', 'REVIEWED']);
    expect(found[0]!.reasons.find(({ kind }) => kind === 'ANSWERED')!.topics.length).toBeGreaterThan(0);
    expect(found[1]!.reasons).toMatchObject([{ kind: 'BOUGHT', products: [{ id: bought }], text: 'You bought Espresso machine' }]);
  });

  test('leave out what is hidden, whom the viewer blocks, and what they answered', async () => {
    const blocked = await plaza.account();
    const theirs = await ask(blocked, bought, 'Does it whistle?');
    const hidden = await ask(asker, bought, 'Does it sing?');
    const done = await ask(asker, bought, 'Does it hum?');
    expect(ids(await suggested(me))).toEqual(expect.arrayContaining([theirs, hidden, done]));
    await block(me, blocked);
    await hide(hidden);
    await answer(me, done);
    const left = ids(await suggested(me));
    for (const gone of [theirs, hidden, done]) expect(left).not.toContain(gone);
  });

  test('are none without consent to personalisation, and none for strangers', async () => {
    await settings(me, { personalise: false });
    expect(await suggested(me)).toEqual([]);
    await settings(me, { personalise: true });
    expect((await plaza.data('{ viewer { recommendedQuestions { edges { cursor } } } }')).viewer.recommendedQuestions).toBeNull();
  });
});

describe('reviews that help the viewer', () => {
  const suggested = async (id: string, viewer: Account | null): Promise<Edge[]> =>
    (await plaza.data(`query ($id: ID!) { product(id: $id) { recommendedReviews { ${edges} } } }`, { id }, viewer?.token)).product
      .recommendedReviews.edges;
  const write = async (by: Account, product: string, body: string): Promise<string> =>
    (await plaza.review(by, product, { body })).review.id;

  let me: Account;
  let twin: Account;
  let followed: Account;
  let product: string;
  const written: Record<'twin' | 'followed' | 'helpful' | 'topic' | 'plain', string> = {} as never;

  beforeAll(async () => {
    me = await rater([5, 4, 3], 'The battery lasts long.');
    twin = await rater([5, 4, 3]);
    followed = await plaza.account();
    await follow(me, followed);
    product = await plaza.product(merchant);
    written.plain = await write(await plaza.account(), product, 'It is what it is.');
    written.helpful = await write(await plaza.account(), product, 'A thorough report.');
    written.topic = await write(await plaza.account(), product, 'The battery is good.');
    written.twin = await write(twin, product, 'I like it.');
    written.followed = await write(followed, product, 'I have it too.');
    for (let vote = 0; vote < 3; vote++)
      await plaza.mutate('voteReview', { reviewId: written.helpful, vote: 'HELPFUL' }, 'review { id }', (await plaza.account()).token);
    await plaza.settle('review topics');
  });

  test('are by people with the viewer’s taste, by those whom they follow, about what they write about, or helped others', async () => {
    const found = await suggested(product, me);
    const kindsOf = (id: string) => found.find(({ node }) => node.id === id)!.reasons.map(({ kind }) => kind);
    expect(kindsOf(written.twin)).toEqual(['SAME_TASTE']);
    expect(kindsOf(written.followed)).toEqual(['FOLLOWED']);
    expect(kindsOf(written.helpful)).toEqual(['HELPFUL']);
    expect(found.find(({ node }) => node.id === written.topic)!.reasons).toMatchObject([{ kind: 'TOPIC', topics: ['battery'] }]);
    expect(found.at(-1)!.node.id).toBe(written.plain);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a));
  });

  test('have their reasons in the language of each device of the viewer, in live updates too', async () => {
    const live = `subscription ($id: ID!) { commentAdded(subjectId: $id) { subject { ... on Product {
      recommendedReviews { edges { reasons { text } } } } } } }`;
    const authorization = `Bearer ${me.token}`;
    const url = `${plaza.url}/graphql`;
    const streaming = (language: string) =>
      createStreamClient({ url, singleConnection: false, retryAttempts: 0, headers: { 'accept-language': language, authorization } });
    const socket = (parameters: object) =>
      createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization, ...parameters },
      });
    const devices = [streaming('de'), streaming('en'), socket({ acceptLanguage: 'es' }), socket({})];
    let first: Promise<IteratorResult<unknown>>[] = [];
    const events = devices.map((device) => device.iterate({ query: live, variables: { id: product } }));
    await plaza.admits(devices.length, () => (first = events.map((event) => event.next())));
    await plaza.mutate('addComment', { subjectId: product, body: 'A comment.' }, 'comment { id }', twin.token);
    const texts = (await Promise.all(first)).map(({ value }) => JSON.stringify(value));
    const words = ['Andere fanden es hilfreich', 'Others found it helpful', 'A otros les resultó útil', 'Others found it helpful'];
    for (const [at, word] of words.entries()) expect(texts[at]).toContain(word);
    await Promise.all(events.map((event) => event.return!(undefined)));
    for (const device of devices) await device.dispose();
  });

  test('are the most helpful ones for strangers and for those who opted out, without a reason of their own', async () => {
    const forStrangers = await suggested(product, null);
    expect(forStrangers[0]!.node.id).toBe(written.helpful);
    await settings(me, { suggestToOthers: false });
    expect(ids(await suggested(product, me))).toEqual(ids(forStrangers));
    expect((await suggested(product, me)).flatMap(({ reasons }) => reasons.map(({ kind }) => kind))).toEqual(['HELPFUL']);
    await settings(me, { suggestToOthers: true });
  });

  test('leave out the viewer’s own, hidden ones and those of whom they block, and never name who opted out', async () => {
    const own = await write(me, product, 'Mine.');
    const gone = await plaza.account();
    const theirs = await write(gone, product, 'Theirs.');
    expect(ids(await suggested(product, me))).toContain(theirs);
    await block(gone, me);
    await hide(written.topic);
    await settings(twin, { personalise: false });
    const found = await suggested(product, me);
    for (const missing of [own, theirs, written.topic]) expect(ids(found)).not.toContain(missing);
    expect(found.flatMap(({ reasons }) => reasons.map(({ kind }) => kind))).not.toContain('SAME_TASTE');
    await settings(twin, { personalise: true });
  });

  test('take as many round trips for several products as for one', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { recommendedReviews(first: 5) { ${edges} } } } }`;
    const ask = (of: string[]) => plaza.storeCommands(() => plaza.data(query, { ids: of }, me.token));
    const more = await plaza.product(merchant);
    await write(twin, more, 'Again.');
    expect((await ask([product, more, ...shared])).length).toBeLessThanOrEqual((await ask([product])).length + 1);
  });
});
