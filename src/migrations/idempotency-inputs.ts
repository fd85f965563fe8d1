import type { Migration } from '../store/migrations.js';
import { updateInBatches } from './in-batches.js';

/** Release 0.1.0 did not note what a key was used for. It is not used again: a retry across the upgrade is refused, and makes nothing twice. */
export const idempotencyInputs: Migration = {
  description: 'noting that the inputs of earlier idempotency keys are unknown',
  run: ({ connection }) =>
    updateInBatches(connection.collection('idempotency_keys'), { input: { $exists: false } }, { $set: { input: 'unknown' } }),
};
