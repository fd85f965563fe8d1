/**
 * Random histories of what people do with reviews: after each step, scores, counts and lists are what follows from the
 * reviews that are there. `REVIEW_HISTORY_SECONDS` has it look for longer.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { overallPoints, pointsPerStar, reviewWeight, starsOf, summarise, tallyOf, type Aspect } from '../../src/scoring/index.js';
import { usePlaza, type Account, type Json } from '../support/plaza.js';

const seconds = Number(process.env['REVIEW_HISTORY_SECONDS'] ?? 8);
const plaza = usePlaza();
const peopleCount = 4;
const productCount = 2;
let merchant: Account;
let moderator: Account;

beforeAll(async () => {
  merchant = await plaza.account({ merchant: true });
  moderator = await plaza.account({ role: 'ADMIN' });
});

interface KnownReview {
  id: string;
  product: string;
  /** Null once the account was deleted. */
  author: Account | null;
  ratings: Record<Aspect, number>;
  verified: boolean;
  withImages: boolean;
  visible: boolean;
  createdAt: Date;
  /** Of accounts that were deleted too. */
  votes: Map<Account, boolean>;
}

interface Choice {
  actor: number;
  other: number;
  product: number;
  withImages: boolean;
  ratings: Record<Aspect, number>;
  vote: boolean | null;
}

const filters = [
  {},
  ...[1, 2, 3, 4, 5].map((rating) => ({ rating })),
  ...[true, false].flatMap((flag) => [{ verified: flag }, { withImages: flag }, { verified: flag, withImages: !flag }]),
  { rating: 4, verified: true },
  { rating: 3, withImages: true },
] as { rating?: number; verified?: boolean; withImages?: boolean }[];

const lists = filters.map(
  (filter, at) => `list${at}: reviews(first: 0, filter: ${JSON.stringify(filter).replaceAll('"', '')}) { totalCount }`,
);
const question = `query ($id: ID!) {
  product(id: $id) {
    rating { reviewCount mean weightedMean composite distribution { stars count } aspects { quality price service } }
    ${lists.join('\n')}
    reviews(first: 100) { totalCount edges { node { id helpfulCount unhelpfulCount verifiedPurchase overall } } }
  }
}`;

/** A category of its own, with what is known of its products' reviews. */
class Reviewed {
  readonly reviews: KnownReview[] = [];
  readonly blocks = new Set<string>();
  readonly bought = new Map<string, Set<Account>>();

  private constructor(
    readonly people: Account[],
    readonly products: string[],
  ) {}

  static async open(): Promise<Reviewed> {
    const categoryId = await plaza.category();
    const people = await Promise.all(Array.from({ length: peopleCount }, () => plaza.account()));
    const products = await Promise.all(Array.from({ length: productCount }, () => plaza.product(merchant, { categoryId })));
    return new Reviewed(people, products);
  }

  of(author: Account, product: string): KnownReview | undefined {
    return this.reviews.find((review) => review.author === author && review.product === product);
  }

  isSeparated(one: Account, other: Account | null): boolean {
    return other !== null && (this.blocks.has(`${one.id} ${other.id}`) || this.blocks.has(`${other.id} ${one.id}`));
  }

  visible(product: string, viewer?: Account): KnownReview[] {
    const own = this.reviews.filter((review) => review.visible && review.product === product);
    return viewer ? own.filter(({ author }) => !this.isSeparated(viewer, author)) : own;
  }
}

const countsOf = ({ votes }: KnownReview) => {
  const helpful = [...votes.values()].filter(Boolean).length;
  return { helpful, unhelpful: votes.size - helpful };
};

const ratedOf = (review: KnownReview) => {
  const { ratings, createdAt, verified: verifiedPurchase } = review;
  return { ...ratings, points: overallPoints(ratings), weight: reviewWeight({ createdAt, verifiedPurchase, ...countsOf(review) }) };
};

const codesOf = (payload: Json): string[] => payload.userErrors.map(({ code }: { code: string }) => code);

const moderate = async (action: string, review: KnownReview) =>
  codesOf(await plaza.mutate('moderateContent', { contentId: review.id, action, reason: 'x' }, 'entry { id }', moderator.token));

const imageUrlsOf = ({ withImages }: Choice) => (withImages ? ['https://cdn.example.org/a.jpg'] : []);

const steps = {
  async create(shop: Reviewed, choice: Choice) {
    const [author, product] = [shop.people[choice.actor]!, shop.products[choice.product]!];
    const { ratings, withImages } = choice;
    const input = { productId: product, ratings, body: 'Pours well.', imageUrls: imageUrlsOf(choice) };
    const payload = await plaza.mutate('createReview', input, 'review { id createdAt } held', author.token);
    if (shop.of(author, product)) {
      expect(codesOf(payload)).toEqual(['ALREADY_EXISTS']);
      return;
    }
    expect(payload).toMatchObject({ held: false, userErrors: [] });
    const verified = shop.bought.get(product)?.has(author) ?? false;
    const { id, createdAt } = payload.review;
    const known = { id, product, author, ratings, verified, withImages, visible: true };
    shop.reviews.push({ ...known, createdAt: new Date(createdAt), votes: new Map() });
  },
  async update(shop: Reviewed, choice: Choice) {
    const author = shop.people[choice.actor]!;
    const review = shop.of(author, shop.products[choice.product]!);
    if (!review) return;
    const { ratings, withImages } = choice;
    const input = { reviewId: review.id, ratings, imageUrls: imageUrlsOf(choice) };
    const payload = await plaza.mutate('updateReview', input, 'review { id } held', author.token);
    expect(payload).toMatchObject({ held: !review.visible, userErrors: [] });
    Object.assign(review, { ratings, withImages });
  },
  async delete(shop: Reviewed, choice: Choice) {
    const author = shop.people[choice.actor]!;
    const review = shop.of(author, shop.products[choice.product]!);
    if (!review) return;
    expect(codesOf(await plaza.mutate('deleteReview', { reviewId: review.id }, 'deletedReviewId', author.token))).toEqual([]);
    shop.reviews.splice(shop.reviews.indexOf(review), 1);
  },
  async hide({ reviews }: Reviewed, { other }: Choice) {
    const review = reviews[other % reviews.length];
    if (review && (await moderate('HIDE', review)).length === 0) review.visible = false;
  },
  async restore({ reviews }: Reviewed, { other }: Choice) {
    const review = reviews[other % reviews.length];
    if (review && (await moderate('RESTORE', review)).length === 0) review.visible = true;
  },
  async vote(shop: Reviewed, choice: Choice) {
    const voter = shop.people[choice.actor]!;
    const review = shop.reviews[choice.other % shop.reviews.length];
    if (!review) return;
    const vote = choice.vote === null ? null : choice.vote ? 'HELPFUL' : 'UNHELPFUL';
    const payload = await plaza.mutate('voteReview', { reviewId: review.id, vote }, 'review { id }', voter.token);
    const isSeen = review.visible && !shop.isSeparated(voter, review.author);
    const refusal = !isSeen ? ['NOT_FOUND'] : review.author === voter ? ['NOT_ALLOWED'] : [];
    expect(codesOf(payload)).toEqual(refusal);
    if (refusal.length > 0) return;
    if (choice.vote === null) review.votes.delete(voter);
    else review.votes.set(voter, choice.vote);
  },
  async block({ people, blocks }: Reviewed, { actor, other }: Choice) {
    const [blocker, blocked] = [people[actor]!, people[other % peopleCount]!];
    if (blocker === blocked) return;
    expect(codesOf(await plaza.mutate('blockUser', { userId: blocked.id }, 'user { id }', blocker.token))).toEqual([]);
    blocks.add(`${blocker.id} ${blocked.id}`);
  },
  async unblock({ people, blocks }: Reviewed, { actor, other }: Choice) {
    const [blocker, blocked] = [people[actor]!, people[other % peopleCount]!];
    if (!blocks.delete(`${blocker.id} ${blocked.id}`)) return;
    expect(codesOf(await plaza.mutate('unblockUser', { userId: blocked.id }, 'user { id }', blocker.token))).toEqual([]);
  },
  async buy(shop: Reviewed, { actor, product: at }: Choice) {
    const [buyer, product] = [shop.people[actor]!, shop.products[at]!];
    await plaza.deliver(buyer, merchant, product);
    const bought = shop.bought.get(product) ?? new Set();
    shop.bought.set(product, bought.add(buyer));
    const review = shop.of(buyer, product);
    if (review) review.verified = true;
  },
  async erase({ people, reviews }: Reviewed, { actor }: Choice) {
    const leaver = people[actor]!;
    await plaza.mutate('eraseMe', { confirm: true, password: leaver.password }, 'erased', leaver.token);
    await plaza.settle('erasures');
    for (const review of reviews) if (review.author === leaver) review.author = null;
    people[actor] = await plaza.account();
  },
};

/** @param viewers who look, besides somebody without an account */
async function expectTrue(shop: Reviewed, viewers: readonly Account[]): Promise<void> {
  const all = shop.products.flatMap((product) => shop.visible(product)).map(ratedOf);
  const category = { count: all.length, points: all.reduce((sum, { points }) => sum + points, 0) };
  for (const product of shop.products)
    for (const viewer of [undefined, ...viewers]) {
      const { product: answer } = await plaza.data(question, { id: product }, viewer?.token);
      const { count: reviewCount, distribution, ...scores } = summarise(tallyOf(shop.visible(product).map(ratedOf)), category);
      expect(answer.rating).toEqual({ reviewCount, ...scores, distribution: distribution.map((count, at) => ({ stars: at + 1, count })) });
      const seen = shop.visible(product, viewer);
      const nodes = answer.reviews.edges.map(({ node }: Json) => node);
      const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
      const expected = seen.map((review) => {
        const { helpful: helpfulCount, unhelpful: unhelpfulCount } = countsOf(review);
        const overall = overallPoints(review.ratings) / pointsPerStar;
        return { id: review.id, helpfulCount, unhelpfulCount, verifiedPurchase: review.verified, overall };
      });
      expect(nodes.sort(byId)).toEqual(expected.sort(byId));
      const counts = filters.map(
        ({ rating, verified, withImages }) =>
          seen.filter(
            (review) =>
              (rating === undefined || starsOf(overallPoints(review.ratings)) === rating) &&
              (verified === undefined || review.verified === verified) &&
              (withImages === undefined || review.withImages === withImages),
          ).length,
      );
      expect(filters.map((_, at) => answer[`list${at}`].totalCount)).toEqual(counts);
    }
}

const stars = fc.integer({ min: 1, max: 5 });
const choice = fc.record<Choice>({
  actor: fc.nat({ max: peopleCount - 1 }),
  other: fc.nat({ max: 11 }),
  product: fc.nat({ max: productCount - 1 }),
  withImages: fc.boolean(),
  ratings: fc.record({ quality: stars, price: stars, service: stars }),
  vote: fc.constantFrom(true, false, null),
});
const stepOf = (name: keyof typeof steps) => choice.map((chosen) => ({ name, chosen }));
const weights: Record<keyof typeof steps, number> = {
  ...{ create: 6, update: 3, delete: 1, hide: 2, restore: 2, vote: 4, block: 1, unblock: 1, buy: 1, erase: 1 },
};
const step = fc.oneof(
  ...(Object.keys(weights) as (keyof typeof steps)[]).map((name) => ({ weight: weights[name], arbitrary: stepOf(name) })),
);

test('scores, counts and lists follow from the reviews that are there', { timeout: (seconds + 600) * 1000 }, async () => {
  const end = performance.now() + seconds * 1000;
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (history) => {
      // The first one is followed to its end, however busy the machine is.
      if (histories++ > 0 && performance.now() > end) return;
      const shop = await Reviewed.open();
      for (const { name, chosen } of history) {
        await steps[name](shop, chosen);
        await expectTrue(shop, [shop.people[chosen.actor]!]);
      }
      await expectTrue(shop, shop.people);
    }),
    { numRuns: 5 * seconds, endOnFailure: true },
  );
});
