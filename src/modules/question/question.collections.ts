/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  questions: {
    what: 'Questions about products',
    why: 'To publish them (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Everybody, unless hidden',
  },
  answers: {
    what: 'Answers to questions',
    why: 'To publish them (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'Everybody, unless hidden',
  },
  answer_votes: {
    what: 'Votes on answers',
    why: 'To rank answers (contract)',
    retention: 'until the account is deleted, then without its author',
    seenBy: 'The person alone; everybody sees sums',
  },
};
