export { wordsOf } from './dataset.js';
export { matchByText } from './fresh-items.js';
export { type Profile } from './models/model.js';
export { defaultParameters, type HyperParameters } from './parameters.js';
export { interestIn, type PreprocessingReport, type RawInteraction } from './preprocessing.js';
export { type SearchResult } from './search.js';
export { Ranker } from './serving.js';
export { packInteractions } from './raw-interactions.js';
