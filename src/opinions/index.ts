export { aspectNamed, isAspect, labelOf } from './aspects.js';
export { digestOf, digestVersion, type ReviewDigest } from './digest.js';
export { languages, type Language } from './language.js';
export { reasonsOf, type OpinionReason } from './reasons.js';
export { maxTopics, topicsOf, type DigestedReview, type Topic } from './topics.js';
