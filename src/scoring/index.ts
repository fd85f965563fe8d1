export {
  addToTally,
  aspects,
  emptyTally,
  overallPoints,
  pointsPerStar,
  reviewWeight,
  starsOf,
  summarise,
  tallyOf,
  wilsonLowerBound,
  type Aspect,
  type AspectRatings,
  type RatedReview,
  type RatingSummary,
  type RatingTally,
} from './product-score.js';
export { signsOfText, spamScore } from './spam-score.js';
export { userSimilarity, type SimilarityMetricName, type TasteVector } from './user-similarity.js';
export { alwaysValidP, wilsonInterval, type ProportionInterval } from './experiment.js';
export { agreement, leastShared, verdictOf } from './like-minded.js';
