/** What was done before a moment, to learn from, and what was done after it, to be found. */
import type { ObservationColumns } from './dataset.js';
import { likedFlag } from './dataset.js';
import { matrixOfCells, type SparseMatrix } from './sparse-matrix.js';

export interface TemporalSplit {
  train: ObservationColumns;
  /** Users by items: what was liked afterwards. */
  heldOut: SparseMatrix;
}

/**
 * A split of all observations at one moment, as a shop meets it: no model sees the future of anybody. Source: L. Meng et al.,
 * "Exploring data splitting strategies for the evaluation of recommendation models", 2020 (temporal global split).
 * @param share of the observations that come after the moment, about; those of the same time stay together
 * @returns null where there is nothing to learn from, or nothing to find
 */
export function splitByTime(columns: ObservationColumns, users: number, items: number, share: number): TemporalSplit | null {
  const times = columns.times.filter((at) => !Number.isNaN(at)).sort();
  const moment = times[Math.max(0, Math.ceil(times.length * (1 - share)) - 1)];
  if (moment === undefined) return null;
  const places = Array.from(columns.users.keys());
  const later = places.filter((at) => columns.times[at]! > moment && (columns.flags[at]! & likedFlag) !== 0);
  const earlier = places.filter((at) => !(columns.times[at]! > moment));
  if (later.length === 0 || earlier.length === 0) return null;
  const pick = (of: Uint32Array): Uint32Array => Uint32Array.from(later, (at) => of[at]!);
  const cells = { rows: pick(columns.users), columns: pick(columns.items), values: new Float32Array(later.length).fill(1) };
  return { train: columnsAt(columns, earlier), heldOut: matrixOfCells(users, items, cells) };
}

function columnsAt(columns: ObservationColumns, places: readonly number[]): ObservationColumns {
  return {
    users: Uint32Array.from(places, (at) => columns.users[at]!),
    items: Uint32Array.from(places, (at) => columns.items[at]!),
    strengths: Float32Array.from(places, (at) => columns.strengths[at]!),
    ratings: Float32Array.from(places, (at) => columns.ratings[at]!),
    times: Float64Array.from(places, (at) => columns.times[at]!),
    flags: Uint8Array.from(places, (at) => columns.flags[at]!),
  };
}
