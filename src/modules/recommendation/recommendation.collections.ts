/** What each collection holds on people; docs/privacy.md is made from it. */
import type { Collections } from '../personal-data.js';

export const collections: Collections = {
  recommendation_impressions: {
    what: 'Which recommendations were shown to which users',
    why: 'To measure recommendations (consent to tracking)',
    retention: '`IMPRESSION_RETENTION`; without consent nobody’s',
    seenBy: 'The person alone; administrators see sums',
  },
  recommendation_outcomes: {
    what: 'What users did with recommendations',
    why: 'To measure recommendations (consent to tracking)',
    retention: '`IMPRESSION_RETENTION`; without consent nobody’s',
    seenBy: 'The person alone; administrators see sums',
  },
  dismissals: {
    what: 'Products that a user does not want to see recommended',
    why: 'To leave them out (contract)',
    retention: 'until the account is deleted',
    seenBy: 'The person alone',
  },
  model_snapshots: { none: 'Figures about trainings.' },
  model_snapshot_chunks: {
    what: 'Trained models, which know users by their IDs',
    why: 'For recommendations (consent to personalisation)',
    retention: 'until the next training but one',
    seenBy: 'Nobody',
  },
  model_parameters: { none: 'Settings of the recommender.' },
  model_evaluations: { none: 'Figures about how well the recommender does.' },
  training_claims: { none: 'Which process trains.' },
  gorse_cursors: { none: 'How far Gorse has been told.' },
  gorse_forgotten: {
    what: 'IDs of users that Gorse has yet to delete',
    why: 'To erase them there (legal obligation)',
    retention: 'until Gorse answers',
    seenBy: 'Nobody',
  },
};
