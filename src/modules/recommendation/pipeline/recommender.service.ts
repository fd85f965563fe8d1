/** The pipeline: who asks, candidates, filter, explain, mix. */
import type { Types } from 'mongoose';
import type { Logger } from '../../../log.js';
import type { BehaviourVerbs } from '../../behaviour/index.js';
import type { CatalogVerbs, ProductDocument } from '../../catalog/index.js';
import type { OrderVerbs } from '../../order/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import type { UserVerbs } from '../../user/index.js';
import { variantOf, type ExperimentService, type VariantName } from '../experiment/experiment.service.js';
import type { RecommendationMetrics } from '../recommendation-metrics.js';
import type { TrainingService } from '../training/training.service.js';
import { firstAnswer, localCandidates, type CandidateSource } from './candidates.js';
import { explain } from './explain.js';
import { Exploration } from './exploration.js';
import { available } from './filter.js';
import type { LoadedModel } from './loaded-model.js';
import { FreshProducts } from './mix.js';
import type { RecommendationRequest, RecommendedItem } from './recommendation.js';
import { modelledViewer, viewerContext, type ViewerContext } from './viewer-context.js';

export interface Recommendations {
  items: RecommendedItem[];
  variant: VariantName;
  /** Whether it may be stored what was shown to the viewer. */
  tracked: boolean;
}

interface RecommenderDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
  orders: OrderVerbs;
  experiments: ExperimentService;
  training: TrainingService;
  metrics: RecommendationMetrics;
  /** Asked before the models of this process; null without one. */
  gorse: CandidateSource | null;
  /** The share of users who get the experiment's treatment, 0 to 1. */
  experimentShare: number;
  /** The share of users who are shown new products, 0 to 1. */
  explorationShare: number;
  log: Logger;
}

/** Some of what is ranked may be out of stock. */
const spare = 2;

export class RecommenderService {
  private readonly sources: readonly CandidateSource[];
  private readonly fresh: FreshProducts;
  private readonly exploration: Exploration;

  constructor(private readonly dependencies: RecommenderDependencies) {
    const { gorse, catalog } = dependencies;
    this.sources = gorse ? [gorse, localCandidates] : [localCandidates];
    this.fresh = new FreshProducts(catalog);
    this.exploration = new Exploration(dependencies);
  }

  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const { experiments, training, metrics, experimentShare, explorationShare } = this.dependencies;
    const dismissedBy = (user: Types.ObjectId): Promise<Types.ObjectId[]> => experiments.dismissedBy(user);
    const viewer = await viewerContext({ ...this.dependencies, dismissedBy }, request);
    const variant = variantOf(viewer.user, experimentShare, explorationShare);
    const { model } = training;
    const wide = { ...request, count: spare * request.count };
    const ranked = model ? await this.ranked(wide, viewer, model, variant) : await this.popular(wide, viewer);
    const best = (await available(ranked, request)).slice(0, request.count);
    const items = model && variant === 'exploring' ? await this.exploration.mixInto(best, model, request, viewer) : best;
    metrics.answered(items);
    return { variant, tracked: viewer.tracked, items };
  }

  private async ranked(
    request: RecommendationRequest,
    viewer: ViewerContext,
    model: LoadedModel,
    variant: VariantName,
  ): Promise<RecommendedItem[]> {
    const found = await firstAnswer(this.sources, (source) => source.candidatesFor({ request, viewer, model, variant }));
    if (!found) return [];
    const explained = explain(found.answer, model, modelledViewer(model, viewer, request.seeds), found.source.versionOf(model));
    return this.fresh.mixInto(explained, model, request, viewer);
  }

  /** Before the first training: the best-scored products. */
  private async popular({ count, exclude, seeds, user }: RecommendationRequest, { excluded }: ViewerContext): Promise<RecommendedItem[]> {
    const products = await this.dependencies.catalog.mostPopular(count, [...exclude, ...excluded, ...seeds], user);
    return products.map(({ _id, score }) => ({
      product: _id,
      score,
      reasons: [{ kind: 'POPULAR', products: [], users: [] }],
      modelVersion: null,
    }));
  }

  /** Products that go with one product: by the models, or by text where the product is newer than the training. */
  async similarTo(product: ProductDocument, count: number): Promise<Types.ObjectId[]> {
    const { model } = this.dependencies.training;
    const found = await firstAnswer(this.sources, (source) => source.similarTo(product._id, count, model));
    return found?.answer ?? this.fresh.similarByText(product, count, model);
  }

  /** Products that the same people bought; none while nothing is trained or the product is newer than the training. */
  boughtWith(product: Types.ObjectId, count: number): Types.ObjectId[] {
    const { model } = this.dependencies.training;
    const number = model?.numberOf(product);
    if (!model || number === undefined) return [];
    return model.ranker.boughtWith(number, count).map((item) => model.productAt(item));
  }
}
