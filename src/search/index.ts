export { fold } from './folding.js';
export { allTermsOf, queryOf, type QueryTerm, type QueryWord } from './words.js';
export { keywordsOf } from './keywords.js';
