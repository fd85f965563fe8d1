/** The recommender that the API asks: the newest trained version, kept up to date, or a Gorse with that behind it. */
import { LRUCache } from 'lru-cache';
import { Types } from 'mongoose';
import { Counter } from 'prom-client';
import { interestIn, matchByText, Ranker, type Profile } from '../../recommender/index.js';
import { pointsPerStar } from '../../scoring/index.js';
import { historyOf, sessionOf, type InteractionDocument } from '../behaviour/index.js';
import { bestOfCategory, mostPopular, newestSince, ProductModel, type ProductDocument } from '../catalog/index.js';
import { followedBy } from '../social-graph/index.js';
import { privacySettingsOf } from '../user/index.js';
import { dismissedBy, variantOf, type VariantName } from './experiment.service.js';
import { GorseClient } from './gorse.client.js';
import { GorseSync } from './gorse-sync.js';
import type { SnapshotDocument } from './snapshot.model.js';
import { claimTraining, loadNewestSnapshot, newestSnapshot, type LoadedSnapshot } from './snapshot.store.js';
import { train, type TrainingProgress } from './trainer.js';
import { rawInteraction, termsOf } from './training-data.js';

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
  /** The random id that a stranger's client keeps, as with tracked events. */
  visitor: string | null;
  count: number;
  /** Products of the page or the cart that the recommendations should go with. */
  seeds: Types.ObjectId[];
  exclude: Types.ObjectId[];
}

export interface Recommendations {
  items: RecommendedItem[];
  variant: VariantName;
}

export interface RecommenderState {
  version: SnapshotDocument | null;
  training: boolean;
  progress: number;
}

export interface RecommenderOptions {
  /** The share of users who take part in the experiment's treatment, 0 to 1. */
  experimentShare: number;
  /** Milliseconds from one training to the next; 0 trains only when asked. */
  trainingInterval: number;
  /** A Gorse that recommends and compares; without one, this process does. */
  gorse: { url: string; apiKey: string | undefined } | null;
}

interface Served {
  snapshot: SnapshotDocument;
  ranker: Ranker;
  productIds: string[];
  userIds: string[];
  productNumbers: Map<string, number>;
  userNumbers: Map<string, number>;
}

/** What is known of whoever asks. */
interface Known {
  /** Whose taste it is; null for strangers, and for those who want to be met like one. */
  user: Types.ObjectId | null;
  history: InteractionDocument[];
  followees: Types.ObjectId[];
  dismissed: Types.ObjectId[];
}

const lookInterval = 5_000;
const reasonsGiven = 2;
/** How much relevance counts against variety in the diverse variant; measured in docs/recommender.md. */
const diverseLambda = 0.6;
const mostFresh = 50;
const freshKept = 10_000;
/** Every fifth place may go to a product that no model knows yet. */
const placesPerFresh = 5;
const leastFreshLikeness = 0.05;
const ownForFresh = 20;
const companionsConsidered = 200;

const fallbacks = new Counter({
  name: 'plaza_recommender_fallbacks_total',
  help: 'Recommendations that this process made because the Gorse in front of it did not answer.',
});

const nothingKnown: Known = { user: null, history: [], followees: [], dismissed: [] };

export class RecommenderService {
  private served: Served | null = null;
  private progress: number | null = null;
  private cancelled: AbortController | null = null;
  private looking: NodeJS.Timeout | null = null;
  private readonly stopped = new AbortController();
  private readonly fresh = new LRUCache<string, ProductDocument[]>({ max: 1, ttl: freshKept });
  private readonly gorse: GorseClient | null;
  private readonly sync: GorseSync | null;

  /** @param warn told what went wrong while the service goes on with what it has */
  constructor(
    private readonly warn: (message: string) => void,
    private readonly options: RecommenderOptions = { experimentShare: 0, trainingInterval: 0, gorse: null },
  ) {
    this.gorse = options.gorse && new GorseClient(options.gorse);
    this.sync = this.gorse && new GorseSync(this.gorse, warn);
  }

  /** Loads the newest version and keeps looking for newer ones. */
  async start(): Promise<void> {
    await this.reload();
    this.looking = setInterval(() => void this.look(), lookInterval).unref();
    this.sync?.start();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    if (this.looking) clearInterval(this.looking);
    await this.sync?.stop();
  }

  /** Brings the Gorse up to date now; without one, there is nothing to do. */
  async syncNow(): Promise<void> {
    await this.sync?.run();
  }

  state(): RecommenderState {
    return { version: this.served?.snapshot ?? null, training: this.progress !== null, progress: this.progress ?? 1 };
  }

  /** Trains on everything the store has and serves the result. One training runs at a time in a process. */
  async train(onProgress: TrainingProgress = () => {}): Promise<SnapshotDocument | null> {
    if (this.progress !== null) return this.served?.snapshot ?? null;
    this.progress = 0;
    this.cancelled = new AbortController();
    try {
      const version = await train(
        (share, what) => {
          this.progress = share;
          onProgress(share, what);
        },
        AbortSignal.any([this.stopped.signal, this.cancelled.signal]),
      );
      await this.reload();
      return version;
    } finally {
      this.progress = null;
    }
  }

  /** Ends the training that runs in this process; the version that serves goes on serving. */
  cancelTraining(): void {
    this.cancelled?.abort();
  }

  /** The same, for those who need not wait: what goes wrong is warned of. */
  async trainInBackground(): Promise<void> {
    try {
      await this.train();
    } catch (error) {
      if (!this.stopped.signal.aborted && !this.cancelled?.signal.aborted) this.warn(`training failed: ${(error as Error).message}`);
    }
  }

  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const known = await knownOf(request);
    const variant = variantOf(known.user, this.options.experimentShare);
    const exclude = [...request.exclude, ...known.dismissed];
    const { served } = this;
    if (!served) return { variant, items: await popular({ ...request, exclude }) };
    const ranked = (await this.rankedByGorse(request, known, exclude)) ?? this.rank(served, request, known, exclude, variant);
    return { variant, items: await this.withFresh(served, ranked, request, known, exclude) };
  }

  private rank(
    served: Served,
    { count, seeds }: RecommendationRequest,
    known: Known,
    exclude: Types.ObjectId[],
    variant: VariantName,
  ): RecommendedItem[] {
    const { ranker, productNumbers } = served;
    const scene = sceneOf(served, known, seeds);
    const settled = [...scene.seen].filter(([, { purchases, points }]) => purchases > 0 || points !== null).map(([number]) => number);
    const excluded = [...settled, ...numbersOf(productNumbers, seeds), ...numbersOf(productNumbers, exclude)];
    const best = ranker.recommend(scene.profile, count, excluded);
    const list = variant === 'diverse' ? ranker.diversified(best, diverseLambda, count) : best;
    const explain = explainerOf(served, scene);
    return list.map(({ item, score }) => ({
      product: new Types.ObjectId(served.productIds[item]),
      score,
      reasons: explain(item),
      modelVersion: served.snapshot._id.toHexString(),
    }));
  }

  /** What a Gorse says to somebody it knows; null where it is not asked or does not answer. The reasons are still our own. */
  private async rankedByGorse(request: RecommendationRequest, known: Known, exclude: Types.ObjectId[]): Promise<RecommendedItem[] | null> {
    const { served, gorse } = this;
    if (!served || !gorse || !known.user || request.seeds.length > 0 || known.history.length === 0) return null;
    try {
      const ids = await gorse.recommend(known.user.toHexString(), request.count);
      if (ids.length === 0) return null;
      const scene = sceneOf(served, known, []);
      const explain = explainerOf(served, scene);
      const settled = known.history.filter(({ purchases, points }) => purchases > 0 || points !== null).map(({ product }) => product);
      const excluded = new Set([...exclude, ...settled].map(String));
      return ids
        .filter((id) => /^[0-9a-f]{24}$/.test(id) && !excluded.has(id))
        .map((id, at) => {
          const number = served.productNumbers.get(id);
          return {
            product: new Types.ObjectId(id),
            score: 1 / (1 + at),
            reasons: number === undefined ? [unnamed(true)] : explain(number),
            modelVersion: 'gorse',
          };
        });
    } catch (error) {
      this.fallBack(error);
      return null;
    }
  }

  private fallBack(error: unknown): void {
    fallbacks.inc();
    this.warn(`Gorse did not answer, and this process recommends itself: ${(error as Error).message}`);
  }

  /** Products that came after the training find their place by their text, beside what the user likes. */
  private async withFresh(
    served: Served,
    ranked: RecommendedItem[],
    { seeds }: RecommendationRequest,
    { history }: Known,
    exclude: Types.ObjectId[],
  ): Promise<RecommendedItem[]> {
    const fresh = await this.freshProducts(served);
    const ownIds = [...seeds, ...history.filter(isInterest).map(({ product }) => product)].slice(0, ownForFresh);
    if (fresh.length === 0 || ownIds.length === 0) return ranked;
    const taken = new Set(
      [...exclude, ...seeds, ...history.map(({ product }) => product), ...ranked.map(({ product }) => product)].map(String),
    );
    const candidates = fresh.filter(({ _id }) => !taken.has(_id.toHexString()));
    const own = (await ProductModel.find({ _id: { $in: ownIds } }).lean()) as ProductDocument[];
    const interactions = new Map(history.map((one) => [one.product.toHexString(), one]));
    const additions = matchByText(own.map(plainTerms), candidates.map(plainTerms), served.ranker.vocabulary)
      .filter(({ similarity }) => similarity >= leastFreshLikeness)
      .map(({ candidate, own: at }): RecommendedItem => {
        const cause = own[at]!._id;
        const reason: Reason = { kind: kindOf(interactions.get(cause.toHexString())), products: [cause], users: [] };
        return { product: candidates[candidate]!._id, score: 0, reasons: [reason], modelVersion: served.snapshot._id.toHexString() };
      });
    return interleave(ranked, additions);
  }

  private async freshProducts({ snapshot, productNumbers }: Served): Promise<ProductDocument[]> {
    const key = snapshot._id.toHexString();
    let fresh = this.fresh.get(key);
    if (!fresh) this.fresh.set(key, (fresh = await newestSince(snapshot.createdAt, mostFresh)));
    return fresh.filter(({ _id }) => !productNumbers.has(_id.toHexString()));
  }

  /** Products that go with one product: by the models, or by text where the product is newer than the training. */
  async similarTo(product: ProductDocument, count: number): Promise<Types.ObjectId[]> {
    if (this.gorse) {
      try {
        const ids = await this.gorse.neighbours(product._id.toHexString(), count);
        if (ids.length > 0) return ids.filter((id) => /^[0-9a-f]{24}$/.test(id)).map((id) => new Types.ObjectId(id));
      } catch (error) {
        this.fallBack(error);
      }
    }
    const trained = this.companionsOf(product._id, (ranker, number) => ranker.similarTo(number, count).map(({ item }) => item));
    return trained.length > 0 ? trained : similarByText(product, count, this.served?.ranker);
  }

  /** Products that the same people bought; none while nothing is trained or the product is newer than the training. */
  boughtWith(product: Types.ObjectId, count: number): Types.ObjectId[] {
    return this.companionsOf(product, (ranker, number) => ranker.boughtWith(number, count));
  }

  private companionsOf(product: Types.ObjectId, find: (ranker: Ranker, number: number) => number[]): Types.ObjectId[] {
    const { served } = this;
    const number = served?.productNumbers.get(product.toHexString());
    if (!served || number === undefined) return [];
    return find(served.ranker, number).map((item) => new Types.ObjectId(served.productIds[item]));
  }

  private async look(): Promise<void> {
    try {
      const newest = await newestSnapshot();
      if (newest && !newest._id.equals(this.served?.snapshot._id)) await this.reload();
      await this.trainWhenDue(newest?.createdAt ?? null);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.warn(`looking for a newer model failed: ${(error as Error).message}`);
    }
  }

  /** One of all processes trains, and the others take up what it leaves. */
  private async trainWhenDue(trainedAt: Date | null): Promise<void> {
    const { trainingInterval } = this.options;
    if (trainingInterval === 0 || this.progress !== null || !trainedAt) return;
    if (Date.now() - trainedAt.getTime() < trainingInterval) return;
    if (await claimTraining()) await this.train();
  }

  private async reload(): Promise<void> {
    const loaded = await loadNewestSnapshot((version) => this.warn(`model ${version} is damaged and is not used`));
    if (loaded) this.served = serve(loaded);
  }
}

/** Whoever does not want recommendations that follow from what they do is met like a stranger; what they dismissed stays away. */
async function knownOf({ user, visitor }: RecommendationRequest): Promise<Known> {
  if (!user) return visitor ? { ...nothingKnown, history: await sessionOf(visitor) } : nothingKnown;
  const [{ personalise }, dismissed, history, followees] = await Promise.all([
    privacySettingsOf(user),
    dismissedBy(user),
    historyOf(user),
    followedBy(user),
  ]);
  return personalise ? { user, history, followees, dismissed } : { ...nothingKnown, dismissed };
}

/** What is there before the first training: the best-scored products. */
async function popular({ count, exclude, seeds }: RecommendationRequest): Promise<RecommendedItem[]> {
  const products = await mostPopular(count, [...exclude, ...seeds]);
  return products.map(({ _id, score }) => ({
    product: _id,
    score,
    reasons: [{ kind: 'POPULAR', products: [], users: [] }],
    modelVersion: null,
  }));
}

async function similarByText(product: ProductDocument, count: number, ranker?: Ranker): Promise<Types.ObjectId[]> {
  const others = (await bestOfCategory(product.category, companionsConsidered)).filter(({ _id }) => !_id.equals(product._id));
  return matchByText([plainTerms(product)], others.map(plainTerms), ranker?.vocabulary)
    .slice(0, count)
    .map(({ candidate }) => others[candidate]!._id);
}

function plainTerms(product: ProductDocument): string[] {
  return termsOf(product, '');
}

function isInterest({ points, purchases, carts, views }: InteractionDocument): boolean {
  return points === null ? purchases + carts + views > 0 : points >= 3 * pointsPerStar;
}

/** A new product's score lies between those of its neighbours in the list. */
function interleave(ranked: RecommendedItem[], additions: RecommendedItem[]): RecommendedItem[] {
  const mixed: RecommendedItem[] = [];
  for (const item of ranked) {
    if (mixed.length % placesPerFresh === placesPerFresh - 1) {
      const addition = additions.shift();
      if (addition) mixed.push({ ...addition, score: item.score });
    }
    mixed.push(item);
  }
  return [...mixed, ...additions.map((addition) => ({ ...addition, score: mixed.at(-1)?.score ?? 0 }))];
}

interface Scene {
  profile: Profile;
  seen: Map<number, InteractionDocument>;
}

function sceneOf(served: Served, { history, followees }: Known, seedIds: Types.ObjectId[]): Scene {
  const seen = new Map<number, InteractionDocument>();
  for (const interaction of history) {
    const number = served.productNumbers.get(interaction.product.toHexString());
    if (number !== undefined) seen.set(number, interaction);
  }
  const seeds = numbersOf(served.productNumbers, seedIds);
  return { seen, profile: profileFor(seen, seeds, numbersOf(served.userNumbers, followees), Date.now()) };
}

function explainerOf(served: Served, { profile, seen }: Scene): (item: number) => Reason[] {
  const explain = served.ranker.explain(profile);
  const likedByAlike = served.ranker.likedByAlike(profile);
  return (item) => reasonsFor(served, profile, seen, item, explain(item, reasonsGiven)) ?? [unnamed(likedByAlike(item))];
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
function profileFor(seen: Map<number, InteractionDocument>, seeds: number[], follows: number[], now: number): Profile {
  const share = seeds.length > 0 ? 1 / 3 : 1;
  const own = [...seen].filter(([item]) => !seeds.includes(item));
  const entries = [
    ...seeds.map((item) => ({ item, strength: 1, liked: 1, rating: null })),
    ...own.map(([item, interaction]) => {
      const { strength, liked } = interestIn(rawInteraction(interaction), now);
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
