export { fold } from './folding.js';
export { allTermsOf, queryOf, termsOf, type QueryTerm, type QueryWord } from './words.js';
export { keywordsOf } from './keywords.js';
