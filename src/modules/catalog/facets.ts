/** What a search could be narrowed by, as the API shows it. */
import type { Types } from 'mongoose';
import type { FacetCounts } from './search/facet-counts.js';

export interface Facets extends Omit<FacetCounts, 'categories'> {
  categories: { category: Types.ObjectId; count: number }[];
}
