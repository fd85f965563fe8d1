/** What is known of a review where fakes are looked for. */
export interface ReviewSample {
  id: string;
  product: string;
  author: string;
  /** 1 to 5. */
  stars: number;
  /** When it was written, in milliseconds since 1970. */
  at: number;
  text: string;
}

export const suspicionKinds = ['BURST', 'COPY', 'ONE_SIDED', 'RING'] as const;
export type SuspicionKind = (typeof suspicionKinds)[number];

/** One reason to look at a review twice. */
export interface Sign {
  review: string;
  kind: SuspicionKind;
  /** How sure it is by itself, 0 to 1. */
  strength: number;
  /** How many reviews it rests on, this one among them. */
  reviews: number;
}

export const day = 24 * 60 * 60 * 1000;

/** 1 for praise, -1 for blame, 0 for what lies between. */
export function sideOf({ stars }: ReviewSample): number {
  return stars >= 4 ? 1 : stars <= 2 ? -1 : 0;
}

export function groupBy<Value>(values: readonly Value[], key: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
