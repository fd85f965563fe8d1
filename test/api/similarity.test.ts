import { describe, expect, test } from 'vitest';
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
