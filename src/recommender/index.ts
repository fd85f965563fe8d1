export { buildDataset, wordsOf, type Dataset, type DatasetInput, type Observation } from './dataset.js';
export { type Profile } from './models/model.js';
export { Ranker, type Recommendation } from './serving.js';
export { trainRecommender, type TrainedRecommender } from './training.js';
