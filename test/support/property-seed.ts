/**
 * Property tests try the same cases in every run, so that a change is judged by what it changed. `PROPERTY_SEED=random` tries
 * cases that nobody has seen; a failure names its seed, and `PROPERTY_SEED=<seed>` tries it again.
 */
import fc from 'fast-check';

const seed = process.env['PROPERTY_SEED'] ?? '20261126';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
