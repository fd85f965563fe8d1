export { importImpressions } from './experiment.service.js';
export { RecommenderService } from './recommender.service.js';
export {
  RecommendationReasonResolver,
  RecommendedProductResolver,
  SimilarProductsResolver,
  ViewerRecommendationsResolver,
} from './recommendation.resolver.js';
export { searchOnStore, train } from './trainer.js';
