/**
 * The blend of many items: only candidates get a score, which are what the models of few items touch and
 * the best by each figure that is the same for everybody. Each candidate's score is the one that the whole blend gives it, since
 * means and deviations over all items follow without scoring them.
 */
import { weightOf, spreadOf, sumsOf, type BlendWeights } from './blend.js';
import { isPointModel, isSparseModel, type Model, type PointScores, type Profile, type SparseModel } from './models/model.js';
import { ItemFigure } from './models/popularity.js';
import { largest } from './sparse-matrix.js';

/** From so many items on, candidates are scored only. */
export const candidatesFrom = 20_000;
const bestOfFigure = 1000;
/** So many of them are candidates also where the figure does not count: to models of dense vectors, the best are near to much. */
const alwaysOfFigure = 200;

interface Weighed {
  points: PointScores;
  factor: number;
  mean: number;
}

export class CandidateBlend {
  private readonly always: readonly number[];
  private readonly points: readonly ((profile: Profile) => PointScores)[];
  private readonly totals: Float32Array;
  private readonly marks: Uint8Array;
  private readonly found: Uint32Array;

  constructor(
    models: readonly Model[],
    private readonly weights: BlendWeights,
    private readonly items: number,
  ) {
    const ofFigures = new Map<Model, ReturnType<typeof pointsOfFigure>>();
    for (const model of models) if (model instanceof ItemFigure) ofFigures.set(model, pointsOfFigure(model));
    this.always = [...new Set([...ofFigures.values()].flatMap(({ touched }) => touched.slice(0, alwaysOfFigure)))];
    this.points = models.map((model) => {
      const known = ofFigures.get(model);
      return known ? () => known : pointsBy(model, items);
    });
    this.totals = new Float32Array(items);
    this.marks = new Uint8Array(items);
    this.found = new Uint32Array(items);
  }

  /** The best of the candidates that are not excluded, and their scores; by other weights where these are given. */
  recommend(
    profile: Profile,
    count: number,
    excluded: ReadonlySet<number>,
    weights: BlendWeights = this.weights,
  ): { item: number; score: number }[] {
    const weighed = this.points.flatMap((pointsOf, at) => this.weigh(profile, weightOf(weights, profile, at), pointsOf) ?? []);
    const candidates = this.candidatesOf(weighed, excluded);
    for (const item of candidates) this.totals[item] = 0;
    for (const { points, factor, mean } of weighed) {
      const { all } = points;
      if (all) for (const item of candidates) this.totals[item]! += factor * (all[item]! - mean);
      else for (const item of candidates) this.totals[item]! += factor * (points.scoreOf(item) - mean);
    }
    return largest(this.totals, count, candidates, -Infinity).map((item) => ({ item, score: this.totals[item]! }));
  }

  /** What each model's scores are multiplied by, as `Blend.scalesFor` has it. */
  scalesFor(profile: Profile): Float32Array {
    const scales = new Float32Array(this.points.length);
    this.points.forEach((pointsOf, at) => (scales[at] = this.weigh(profile, weightOf(this.weights, profile, at), pointsOf)?.factor ?? 0));
    return scales;
  }

  private weigh(profile: Profile, weight: number, pointsOf: (profile: Profile) => PointScores): Weighed | null {
    if (weight === 0) return null;
    const points = pointsOf(profile);
    let { sum, squares } = points;
    for (let at = 0; at < profile.items.length; at++) {
      const known = points.scoreOf(profile.items[at]!);
      sum -= known;
      squares -= known * known;
    }
    const { mean, deviation } = spreadOf(sum, squares, this.items - profile.items.length);
    return deviation > 0 ? { points, factor: weight / deviation, mean } : null;
  }

  private candidatesOf(weighed: readonly Weighed[], excluded: ReadonlySet<number>): Uint32Array {
    let count = 0;
    for (const item of excluded) this.marks[item] = 1;
    const add = (items: ArrayLike<number>): void => {
      for (let at = 0; at < items.length; at++) {
        const item = items[at]!;
        if (this.marks[item]) continue;
        this.marks[item] = 1;
        this.found[count++] = item;
      }
    };
    add(this.always);
    for (const { points } of weighed) add(points.touched);
    const candidates = this.found.subarray(0, count);
    for (const item of candidates) this.marks[item] = 0;
    for (const item of excluded) this.marks[item] = 0;
    return candidates;
  }
}

/** The same for everybody, the best first. */
function pointsOfFigure({ figures }: ItemFigure): PointScores & { touched: number[] } {
  return { ...sumsOf(figures), touched: largest(figures, bestOfFigure), all: figures, scoreOf: (item) => figures[item]! };
}

function pointsBy(model: Model, items: number): (profile: Profile) => PointScores {
  if (isPointModel(model)) return (profile) => model.pointsOf(profile);
  if (isSparseModel(model)) return sparsePoints(model, items);
  throw new Error(`${model.name} can only score all items`);
}

function sparsePoints(model: SparseModel, items: number): (profile: Profile) => PointScores {
  const scores = new Float32Array(items);
  const places = new Uint32Array(items);
  let touched = places.subarray(0, 0);
  return (profile) => {
    for (const item of touched) scores[item] = 0;
    touched = places.subarray(0, model.scoreTouched(profile, scores, places));
    let [sum, squares] = [0, 0];
    for (const item of touched) {
      sum += scores[item]!;
      squares += scores[item]! * scores[item]!;
    }
    return { sum, squares, touched, all: scores, scoreOf: (item) => scores[item]! };
  };
}
