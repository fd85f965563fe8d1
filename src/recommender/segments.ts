/** Parts of the users and items that are reported apart, since a mean over all hides how each of them fares. */
import type { Dataset } from './dataset.js';
import type { ItemGroups } from './exposure.js';
import { ndcg, recall } from './metrics.js';

/**
 * New users and items have nothing in the training data. Of the other users, the light ones have at most the median number of
 * observations of those who are tested. Of the other items, the head are the fewest with half of all likes.
 */
export const segmentNames = ['NEW_USERS', 'LIGHT_USERS', 'HEAVY_USERS', 'HEAD_ITEMS', 'TAIL_ITEMS', 'NEW_ITEMS'] as const;
export type SegmentName = (typeof segmentNames)[number];

export interface Segment {
  name: SegmentName;
  /** The places, among the tested users, of those who have anything to find in it. */
  places: number[];
  /** What of each of them is to be found, by the same order. */
  relevant: ReadonlySet<number>[];
}

/** @param tested users who have something to find, and what that is */
export function segmentsOf(
  { strengths }: Dataset,
  { head, tail, cold }: ItemGroups,
  tested: readonly { user: number; relevant: ReadonlySet<number> }[],
): Segment[] {
  const sizes = tested.map(({ user }) => strengths.offsets[user + 1]! - strengths.offsets[user]!);
  const known = sizes.filter((size) => size > 0).sort((a, b) => a - b);
  const median = known[Math.floor((known.length - 1) / 2)] ?? 0;
  const ofUsers = (name: SegmentName, belongs: (size: number) => boolean): Segment => {
    const places = [...tested.keys()].filter((place) => belongs(sizes[place]!));
    return { name, places, relevant: places.map((place) => tested[place]!.relevant) };
  };
  const ofItems = (name: SegmentName, items: ReadonlySet<number>): Segment => {
    const wanted = tested.map(({ relevant }) => new Set([...relevant].filter((item) => items.has(item))));
    const places = [...tested.keys()].filter((place) => wanted[place]!.size > 0);
    return { name, places, relevant: places.map((place) => wanted[place]!) };
  };
  return [
    ofUsers('NEW_USERS', (size) => size === 0),
    ofUsers('LIGHT_USERS', (size) => size > 0 && size <= median),
    ofUsers('HEAVY_USERS', (size) => size > median),
    ofItems('HEAD_ITEMS', head),
    ofItems('TAIL_ITEMS', tail),
    ofItems('NEW_ITEMS', cold),
  ].filter(({ places }) => places.length > 0);
}

/** How well lists find what is to be found of a segment. @param lists of all tested users */
export function accuracyIn(
  { places, relevant }: Segment,
  lists: readonly ArrayLike<number>[],
  k: number,
): { ndcg: number[]; recall: number[] } {
  return {
    ndcg: places.map((place, at) => ndcg(lists[place]!, relevant[at]!, k)),
    recall: places.map((place, at) => recall(lists[place]!, relevant[at]!, k)),
  };
}
