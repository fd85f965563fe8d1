/** What every model of the recommender can do. */

/** What is known of a user when recommendations are made: it may be newer than the training. */
export interface Profile {
  /** Items they had to do with, and how strongly (see `Observation`). */
  items: ArrayLike<number>;
  strengths: ArrayLike<number>;
  liked: ArrayLike<boolean | number>;
  /** The ratings they gave, on the scale of the training; null without one. */
  ratings: ArrayLike<number | null>;
  /** Users they follow, by the number they had at the training. */
  follows: ArrayLike<number>;
}

export interface Model {
  readonly name: string;
  /** Writes a score for every item, the higher the better; 0 where the model knows nothing. */
  score(profile: Profile, scores: Float32Array): void;
}

/** A model whose score is a sum over the profile's items, so that it can be said which of them speak for an item. */
export interface ItemModel extends Model {
  /** What the profile's item at a position adds to the score of an item. */
  contribution(profile: Profile, at: number, item: number): number;
}

export function isItemModel(model: Model): model is ItemModel {
  return 'contribution' in model;
}

/** A model that knows something of few items, and can say of which. */
export interface SparseModel extends Model {
  /**
   * Adds to `scores`, which are all 0, and lists every item that it touched, once.
   * @returns how many it touched
   */
  scoreTouched(profile: Profile, scores: Float32Array, touched: Uint32Array): number;
}

export function isSparseModel(model: Model): model is SparseModel {
  return 'scoreTouched' in model;
}

/** What a model says of a profile, item by item, without going through all items. */
export interface PointScores {
  /** Over all items: the sum of the scores, and of their squares. */
  sum: number;
  squares: number;
  /** Items that the model knows more of than of most. */
  touched: ArrayLike<number>;
  /** Where the scores of all items lie in an array. */
  all?: Float32Array;
  scoreOf(item: number): number;
}

/** A model whose scores of all items can be summed without computing them. */
export interface PointModel extends Model {
  /** The scores hold until the next profile is asked for. */
  pointsOf(profile: Profile): PointScores;
}

export function isPointModel(model: Model): model is PointModel {
  return 'pointsOf' in model;
}
