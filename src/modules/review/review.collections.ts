/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  reviews: {
    what: 'Reviews: ratings, text, images, the merchant’s answer',
    why: 'To publish them (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Everybody, unless hidden',
  },
  review_revisions: {
    what: 'Earlier versions of reviews',
    why: 'To show what was changed (legitimate interest)',
    retention: 'until the account is deleted',
    seenBy: 'Everybody, unless they were hidden',
  },
  review_votes: {
    what: 'Votes on reviews',
    why: 'To rank reviews (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'The person alone; everybody sees sums',
  },
  product_topics: { none: 'Topics of a product’s reviews: positions of sentences in reviews, without their text.' },
  category_tallies: { none: 'Sums of ratings of a category.' },
};
