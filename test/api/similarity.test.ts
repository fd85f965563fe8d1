import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [me, twin, cousin, stranger] = await Promise.all(Array.from({ length: 4 }, () => plaza.account()));
  const products: string[] = [];
  for (let at = 0; at < 4; at++) products.push(await plaza.product(merchant));
  const rate = async (who: Account, ...ratings: [at: number, stars: number][]) => {
    for (const [at, stars] of ratings) await plaza.review(who, products[at]!, { quality: stars, price: stars, service: stars });
  };
  await rate(me!, [0, 5], [1, 4]);
  await rate(twin!, [0, 5], [1, 4]);
  await rate(cousin!, [0, 1], [2, 5]);
  await rate(stranger!, [3, 5]);
  return { merchant, me: me!, twin: twin!, cousin: cousin!, stranger: stranger!, products };
}

async function similarTo({ token }: Account, metric: string): Promise<[string, number][]> {
  const query =
    'query ($metric: SimilarityMetric!) { viewer { similarUsers(metric: $metric) { edges { node { similarity user { handle } } } } } }';
  const { viewer } = await plaza.data(query, { metric }, token);
  return viewer.similarUsers.edges.map(({ node }: { node: { similarity: number; user: { handle: string } } }) => [
    node.user.handle,
    node.similarity,
  ]);
}

async function similarityOf(user: Account, viewer: Account | null, metric = 'COSINE'): Promise<number | null> {
  const query = 'query ($handle: String!, $metric: SimilarityMetric!) { user(handle: $handle) { similarityToViewer(metric: $metric) } }';
  return (await plaza.data(query, { handle: user.handle, metric }, viewer?.token)).user.similarityToViewer;
}

describe('similar users', () => {
  test.each(['COSINE', 'EUCLIDEAN', 'JACCARD'])(
    'come the most alike first, those with nothing in common not at all: %s',
    async (metric) => {
      const { me, twin, cousin } = await scene();
      const found = await similarTo(me, metric);
      expect(found.map(([handle]) => handle)).toEqual([twin.handle, cousin.handle]);
      expect(found[0]![1]).toBeCloseTo(1, 10);
      expect(found[1]![1]).toBeGreaterThan(0);
      expect(found[1]![1]).toBeLessThan(0.7);
      expect(await similarityOf(twin, me, metric)).toBeCloseTo(found[0]![1], 10);
      expect(await similarityOf(cousin, me, metric)).toBeCloseTo(found[1]![1], 10);
    },
  );

  test('measure as their formulas say', async () => {
    const { me, cousin, stranger } = await scene();
    const [a, b, c, d] = [5 / 3, 4 / 3, 1 / 3, 5 / 3];
    expect(await similarityOf(cousin, me)).toBeCloseTo((a * c) / (Math.hypot(a, b) * Math.hypot(c, d)), 10);
    expect(await similarityOf(cousin, me, 'EUCLIDEAN')).toBeCloseTo(1 / (1 + Math.hypot(a - c, b, d)), 10);
    expect(await similarityOf(cousin, me, 'JACCARD')).toBeCloseTo(1 / 3, 10);
    expect(await similarityOf(stranger, me)).toBe(0);
  });

  test('follow from purchases and discussions too, and not from views', async () => {
    const { merchant, me, products } = await scene();
    const [buyer, talker, watcher] = [await plaza.account(), await plaza.account(), await plaza.account()];
    await plaza.deliver(buyer, merchant, products[1]!);
    await plaza.mutate('addComment', { subjectId: products[1], body: 'Nice' }, 'comment { id }', talker.token);
    await plaza.mutate('trackEvents', { events: [{ eventId: 'view-1', kind: 'VIEW', productId: products[1] }] }, 'accepted', watcher.token);
    const handles = (await similarTo(me, 'COSINE')).map(([handle]) => handle);
    expect(handles).toContain(buyer.handle);
    expect(handles).toContain(talker.handle);
    expect(handles).not.toContain(watcher.handle);
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
    expect(await similarityOf(cousin, me)).toBeNull();
    expect(await similarityOf(me, me)).toBeNull();
    expect((await similarTo(twin, 'COSINE')).map(([handle]) => handle)).toContain(me.handle);
  });

  test('are for who is signed in', async () => {
    const { me } = await scene();
    expect((await plaza.query('{ viewer { similarUsers { edges { cursor } } } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
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
