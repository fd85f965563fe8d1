/** A page of a list as ranges of its index: what lies between two keys, each part bounded on both of its ends where it can be. */
import { Types } from 'mongoose';
import type { ListDefinition } from '../relay/connection.js';

type Order = ListDefinition['order'];
type Condition = Record<string, unknown>;

/**
 * The conditions for everything after one key and before another, in the list's order. Each names the fields it
 * ties with by equality and bounds the next one, so that an index on the order's fields reads nothing else: a
 * bound on the first field alone would read all rows that are equal in it.
 * @returns none where nothing can lie between the keys; one without conditions where there is no key
 */
export function rangesBetween(order: Order, after: readonly unknown[] | null, before: readonly unknown[] | null): Condition[] {
  if (!after && !before) return [{}];
  if (!after || !before) return after ? startingAfter(order, after, 0) : endingBefore(order, before!, 0);
  const at = order.findIndex((_, position) => compareValues(after[position], before[position]) !== 0);
  if (at === -1) return [];
  const [field, direction] = order[at]!;
  if (compareValues(after[at], before[at]) * direction > 0) return [];
  const between = { ...ties(order, after, at), [field]: { [toward(direction)]: after[at], [toward(-direction)]: before[at] } };
  return [...startingAfter(order, after, at + 1), between, ...endingBefore(order, before, at + 1)];
}

/** The longest tie first, since it follows the key most closely. */
function startingAfter(order: Order, key: readonly unknown[], from: number): Condition[] {
  return beyond(order, key, from, 1).reverse();
}

function endingBefore(order: Order, key: readonly unknown[], from: number): Condition[] {
  return beyond(order, key, from, -1);
}

function beyond(order: Order, key: readonly unknown[], from: number, side: 1 | -1): Condition[] {
  return order.slice(from).map(([field, direction], index) => ({
    ...ties(order, key, from + index),
    [field]: { [toward(direction * side)]: key[from + index] },
  }));
}

function ties(order: Order, key: readonly unknown[], count: number): Condition {
  return Object.fromEntries(order.slice(0, count).map(([field], position) => [field, key[position]]));
}

function toward(direction: number): '$gt' | '$lt' {
  return direction === 1 ? '$gt' : '$lt';
}

const kinds = ['null', 'number', 'string', 'ObjectId', 'boolean', 'Date'];

/** The store's order of the values that cursors hold. */
function compareValues(left: unknown, right: unknown): number {
  const [kind, otherKind] = [kindOf(left), kindOf(right)];
  if (kind !== otherKind) return kinds.indexOf(kind) - kinds.indexOf(otherKind);
  if (kind === 'string') return Buffer.compare(Buffer.from(left as string), Buffer.from(right as string));
  if (kind === 'ObjectId') return Buffer.compare((left as Types.ObjectId).id, (right as Types.ObjectId).id);
  return Number(left) - Number(right);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Types.ObjectId) return 'ObjectId';
  return value instanceof Date ? 'Date' : typeof value;
}
