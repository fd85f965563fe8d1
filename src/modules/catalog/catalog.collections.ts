/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  products: {
    what: 'Products, with their merchant',
    why: 'To sell them (contract)',
    retention: 'until the product is deleted; after the merchant’s account without the merchant',
    seenBy: 'Everybody',
  },
  categories: { none: 'The shop’s departments.' },
  search_engine_leases: { none: 'Which process tells the search engine of changes.' },
};
