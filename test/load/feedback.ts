/**
 * A shop whose recommender learns from the clicks on its own lists, over simulated months: does the catalogue narrow, and what does
 * exploration cost and bring? Tastes and quality are made up and known here alone; every model, the blend and the bandit are the
 * real ones. Then a replay of random choices says what the bandit would get, beside what it really gets.
 *
 * npm run bench:feedback -- [months] [seed]     by default 12 1
 */
import { gini, coverage } from '../../src/recommender/exposure.js';
import { buildDataset, type Dataset, type Observation } from '../../src/recommender/dataset.js';
import { chooseToExplore, meanRate, type Showings } from '../../src/recommender/exploration.js';
import { matchByText } from '../../src/recommender/fresh-items.js';
import { profileOf } from '../../src/recommender/profile.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { Ranker } from '../../src/recommender/serving.js';
import { trainRecommender } from '../../src/recommender/training.js';
import { replay, type Logged, type Policy } from '../support/replay.js';

const months = Number(process.argv[2] ?? 12);
const seed = Number(process.argv[3] ?? 1);
const users = 300;
const firstItems = 200;
const newItems = 20;
const listsPerMonth = 4;
const listLength = 10;
const genres = 8;
const likesBefore = 10;
const month = 30 * 24 * 60 * 60 * 1000;
const begin = Date.UTC(2026, 0, 1);
/** As the shop has it: the fifth place explores. */
const exploredPlace = 4;

type Variant = 'blend' | 'diverse' | 'exploring';

/** What is true of the shop and nobody knows. */
class World {
  private readonly random = randomNumbers(seed);
  private readonly tastes = Array.from({ length: users }, () => this.mix(3));
  private readonly kinds: Float64Array[] = [];
  private readonly quality: number[] = [];
  readonly terms: string[][] = [];

  constructor(count: number) {
    for (let item = 0; item < count; item++) {
      const kind = this.mix(2);
      const best = kind.indexOf(Math.max(...kind));
      this.kinds.push(kind);
      this.quality.push(0.7 * this.gauss());
      const words = Array.from({ length: 4 }, () => `word${best}-${Math.floor(12 * this.random())}`);
      this.terms.push([`genre${best}`, ...words, `item${item}`]);
    }
  }

  /** How likely it is that a user who sees an item wants it. */
  wants(user: number, item: number): number {
    const affinity = this.tastes[user]!.reduce((sum, weight, genre) => sum + weight * this.kinds[item]![genre]!, 0);
    return 1 / (1 + Math.exp(3.5 - 6 * affinity - this.quality[item]!));
  }

  private mix(of: number): Float64Array {
    const weights = new Float64Array(genres);
    for (let at = 0; at < of; at++) weights[Math.floor(genres * this.random())]! += 0.3 + this.random();
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  }

  private gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}

interface Month {
  coverage: number;
  gini: number;
  clickRate: number;
  /** The share of what came in the last three months that was never shown. */
  neverShown: number;
  /** Clicks on what came in the last three months, of all clicks. */
  clicksOnNew: number;
}

class Shop {
  readonly showings = new Map<number, Showings>();
  readonly history: Set<number>[] = Array.from({ length: users }, () => new Set());
  private readonly observations: Observation[] = [];
  private readonly random = randomNumbers(seed + 1);
  private readonly everShown = new Set<number>();

  constructor(
    private readonly world: World,
    private readonly variant: Variant,
  ) {
    // Before the first month, people find things by themselves.
    for (let user = 0; user < users; user++) for (let likes = 0; likes < likesBefore;) if (this.find(user, firstItems, begin)) likes++;
  }

  async live(at: number): Promise<Month> {
    const items = firstItems + newItems * (at + 1);
    const isNew = (item: number): boolean => item >= Math.max(firstItems, items - 3 * newItems);
    const dataset = this.dataset(items);
    const ranker = new Ranker(await trainRecommender(dataset));
    const counts = new Uint32Array(items);
    let [shown, clicks, clicksOnNew] = [0, 0, 0];
    for (let round = 0; round < listsPerMonth; round++) {
      for (let user = 0; user < users; user++) {
        const list = this.listFor(user, ranker, dataset, items);
        list.forEach((item, place) => {
          counts[item]!++;
          shown++;
          this.everShown.add(item);
          const clicked = this.random() < this.world.wants(user, item) / Math.log2(place + 2);
          this.note(item, clicked);
          if (!clicked) return;
          clicks++;
          clicksOnNew += Number(isNew(item));
          this.likes(user, item, begin + (at + round / listsPerMonth) * month);
        });
        // What is found without the recommender keeps the loop open a little.
        if (round === 0) this.find(user, items, begin + at * month);
      }
    }
    const latest = Array.from({ length: items }, (_, item) => item).filter(isNew);
    return {
      coverage: coverage(counts),
      gini: gini(counts),
      clickRate: clicks / shown,
      neverShown: latest.filter((item) => !this.everShown.has(item)).length / latest.length,
      clicksOnNew: clicksOnNew / Math.max(1, clicks),
    };
  }

  private dataset(items: number): Dataset {
    return buildDataset({ users, items, observations: this.observations, follows: [], terms: this.world.terms.slice(0, items) });
  }

  private listFor(user: number, ranker: Ranker, dataset: Dataset, items: number): number[] {
    const profile = profileOf(dataset, user);
    const wide = this.variant === 'diverse' ? 100 : listLength;
    const ranked = ranker.recommend(profile, wide, this.history[user]!);
    if (this.variant === 'diverse')
      return ranker
        .diversified(ranked, 0.6, listLength)
        .slice(0, listLength)
        .map(({ item }) => item);
    const list = ranked.map(({ item }) => item);
    if (this.variant === 'blend') return list;
    const choices = this.choicesFor(user, items, new Set(list));
    const chosen = chooseToExplore(choices, meanRate(this.showings.values()), this.random);
    if (chosen === null) return list;
    return [...list.slice(0, exploredPlace), choices[chosen]!.product, ...list.slice(exploredPlace)].slice(0, listLength);
  }

  /** What came in the last month, with how well its text fits the user. */
  choicesFor(user: number, items: number, listed: ReadonlySet<number>): (Showings & { product: number; fit: number })[] {
    const own = [...this.history[user]!].slice(-20);
    const fresh = Array.from({ length: newItems }, (_, at) => items - newItems + at).filter(
      (item) => !listed.has(item) && !this.history[user]!.has(item),
    );
    const termsOf = (item: number): string[] => this.world.terms[item]!;
    const matches = matchByText(own.map(termsOf), fresh.map(termsOf)).filter(({ similarity }) => similarity >= 0.05);
    return matches.map(({ candidate, similarity }) => {
      const product = fresh[candidate]!;
      return { product, fit: similarity / matches[0]!.similarity, ...(this.showings.get(product) ?? { shown: 0, clicked: 0 }) };
    });
  }

  /** What a user finds by chance, and keeps where they want it. @returns whether they do */
  private find(user: number, items: number, at: number): boolean {
    const item = Math.floor(items * this.random());
    if (this.history[user]!.has(item) || this.random() >= this.world.wants(user, item)) return false;
    this.likes(user, item, at);
    return true;
  }

  private likes(user: number, item: number, at: number): void {
    this.history[user]!.add(item);
    this.observations.push({ user, item, strength: 1, liked: true, rating: null, at });
  }

  private note(item: number, clicked: boolean): void {
    const { shown, clicked: before } = this.showings.get(item) ?? { shown: 0, clicked: 0 };
    this.showings.set(item, { shown: shown + 1, clicked: before + Number(clicked) });
  }
}

/** Random choices among what came last, as an experiment would log them. */
function randomLog(world: World, shop: Shop, count: number): Logged[] {
  const random = randomNumbers(seed + 2);
  const items = firstItems + newItems * months;
  const log: Logged[] = [];
  while (log.length < count) {
    const user = Math.floor(users * random());
    const choices = shop.choicesFor(user, items, new Set()).slice(0, 8);
    if (choices.length < 2) continue;
    const chosen = Math.floor(choices.length * random());
    log.push({ choices, chosen, clicked: random() < world.wants(user, choices[chosen]!.product) });
  }
  return log;
}

const percent = (value: number): string => (100 * value).toFixed(1);
const world = new World(firstItems + newItems * months);
const shown = [0, Math.floor(months / 4), Math.floor(months / 2), months - 1].filter((at, place, all) => all.indexOf(at) === place);
process.stdout.write('| lists | month | coverage, % | Gini | click rate, % | new and never shown, % | clicks on new, % |\n');
process.stdout.write('| --- | --- | --- | --- | --- | --- | --- |\n');
let last!: Shop;
for (const variant of ['blend', 'diverse', 'exploring'] as const) {
  const shop = (last = new Shop(world, variant));
  const lived: Month[] = [];
  for (let at = 0; at < months; at++) lived.push(await shop.live(at));
  const row = (name: string, figures: Month): void =>
    void process.stdout.write(
      `| ${variant} | ${name} | ${percent(figures.coverage)} | ${figures.gini.toFixed(3)} | ${percent(figures.clickRate)} | ${percent(figures.neverShown)} | ${percent(figures.clicksOnNew)} |\n`,
    );
  for (const at of shown) row(String(at + 1), lived[at]!);
  const mean = (figure: keyof Month): number => lived.reduce((sum, figures) => sum + figures[figure], 0) / months;
  row('all', {
    coverage: mean('coverage'),
    gini: mean('gini'),
    clickRate: mean('clickRate'),
    neverShown: mean('neverShown'),
    clicksOnNew: mean('clicksOnNew'),
  });
}

const log = randomLog(world, last, 20_000);
const random = randomNumbers(seed + 3);
const mean = log.filter(({ clicked }) => clicked).length / log.length;
const policies: Record<string, Policy> = {
  'at random': (choices) => Math.floor(choices.length * random()),
  'what fits best': () => 0,
  'the bandit': (choices) => chooseToExplore(choices, mean, random),
};
process.stdout.write('\n| replay of 20,000 random choices | the same choices | click rate, % |\n| --- | --- | --- |\n');
process.stdout.write(`| as logged | 20000 | ${percent(mean)} |\n`);
for (const [name, policy] of Object.entries(policies)) {
  const { matched, rate } = replay(log, policy);
  process.stdout.write(`| ${name} | ${matched} | ${percent(rate)} |\n`);
}
