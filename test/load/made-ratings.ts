/**
 * Ratings of known structure, as many as are asked for: each user has two of some tastes, each item is of one, few items are
 * popular and many are not, some people rate much more than others. Shaped like MovieLens: 10^5 as 943 × 1,682, 10^6 as
 * 6,040 × 3,706, 10^7 as 69,878 × 10,677.
 */
import { ObservationTable, strengthOfRating, type DatasetInput } from '../../src/recommender/dataset.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';

const tastes = 24;

interface Shape {
  users: number;
  items: number;
}

function shapeOf(count: number): Shape {
  if (count <= 200_000) return { users: 943, items: 1682 };
  return count <= 2_000_000 ? { users: 6040, items: 3706 } : { users: 69_878, items: 10_677 };
}

export interface MadeRatings extends Shape {
  user: Uint32Array;
  item: Uint32Array;
  rating: Uint8Array;
}

export function madeRatings(count: number, seed = 1): MadeRatings {
  const { users, items } = shapeOf(count);
  const random = randomNumbers(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const quality = Float32Array.from({ length: items }, () => 0.5 * gauss());
  const activity = Float64Array.from({ length: users }, () => Math.exp(gauss()));
  const total = activity.reduce((sum, value) => sum + value, 0);
  const made = { users, items, user: new Uint32Array(count), item: new Uint32Array(count), rating: new Uint8Array(count) };
  const ofTaste = Math.floor(items / tastes);
  let at = 0;
  for (let user = 0; user < users; user++) {
    const [first, second] = [Math.floor(random() * tastes), Math.floor(random() * tastes)];
    const wanted = Math.min(Math.floor(items / 3), Math.max(5, Math.round((count * activity[user]!) / total)));
    const seen = new Set<number>();
    for (let tries = 0; seen.size < wanted && tries < 20 * wanted && at < count; tries++) {
      const draw = random();
      const taste = draw < 0.45 ? first : draw < 0.7 ? second : Math.floor(random() * tastes);
      // The place in a taste's order of popularity; tastes overlap in their least popular items.
      const item = (taste + tastes * Math.floor(ofTaste * random() ** 2.2)) % items;
      if (seen.has(item)) continue;
      seen.add(item);
      const own = taste === first ? 0.9 : taste === second ? 0.5 : -0.3;
      made.user[at] = user;
      made.item[at] = item;
      made.rating[at++] = Math.min(5, Math.max(1, Math.round(3.1 + own + quality[item]! + 0.8 * gauss())));
    }
  }
  return { ...made, user: made.user.subarray(0, at), item: made.item.subarray(0, at), rating: made.rating.subarray(0, at) };
}

/** What a training gets of them, at four of five stars on as liked. */
export function inputOf({ users, items, user, item, rating }: MadeRatings): DatasetInput {
  const table = new ObservationTable();
  for (let at = 0; at < user.length; at++) {
    const stars = rating[at]!;
    table.add({ user: user[at]!, item: item[at]!, strength: strengthOfRating(stars, 5), liked: stars >= 4, rating: stars });
  }
  return { users, items, observations: table.columns(), follows: [], terms: [] };
}
