export { fold } from './folding.js';
export { allTermsOf, queryOf, type QueryTerm } from './words.js';
export { keywordsOf } from './keywords.js';
