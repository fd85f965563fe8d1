/**
 * What training leaves behind: plain data that crosses threads and files, from which models come back to life. What is optional
 * follows from the rest, and is there so that whoever answers does not wait for it; an earlier release left it out.
 */
import type { Model } from './models/model.js';
import type { EaseWeights } from './models/ease.js';
import { DenseItemModel, SparseItemModel, type Evidence } from './models/item-similarity.js';
import { ImplicitFactors, sumsOfFactors, type FactorParameters, type FactorSums } from './models/implicit-factors.js';
import { RatingNeighbourhood, type FittedRatings } from './models/rating-neighbourhood.js';
import { ItemFigure } from './models/popularity.js';
import { FollowedTaste, fitUsers, UserNeighbourhood, type FittedUsers } from './models/user-similarity.js';
import type { HyperParameters } from './parameters.js';
import type { SparseMatrix } from './sparse-matrix.js';

export type FittedModel =
  | { kind: 'item-figure'; name: string; figures: Float32Array }
  | { kind: 'sparse-items'; name: string; evidence: Evidence; similarities: SparseMatrix }
  | { kind: 'dense-items'; name: string; evidence: Evidence; fitted: EaseWeights }
  | { kind: 'implicit-factors'; name: string; itemFactors: Float32Array; parameters: FactorParameters; sums?: FactorSums }
  | { kind: 'rating-neighbourhood'; name: string; fitted: FittedRatings }
  | { kind: 'user-neighbourhood'; name: string; parameters: HyperParameters['userNeighbours']; fitted?: FittedUsers }
  | { kind: 'followed-taste'; name: string };

/** @param liked users by items, which the models that look at users share */
export function reviveModel(fitted: FittedModel, liked: SparseMatrix): Model {
  switch (fitted.kind) {
    case 'item-figure':
      return new ItemFigure(fitted.name, fitted.figures);
    case 'sparse-items':
      return new SparseItemModel(fitted.name, fitted.evidence, fitted.similarities);
    case 'dense-items':
      return new DenseItemModel(fitted.name, fitted.evidence, fitted.fitted, liked.columns);
    case 'implicit-factors':
      return new ImplicitFactors(
        fitted.name,
        fitted.itemFactors,
        fitted.parameters,
        fitted.sums ?? sumsOfFactors(fitted.itemFactors, fitted.parameters),
      );
    case 'rating-neighbourhood':
      return new RatingNeighbourhood(fitted.name, fitted.fitted);
    case 'user-neighbourhood':
      return new UserNeighbourhood(fitted.name, liked, fitted.parameters, fitted.fitted ?? fitUsers(liked));
    case 'followed-taste':
      return new FollowedTaste(fitted.name, liked);
  }
}
