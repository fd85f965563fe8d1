/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  orders: {
    what: 'Orders: buyer, products, prices, status',
    why: 'To deliver what was bought (contract), and for the books (legal obligation)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'The buyer and the merchant',
  },
};
