export { strengthOfRating, wordsOf, type DatasetInput, type Observation } from './dataset.js';
export { type Profile } from './models/model.js';
export { Ranker } from './serving.js';
export { type TrainedRecommender } from './training.js';
