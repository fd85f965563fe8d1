import type { Migration } from '../store/migrations.js';
import { deleteInBatches } from './in-batches.js';

/** Sessions of release 0.1.0 have ids that can be guessed: their users sign in again. */
export const earlierSessions: Migration = {
  description: 'ending sessions whose ids can be guessed',
  run: ({ connection }) => deleteInBatches(connection.collection('sessions'), { refreshHash: { $exists: true } }),
};
