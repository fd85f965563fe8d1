import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { OrderVerbs } from '../order/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { experimentModels } from './experiment/experiment.model.js';
import { ExperimentService } from './experiment/experiment.service.js';
import { GorseCandidates } from './gorse/gorse-candidates.js';
import { GorseClient, type GorseOptions } from './gorse/gorse.client.js';
import { gorseModels } from './gorse/gorse.model.js';
import { GorseSync } from './gorse/gorse-sync.js';
import { RecommenderService } from './pipeline/recommender.service.js';
import { ProductCompanionsResolver } from './resolvers/companions.resolver.js';
import { RecommendationFeedbackResolver } from './resolvers/feedback.resolver.js';
import { RecommendationReasonResolver, ViewerRecommendationsResolver } from './resolvers/recommendation.resolver.js';
import { RecommenderEvaluationResolver } from './resolvers/evaluation.resolver.js';
import { TrainingResolver } from './resolvers/training.resolver.js';
import { Snapshots } from './training/snapshots.js';
import { Trainer } from './training/trainer.js';
import { trainingModels } from './training/training.model.js';
import { TrainingService } from './training/training.service.js';
import { collections } from './recommendation.collections.js';
import { RecommendationMetrics } from './recommendation-metrics.js';

export interface RecommendationOptions {
  /** The share of users who get the experiment's treatment, 0 to 1. */
  experimentShare: number;
  /** The share of users who are shown new products that few have seen, 0 to 1. */
  explorationShare: number;
  /** Whether nobody's behaviour is learnt from until they agreed. */
  consentRequired: boolean;
  /** Milliseconds from one training to the next; 0 trains only when asked. */
  trainingInterval: number;
  /** Milliseconds that impressions and what came of them are kept. */
  impressionRetention: number;
  /** Milliseconds from a click on a recommendation to an order that counts as following from it. */
  attributionWindow: number;
  /** A Gorse that recommends and compares; without one, this process does. */
  gorse: GorseOptions | null;
}

interface RecommendationDependencies {
  orders: OrderVerbs;
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Recommendations, the training behind them, and what viewers do with them. */
export function recommendationModule(foundation: Foundation, dependencies: RecommendationDependencies, options: RecommendationOptions) {
  const { users, catalog, behaviour } = dependencies;
  const { models, experiments } = experimentParts(foundation, behaviour, options);
  const metrics = new RecommendationMetrics(foundation.metrics);
  const { trainer, training } = trainingParts(foundation, metrics, options);
  metrics.showModel(() => training.state().version);
  const gorse = options.gorse && gorseParts(foundation, dependencies, options.gorse);
  const recommender = new RecommenderService({
    ...dependencies,
    experiments,
    training,
    metrics,
    gorse: gorse?.candidates ?? null,
    experimentShare: options.experimentShare,
    explorationShare: options.explorationShare,
    log: foundation.log,
  });
  return describeModule({
    name: 'recommendation',
    collections,
    resolvers: [
      new RecommendationReasonResolver(catalog, users),
      new ViewerRecommendationsResolver(recommender, catalog, behaviour),
      new ProductCompanionsResolver({ recommender, catalog, behaviour }),
      new RecommendationFeedbackResolver(experiments, behaviour),
      new TrainingResolver(training),
      new RecommenderEvaluationResolver(training),
    ],
    on: {
      orderStatusChanged: (change, event) => experiments.attributeOrder(change, event),
      recommendationsShown: (change, { impressions, onCounted }) => experiments.recordShown(change, impressions).then(onCounted),
      trackingWithdrawn: (change, event) => experiments.forget(change, event),
    },
    personalData: [
      ...(gorse ? [gorse.sync.personalData] : []),
      ownedDocuments({ name: 'recommendationImpressions', model: models.impressions, owner: 'user', erase: 'DELETE' }),
      ownedDocuments({ name: 'recommendationOutcomes', model: models.outcomes, owner: 'user', erase: 'DELETE' }),
      ownedDocuments({ name: 'dismissals', model: models.dismissals, owner: 'user', erase: 'DELETE' }),
    ],
    workers: [training.worker, ...(gorse ? [gorse.sync.worker] : [])],
    verbs: {
      ...verbs(experiments, ['importImpressions']),
      ...verbs(trainer, ['searchParameters']),
      ...verbs(training, ['evaluate', 'state', 'train']),
    },
  });
}

function experimentParts({ database, realtime }: Foundation, behaviour: BehaviourVerbs, options: RecommendationOptions) {
  const models = experimentModels(database, options.impressionRetention);
  const { attributionWindow } = options;
  return { models, experiments: new ExperimentService({ models, realtime, behaviour, attributionWindow }) };
}

function trainingParts(
  { database, log }: Foundation,
  metrics: RecommendationMetrics,
  { trainingInterval, consentRequired }: RecommendationOptions,
) {
  const models = trainingModels(database);
  const snapshots = new Snapshots(models, database.uri);
  const trainer = new Trainer({ log, source: { storeUri: database.uri, consentRequired }, models });
  return { trainer, training: new TrainingService({ trainer, snapshots, metrics, log, interval: trainingInterval }) };
}

function gorseParts(
  { database, log, metrics }: Foundation,
  { users, catalog, behaviour }: RecommendationDependencies,
  options: GorseOptions,
) {
  const gorse = new GorseClient(options);
  const sync = new GorseSync({ gorse, models: gorseModels(database), users, catalog, behaviour, log });
  return { sync, candidates: new GorseCandidates(gorse, log, metrics) };
}
