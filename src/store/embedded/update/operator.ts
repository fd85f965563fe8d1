/** What an update operator is to a field. */
import type { Value } from '../values/types.js';

/** What an operator makes of a field. */
export const unchanged = Symbol('unchanged');
export const removed = Symbol('removed');
/** A value, or one of the two symbols. */
export type Outcome = Value;

export interface Place {
  path: string;
  id: Value;
}

export interface Operator {
  /** Whether the field comes into being where it is missing. */
  creates: boolean;
  /** Whether a path through what holds no fields is refused, and not merely missing. */
  needsWay?: boolean;
  /** Takes undefined where the field is missing. */
  apply(current: Value, place: Place): Outcome;
}
