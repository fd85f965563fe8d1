/** Models that score by what other users like: those most alike, and those one follows. */
import { largest, lengthOf, rowOf, transpose, type SparseMatrix } from '../sparse-matrix.js';
import type { HyperParameters } from '../parameters.js';
import { evidenceOf, likenessBy } from './item-similarity.js';
import type { Profile, SparseModel } from './model.js';

/** What users like, looked at from the items. */
export interface FittedUsers {
  /** Items by users. */
  byItem: SparseMatrix;
  /** Of each user, the sum of the squares of what is liked. */
  squares: Float32Array;
}

export function fitUsers(users: SparseMatrix): FittedUsers {
  const squares = Float32Array.from({ length: users.rows }, (_, user) => lengthOf(rowOf(users, user).values) ** 2 || 1);
  return { byItem: transpose(users), squares };
}

/** User-to-user neighbourhoods. Source: J. S. Breese et al., "Empirical analysis of predictive algorithms for collaborative filtering", 1998. */
export class UserNeighbourhood implements SparseModel {
  private readonly sums: Float32Array;

  constructor(
    readonly name: string,
    readonly users: SparseMatrix,
    readonly parameters: HyperParameters['userNeighbours'],
    private readonly fitted: FittedUsers,
  ) {
    this.sums = new Float32Array(users.rows);
  }

  score(profile: Profile, scores: Float32Array): void {
    scores.fill(0);
    this.scoreTouched(profile, scores, new Uint32Array(scores.length));
  }

  scoreTouched(profile: Profile, scores: Float32Array, touched: Uint32Array): number {
    const alike = this.alike(profile);
    let count = 0;
    for (const user of largest(this.sums, this.parameters.neighbours, alike)) {
      const { indices, values } = rowOf(this.users, user);
      for (let at = 0; at < indices.length; at++) {
        const item = indices[at]!;
        if (scores[item] === 0) touched[count++] = item;
        scores[item]! += this.sums[user]! * values[at]!;
      }
    }
    for (const user of alike) this.sums[user] = 0;
    return count;
  }

  /** Leaves the likeness of every user who shares an item in `sums`, and says who they are. */
  private alike(profile: Profile): number[] {
    const touched: number[] = [];
    let square = 0;
    for (let at = 0; at < profile.items.length; at++) {
      const weight = evidenceOf(profile, at, 'liked');
      if (weight === 0) continue;
      square += weight * weight;
      const { indices, values } = rowOf(this.fitted.byItem, profile.items[at]!);
      for (let entry = 0; entry < indices.length; entry++) {
        const user = indices[entry]!;
        if (this.sums[user] === 0) touched.push(user);
        this.sums[user]! += weight * values[entry]!;
      }
    }
    const likeness = likenessBy[this.parameters.metric];
    for (const user of touched) this.sums[user] = Math.min(0.999999, likeness(this.sums[user]!, square, this.fitted.squares[user]!));
    return touched;
  }
}

/** What the people one follows like: each of their items once for every one of them. */
export class FollowedTaste implements SparseModel {
  constructor(
    readonly name: string,
    readonly users: SparseMatrix,
  ) {}

  score(profile: Profile, scores: Float32Array): void {
    scores.fill(0);
    this.scoreTouched(profile, scores, new Uint32Array(scores.length));
  }

  scoreTouched(profile: Profile, scores: Float32Array, touched: Uint32Array): number {
    let count = 0;
    for (let at = 0; at < profile.follows.length; at++) {
      const { indices, values } = rowOf(this.users, profile.follows[at]!);
      for (let entry = 0; entry < indices.length; entry++) {
        const item = indices[entry]!;
        if (scores[item] === 0) touched[count++] = item;
        scores[item]! += values[entry]!;
      }
    }
    return count;
  }
}
