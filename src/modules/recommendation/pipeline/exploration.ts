/**
 * Exploration: one place of a list goes to a product that came lately and that few have seen. Only users in the `exploring` variant
 * get such lists, and none of them does once their clicks fall behind those of the control.
 */
import { createHash } from 'node:crypto';
import type { Types } from 'mongoose';
import { chooseToExplore, isWorthExploring, meanRate, randomNumbers, type Showings } from '../../../recommender/index.js';
import type { Logger } from '../../../log.js';
import { dependsOnMoment } from '../../../store/cache/reads.js';
import type { CatalogVerbs, ProductDocument } from '../../catalog/index.js';
import type { ExperimentService } from '../experiment/experiment.service.js';
import type { LoadedModel } from './loaded-model.js';
import { alikeInText } from './mix.js';
import type { RecommendationRequest, RecommendedItem } from './recommendation.js';
import type { ViewerContext } from './viewer-context.js';

const day = 24 * 60 * 60 * 1000;
/** What came within so many days may be explored, the latest of it. */
const newForDays = 30;
const maxNew = 200;
/** The place that it gets, from 0; shorter lists do not explore. */
const place = 4;
/** What stands in so many places needs no other. */
const usuallySeen = 10;
/** Milliseconds after which it is looked at again what came of it. */
const lookAgainAfter = 10 * 60 * 1000;
/** At most so likely is it that exploration is stopped though it costs nothing. */
const significance = 0.05;

interface ExplorationDependencies {
  catalog: CatalogVerbs;
  experiments: ExperimentService;
  log: Logger;
}

interface Findings {
  products: ProductDocument[];
  showings: ReadonlyMap<string, Showings>;
  mean: number;
  /** Whether users who are shown new products click on less. */
  isHarmful: boolean;
}

export class Exploration {
  private findings: Promise<Findings> | null = null;
  private readAt = 0;
  private wasHarmful = false;

  constructor(private readonly dependencies: ExplorationDependencies) {}

  /** Puts a product that is worth exploring into a list, where there is one for the viewer: the same all day, unless more is known. */
  async mixInto(
    ranked: RecommendedItem[],
    model: LoadedModel,
    request: RecommendationRequest,
    viewer: ViewerContext,
  ): Promise<RecommendedItem[]> {
    if (!viewer.user || ranked.length <= place) return ranked;
    dependsOnMoment();
    const { products, showings, mean, isHarmful } = await this.current();
    if (isHarmful) return ranked;
    const showingsOf = ({ product }: { product: Types.ObjectId }): Showings =>
      showings.get(product.toHexString()) ?? { shown: 0, clicked: 0 };
    const listed = new Set(ranked.slice(0, usuallySeen).map(({ product }) => product.toHexString()));
    const unknown = products.filter(({ _id }) => !listed.has(_id.toHexString()) && isWorthExploring(showingsOf({ product: _id }), mean));
    const alike = await alikeInText(unknown, this.dependencies.catalog, model, request, viewer);
    const best = alike[0]?.similarity ?? 1;
    const candidates = alike.map((match) => ({ ...showingsOf(match.item), fit: match.similarity / best }));
    const chosen = chooseToExplore(candidates, mean, randomOf(viewer.user));
    if (chosen === null) return ranked;
    const { item } = alike[chosen]!;
    const others = ranked.filter(({ product }) => !product.equals(item.product));
    return [...others.slice(0, place), { ...item, score: others[place]?.score ?? 0 }, ...others.slice(place)].slice(0, request.count);
  }

  private current(): Promise<Findings> {
    if (this.findings && Date.now() - this.readAt < lookAgainAfter) return this.findings;
    this.readAt = Date.now();
    const findings = this.read();
    findings.catch(() => (this.findings = null));
    return (this.findings = findings);
  }

  private async read(): Promise<Findings> {
    const { catalog, experiments, log } = this.dependencies;
    const products = await catalog.newestSince(new Date(Date.now() - newForDays * day), maxNew);
    const ids = products.map(({ _id }) => _id);
    const [showings, { comparisons }] = await Promise.all([experiments.showingsOf(ids, newForDays), experiments.report(newForDays)]);
    const compared = comparisons.find(({ treatment }) => treatment === 'exploring');
    const isHarmful = compared !== undefined && compared.clickRateDifference < 0 && compared.alwaysValidP < significance;
    if (isHarmful !== this.wasHarmful) log.warn({ ...compared }, isHarmful ? 'exploration costs clicks and rests' : 'exploration goes on');
    this.wasHarmful = isHarmful;
    return { products, showings, mean: meanRate(showings.values()), isHarmful };
  }
}

/** The same for a user all day, on every process. */
function randomOf(user: Types.ObjectId): () => number {
  const hash = createHash('sha256').update(`exploration ${user.toHexString()} ${Math.floor(Date.now() / day)}`);
  return randomNumbers(hash.digest().readUInt32BE());
}
