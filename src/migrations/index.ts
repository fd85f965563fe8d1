/** What each release changed about stored documents, in order. A migration that was released stays as it is. */
import type { DataKeys } from '../data-keys.js';
import type { Migration } from '../store/migrations.js';
import { catalogueNames } from './catalogue-names.js';
import { earlierWriters } from './earlier-writers.js';
import { idempotencyInputs } from './idempotency-inputs.js';
import { listFilters } from './list-filters.js';
import { productAvailability } from './product-availability.js';
import { questionKeywords } from './question-keywords.js';
import { userSearchTerms } from './user-search-terms.js';
import { withClaims } from './with-claims.js';
import { withoutMongooseVersions } from './without-mongoose-versions.js';

/** @param keys those that seal addresses */
export function releaseMigrations(keys: DataKeys): readonly Migration[] {
  return [
    earlierWriters,
    withoutMongooseVersions,
    idempotencyInputs,
    withClaims(keys),
    productAvailability,
    questionKeywords,
    catalogueNames,
    userSearchTerms,
    listFilters,
  ];
}
