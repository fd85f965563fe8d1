import { beforeAll, describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [me, twin, cousin, stranger] = await Promise.all(Array.from({ length: 4 }, () => plaza.account()));
  const products: string[] = [];
  for (let at = 0; at < 5; at++) products.push(await plaza.product(merchant));
  const rate = async (who: Account, ...ratings: [at: number, stars: number][]) => {
    for (const [at, stars] of ratings)
      await plaza.review(who, products[at]!, { ratings: { quality: stars, price: stars, service: stars } });
  };
  await rate(me!, [0, 5], [1, 4], [2, 3]);
  await rate(twin!, [0, 5], [1, 4], [2, 3]);
  await rate(cousin!, [0, 1], [1, 2], [2, 5], [3, 5]);
  await rate(stranger!, [0, 5], [1, 4]);
  return { merchant, me: me!, twin: twin!, cousin: cousin!, stranger: stranger!, products };
}

async function similarTo({ token }: Account, metric: string): Promise<[string, number][]> {
  const query = 'query ($metric: SimilarityMetric!) { viewer { similarUsers(metric: $metric) { edges { similarity node { handle } } } } }';
  const { viewer } = await plaza.data(query, { metric }, token);
  return viewer.similarUsers.edges.map(({ node, similarity }: { node: { handle: string }; similarity: number }) => [
    node.handle,
    similarity,
  ]);
}

async function similarityOf(user: Account, viewer: Account | null, metric = 'COSINE'): Promise<number | null> {
  const query = 'query ($handle: String!, $metric: SimilarityMetric!) { user(handle: $handle) { similarityToViewer(metric: $metric) } }';
  return (await plaza.data(query, { handle: user.handle, metric }, viewer?.token)).user.similarityToViewer;
}

describe('similar users', () => {
  test.each(['COSINE', 'EUCLIDEAN', 'JACCARD'])(
    'come the most alike first, those with fewer than three products in common not at all: %s',
    async (metric) => {
      const { me, twin, cousin } = await scene();
      const found = await similarTo(me, metric);
      expect(found.map(([handle]) => handle)).toEqual([twin.handle, cousin.handle]);
      expect(found[0]![1]).toBeCloseTo(1, 10);
      expect(found[1]![1]).toBeGreaterThan(0);
      expect(found[1]![1]).toBeLessThan(0.8);
      expect(await similarityOf(twin, me, metric)).toBeCloseTo(found[0]![1], 10);
      expect(await similarityOf(cousin, me, metric)).toBeCloseTo(found[1]![1], 10);
    },
  );

  test('measure as their formulas say', async () => {
    const { me, cousin, stranger } = await scene();
    const mine = [5 / 3, 4 / 3, 1];
    const theirs = [1 / 3, 2 / 3, 5 / 3, 5 / 3];
    const dot = mine.reduce((sum, strength, at) => sum + strength * theirs[at]!, 0);
    expect(await similarityOf(cousin, me)).toBeCloseTo(dot / (Math.hypot(...mine) * Math.hypot(...theirs)), 10);
    const distance = Math.hypot(...theirs.map((strength, at) => strength - (mine[at] ?? 0)));
    expect(await similarityOf(cousin, me, 'EUCLIDEAN')).toBeCloseTo(1 / (1 + distance), 10);
    expect(await similarityOf(cousin, me, 'JACCARD')).toBeCloseTo(3 / 4, 10);
    expect(await similarityOf(stranger, me)).toBeNull();
  });

  test('follow from reviews that anybody can read, and never from purchases, discussions, views or hidden reviews', async () => {
    const { merchant, me, twin, products } = await scene();
    const [buyer, talker, watcher] = [await plaza.account(), await plaza.account(), await plaza.account()];
    for (const [at, productId] of products.slice(0, 3).entries()) {
      await plaza.deliver(buyer, merchant, productId);
      await plaza.mutate('addComment', { subjectId: productId, body: 'Nice' }, 'comment { id }', talker.token);
      await plaza.mutate('trackEvents', { events: [{ eventId: `view-${at}`, kind: 'VIEW', productId }] }, 'acceptedCount', watcher.token);
    }
    const moderator = await plaza.account({ role: 'MODERATOR' });
    const { user } = await plaza.data('query ($handle: String!) { user(handle: $handle) { reviews { edges { node { id } } } } }', {
      handle: twin.handle,
    });
    const contentId = user.reviews.edges[0].node.id;
    await plaza.mutate('moderateContent', { contentId, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
    const handles = (await similarTo(me, 'COSINE')).map(([handle]) => handle);
    for (const other of [buyer, talker, watcher, twin]) {
      expect(handles).not.toContain(other.handle);
      expect(await similarityOf(other, me)).toBeNull();
    }
  });

  test('leave out who does not want to be suggested, whom one has blocked, and oneself', async () => {
    const { me, twin, cousin } = await scene();
    const settings = await plaza.mutate(
      'updatePrivacySettings',
      { suggestToOthers: false },
      'privacySettings { suggestToOthers personalise }',
      twin.token,
    );
    expect(settings.privacySettings).toEqual({ suggestToOthers: false, personalise: true });
    await plaza.mutate('blockUser', { userId: cousin.id }, 'user { id }', me.token);
    expect(await similarTo(me, 'COSINE')).toEqual([]);
    expect(await similarityOf(twin, me)).toBeNull();
    expect(await similarTo(cousin, 'COSINE')).not.toContainEqual([me.handle, expect.anything()]);
    expect(await similarityOf(me, me)).toBeNull();
    expect(await similarTo(twin, 'COSINE')).toEqual([]);
    expect(await similarityOf(me, twin)).toBeNull();
    await plaza.mutate(
      'updatePrivacySettings',
      { suggestToOthers: true, personalise: false },
      'privacySettings { personalise }',
      twin.token,
    );
    expect(await similarityOf(twin, me)).toBeNull();
  });

  test('are for who is signed in', async () => {
    const { me } = await scene();
    expect(await plaza.data('{ viewer { similarUsers { edges { cursor } } } }')).toEqual({ viewer: { similarUsers: null } });
    expect(await similarityOf(me, null)).toBeNull();
  });

  test('take the same number of store round trips however many there are', async () => {
    const { me, products } = await scene();
    const commands = () => plaza.storeCommands(() => similarTo(me, 'COSINE'));
    const few = await commands();
    for (let at = 0; at < 15; at++) await plaza.review(await plaza.account(), products[0]!);
    expect(await commands()).toHaveLength(few.length);
  });
});

describe('what like-minded users make of a product', () => {
  interface Fit {
    likeMindedCount: number;
    rating: number;
    likedCount: number;
    dislikedCount: number;
    liked: { topic: string; mentions: number; quotes: { text: string; review: { id: string } }[] }[];
    disliked: Fit['liked'];
    reviews: { author: { handle: string } | null }[];
  }
  const fields =
    'likeMindedCount rating likedCount dislikedCount liked { topic mentions quotes { text review { id } } } disliked { topic mentions quotes { text } } reviews { author { handle } }';
  const fitOf = async (id: string, viewer: Account | null): Promise<Fit | null> =>
    (await plaza.data(`query ($id: ID!) { product(id: $id) { fitForViewer { ${fields} } } }`, { id }, viewer?.token)).product.fitForViewer;
  const stars = (value: number) => ({ ratings: { quality: value, price: value, service: value } });
  const settled = () => plaza.settle('review topics');
  const praise = 'The battery is excellent, simply perfect.';

  let merchant: Account;
  let moderator: Account;
  let me: Account;
  let likeMinded: Account[];
  let opposite: Account;
  let product: string;
  const written: string[] = [];

  beforeAll(async () => {
    [merchant, moderator, me] = await Promise.all([
      plaza.account({ merchant: true }),
      plaza.account({ role: 'MODERATOR' }),
      plaza.account(),
    ]);
    likeMinded = await Promise.all(Array.from({ length: 4 }, () => plaza.account()));
    opposite = await plaza.account();
    for (let at = 0; at < 3; at++) {
      const shared = await plaza.product(merchant);
      await plaza.review(me, shared, stars(5 - at));
      for (const user of likeMinded) await plaza.review(user, shared, stars(at === 0 ? 4 : 5 - at));
      await plaza.review(opposite, shared, stars(at === 2 ? 5 : 1));
    }
    product = await plaza.product(merchant);
    const bodies = [praise, 'The battery is good.', 'The battery is wonderful. Sadly it is far too expensive.', 'Much too expensive.'];
    for (const [at, user] of likeMinded.entries())
      written.push((await plaza.review(user, product, { ...stars(at === 3 ? 2 : 5), body: bodies[at] })).review.id);
    await plaza.review(opposite, product, { ...stars(1), body: 'The battery is terrible.' });
    await settled();
  });

  test('is their ratings, what they praise and blame, in sentences of their reviews, and nobody else’s', async () => {
    const fit = (await fitOf(product, me))!;
    expect(fit).toMatchObject({ likeMindedCount: 4, likedCount: 3, dislikedCount: 1 });
    expect(fit.rating).toBeCloseTo((5 + 5 + 5 + 2) / 4, 10);
    expect(fit.liked[0]).toMatchObject({ topic: 'battery', mentions: 3 });
    expect(fit.liked[0]!.quotes).toContainEqual({ text: praise, review: { id: written[0] } });
    expect(fit.disliked.map(({ topic, mentions }) => [topic, mentions])).toEqual([['price', 2]]);
    expect(fit.reviews.map(({ author }) => author!.handle).sort()).toEqual(likeMinded.map(({ handle }) => handle).sort());
  });

  test('is nothing for strangers, for users without like-minded ones, and for those who opted out', async () => {
    expect(await fitOf(product, null)).toBeNull();
    expect(await fitOf(product, opposite)).toBeNull();
    const set = (settings: object) => plaza.mutate('updatePrivacySettings', settings, 'privacySettings { personalise }', me.token);
    for (const optedOut of [{ personalise: false }, { suggestToOthers: false }]) {
      await set(optedOut);
      expect(await fitOf(product, me)).toBeNull();
      await set({ personalise: true, suggestToOthers: true });
    }
    expect(await fitOf(product, me)).not.toBeNull();
  });

  test('leaves out who opted out, whom the viewer blocks and what is hidden, and is nothing below three', async () => {
    const [first, second] = likeMinded as [Account, Account];
    const set = (personalise: boolean) =>
      plaza.mutate('updatePrivacySettings', { personalise }, 'privacySettings { personalise }', first.token);
    const moderate = (action: string) =>
      plaza.mutate('moderateContent', { contentId: written[2], action, reason: 'x' }, 'entry { createdAt }', moderator.token);
    await set(false);
    const fit = (await fitOf(product, me))!;
    expect(fit.likeMindedCount).toBe(3);
    expect(JSON.stringify(fit)).not.toContain(praise);
    await plaza.mutate('blockUser', { userId: second.id }, 'user { id }', me.token);
    expect(await fitOf(product, me)).toBeNull();
    await set(true);
    expect((await fitOf(product, me))!.reviews.map(({ author }) => author!.handle)).not.toContain(second.handle);
    await moderate('HIDE');
    expect(await fitOf(product, me)).toBeNull();
    await moderate('RESTORE');
    await plaza.mutate('unblockUser', { userId: second.id }, 'user { id }', me.token);
    expect((await fitOf(product, me))!.likeMindedCount).toBe(4);
  });

  test('quotes what an edit leaves, never what it took away', async () => {
    const update = (body: string) => plaza.mutate('updateReview', { reviewId: written[0], body }, 'review { id }', likeMinded[0]!.token);
    await update('It came late.');
    expect(JSON.stringify(await fitOf(product, me))).not.toContain(praise);
    await update(praise);
    await settled();
    expect(JSON.stringify(await fitOf(product, me))).toContain(praise);
  });

  test('takes as many round trips for ten products as for one', async () => {
    const others: string[] = [];
    for (let at = 0; at < 9; at++) {
      const other = await plaza.product(merchant);
      for (const user of likeMinded) await plaza.review(user, other, stars(4));
      others.push(other);
    }
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { fitForViewer { likeMindedCount } } } }';
    const ask = async (ids: string[]) =>
      (
        await plaza.storeCommands(async () => {
          const { nodes } = await plaza.data(query, { ids }, me.token);
          expect(nodes.every(({ fitForViewer }: { fitForViewer: Fit | null }) => fitForViewer?.likeMindedCount === 4)).toBe(true);
        })
      ).length;
    expect(await ask([product, ...others])).toBe(await ask([product]));
  });
});
