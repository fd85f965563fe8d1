/** The recommender that the API asks: the newest trained version, kept up to date. */
import { Types } from 'mongoose';
import { Ranker, type Profile } from '../../recommender/index.js';
import { pointsPerStar } from '../../scoring/index.js';
import { historyOf, type InteractionDocument } from '../behaviour/index.js';
import { mostPopular } from '../catalog/index.js';
import { followedBy } from '../social-graph/index.js';
import type { SnapshotDocument } from './snapshot.model.js';
import { loadNewestSnapshot, newestSnapshot, type LoadedSnapshot } from './snapshot.store.js';
import { train, type TrainingProgress } from './trainer.js';
import { strengthOf } from './training-data.js';

export type ReasonKind = 'BOUGHT' | 'REVIEWED' | 'VIEWED' | 'FOLLOWED' | 'ALIKE' | 'TASTE' | 'POPULAR';

export interface Reason {
  kind: ReasonKind;
  products: Types.ObjectId[];
  users: Types.ObjectId[];
}

export interface RecommendedItem {
  product: Types.ObjectId;
  score: number;
  reasons: Reason[];
  modelVersion: string | null;
}

export interface RecommendationRequest {
  user: Types.ObjectId | null;
  count: number;
  /** Products of the page or the cart that the recommendations should go with. */
  seeds: Types.ObjectId[];
  exclude: Types.ObjectId[];
}

export interface RecommenderState {
  version: SnapshotDocument | null;
  training: boolean;
  progress: number;
}

interface Served {
  snapshot: SnapshotDocument;
  ranker: Ranker;
  productIds: string[];
  userIds: string[];
  productNumbers: Map<string, number>;
  userNumbers: Map<string, number>;
}

const lookInterval = 5_000;
const reasonsGiven = 2;

export class RecommenderService {
  private served: Served | null = null;
  private progress: number | null = null;
  private looking: NodeJS.Timeout | null = null;
  private readonly stopped = new AbortController();

  /** @param warn told what went wrong while the service goes on with what it has */
  constructor(private readonly warn: (message: string) => void) {}

  /** Loads the newest version and keeps looking for newer ones. */
  async start(): Promise<void> {
    await this.reload();
    this.looking = setInterval(() => void this.look(), lookInterval).unref();
  }

  stop(): void {
    this.stopped.abort();
    if (this.looking) clearInterval(this.looking);
  }

  state(): RecommenderState {
    return { version: this.served?.snapshot ?? null, training: this.progress !== null, progress: this.progress ?? 1 };
  }

  /** Trains on everything the store has and serves the result. One training runs at a time in a process. */
  async train(onProgress: TrainingProgress = () => {}): Promise<SnapshotDocument | null> {
    if (this.progress !== null) return this.served?.snapshot ?? null;
    this.progress = 0;
    try {
      const version = await train((share, what) => {
        this.progress = share;
        onProgress(share, what);
      }, this.stopped.signal);
      await this.reload();
      return version;
    } finally {
      this.progress = null;
    }
  }

  async recommend(request: RecommendationRequest): Promise<RecommendedItem[]> {
    const { served } = this;
    if (!served) return this.popular(request);
    const [history, followees] = request.user ? await Promise.all([historyOf(request.user), followedBy(request.user)]) : [[], []];
    const seen = new Map<number, InteractionDocument>();
    for (const interaction of history) {
      const number = served.productNumbers.get(interaction.product.toHexString());
      if (number !== undefined) seen.set(number, interaction);
    }
    const seeds = numbersOf(served.productNumbers, request.seeds);
    const profile = profileFor(seen, seeds, numbersOf(served.userNumbers, followees));
    const settled = [...seen].filter(([, { purchases, points }]) => purchases > 0 || points !== null).map(([number]) => number);
    const excluded = [...settled, ...seeds, ...numbersOf(served.productNumbers, request.exclude)];
    const explain = served.ranker.explain(profile);
    const likedByAlike = served.ranker.likedByAlike(profile);
    return served.ranker.recommend(profile, request.count, excluded).map(({ item, score }) => ({
      product: new Types.ObjectId(served.productIds[item]),
      score,
      reasons: reasonsFor(served, profile, seen, item, explain(item, reasonsGiven)) ?? [unnamed(likedByAlike(item))],
      modelVersion: served.snapshot._id.toHexString(),
    }));
  }

  /** Products that go with one product; none while nothing is trained or the product is newer than the training. */
  similarTo(product: Types.ObjectId, count: number): Types.ObjectId[] {
    return this.companionsOf(product, (ranker, number) => ranker.similarTo(number, count).map(({ item }) => item));
  }

  /** Products that the same people bought; none in the same cases. */
  boughtWith(product: Types.ObjectId, count: number): Types.ObjectId[] {
    return this.companionsOf(product, (ranker, number) => ranker.boughtWith(number, count));
  }

  private companionsOf(product: Types.ObjectId, find: (ranker: Ranker, number: number) => number[]): Types.ObjectId[] {
    const { served } = this;
    const number = served?.productNumbers.get(product.toHexString());
    if (!served || number === undefined) return [];
    return find(served.ranker, number).map((item) => new Types.ObjectId(served.productIds[item]));
  }

  /** What is there before the first training: the best-scored products. */
  private async popular({ count, exclude, seeds }: RecommendationRequest): Promise<RecommendedItem[]> {
    const products = await mostPopular(count, [...exclude, ...seeds]);
    return products.map(({ _id, score }) => ({
      product: _id,
      score,
      reasons: [{ kind: 'POPULAR', products: [], users: [] }],
      modelVersion: null,
    }));
  }

  private async look(): Promise<void> {
    try {
      const newest = await newestSnapshot();
      if (newest && !newest._id.equals(this.served?.snapshot._id)) await this.reload();
    } catch (error) {
      if (!this.stopped.signal.aborted) this.warn(`looking for a newer model failed: ${(error as Error).message}`);
    }
  }

  private async reload(): Promise<void> {
    const loaded = await loadNewestSnapshot((version) => this.warn(`model ${version} is damaged and is not used`));
    if (loaded) this.served = serve(loaded);
  }
}

function serve({ snapshot, content }: LoadedSnapshot): Served {
  const { trained, productIds, userIds } = content;
  return {
    snapshot,
    ranker: new Ranker(trained),
    productIds,
    userIds,
    productNumbers: new Map(productIds.map((id, number) => [id, number])),
    userNumbers: new Map(userIds.map((id, number) => [id, number])),
  };
}

function numbersOf(numbers: Map<string, number>, ids: Types.ObjectId[]): number[] {
  return ids.flatMap((id) => numbers.get(id.toHexString()) ?? []);
}

/** On a page or in a cart, what lies there counts in full and the rest of the history a third. */
function profileFor(seen: Map<number, InteractionDocument>, seeds: number[], follows: number[]): Profile {
  const share = seeds.length > 0 ? 1 / 3 : 1;
  const own = [...seen].filter(([item]) => !seeds.includes(item));
  const entries = [
    ...seeds.map((item) => ({ item, strength: 1, liked: 1, rating: null })),
    ...own.map(([item, interaction]) => {
      const { strength, liked } = strengthOf(interaction);
      const rating = interaction.points === null ? null : interaction.points / pointsPerStar;
      return { item, strength: strength * share, liked: liked ? share : 0, rating };
    }),
  ];
  return {
    items: entries.map(({ item }) => item),
    strengths: entries.map(({ strength }) => strength),
    liked: entries.map(({ liked }) => liked),
    ratings: entries.map(({ rating }) => rating),
    follows,
  };
}

/** The user's own products and the followed people that speak for an item; null where there are none. */
function reasonsFor(
  served: Served,
  profile: Profile,
  seen: Map<number, InteractionDocument>,
  item: number,
  causes: number[],
): Reason[] | null {
  const reasons: Reason[] = causes.map((at) => {
    const cause = profile.items[at]!;
    return { kind: kindOf(seen.get(cause)), products: [new Types.ObjectId(served.productIds[cause])], users: [] };
  });
  const fans = served.ranker.followedFansOf(profile, item).slice(0, 3);
  if (fans.length > 0) {
    reasons.push({ kind: 'FOLLOWED', products: [], users: fans.map((user) => new Types.ObjectId(served.userIds[user])) });
  }
  return reasons.length > 0 ? reasons : null;
}

/** Why a product is recommended where no product and nobody can be named. */
function unnamed(likedByAlike: boolean): Reason {
  return { kind: likedByAlike ? 'TASTE' : 'POPULAR', products: [], users: [] };
}

function kindOf(interaction: InteractionDocument | undefined): ReasonKind {
  if (!interaction) return 'ALIKE';
  if (interaction.purchases > 0) return 'BOUGHT';
  return interaction.points === null ? 'VIEWED' : 'REVIEWED';
}
