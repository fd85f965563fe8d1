/** What a training leaves behind. */
import type { BlendWeights } from './blend.js';
import type { Vocabulary } from './dataset.js';
import type { FittedModel } from './fitted-model.js';
import type { HyperParameters } from './parameters.js';
import type { SparseMatrix } from './sparse-matrix.js';

/** All that serving needs. */
export interface TrainedRecommender {
  items: number;
  users: number;
  models: FittedModel[];
  weights: BlendWeights;
  /** Items by items: how often the same people bought both. */
  boughtTogether: SparseMatrix;
  /** Items by items: how alike they are in whom they please, or else in their text; for lists that do not repeat themselves. */
  likeness: SparseMatrix;
  /** How telling each term is, for items that come after the training. */
  vocabulary: Vocabulary;
  /** Users by items: what is liked. */
  liked: SparseMatrix;
  parameters: HyperParameters;
  /** How many observations the last training had that fitted everything anew, and how many trainings went on from it. */
  lineage: { observations: number; warmStarts: number };
}
