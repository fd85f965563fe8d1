/**
 * iALS: factors of users and items whose products rebuild how strongly users took to items, with everything
 * unobserved as weak evidence of no interest. A user is folded in from the profile alone.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative filtering for implicit feedback datasets", 2008, with the
 * regularisation by frequency of S. Rendle et al., "Revisiting the performance of iALS on item recommendation
 * benchmarks", 2021.
 */
import { denseKernel, type DenseKernel } from '../dense-kernel.js';
import { invertPositiveDefinite, solvePositiveDefinite } from '../linear-algebra.js';
import { randomNumbers } from '../random-numbers.js';
import { rowOf, transpose, type SparseMatrix } from '../sparse-matrix.js';
import type { ItemModel, PointModel, PointScores, Profile } from './model.js';

export interface FactorParameters {
  factors: number;
  regularisation: number;
  /** How much an unobserved pair weighs, where an observed one of full strength weighs 1. */
  unobserved: number;
  sweeps: number;
  seed: number;
}

/** Vectors come in eights, as the dense kernel takes them; what is beyond the factors is 0. */
const vectorStep = 8;
/** How many vectors are taken together: few enough to stay in the processor's first cache. */
const batch = 128;

/**
 * @param start factors of the items to go on from, row by row; at random where left out
 * @returns items by factors, row by row
 */
export function fitItemFactors(users: SparseMatrix, parameters: FactorParameters, start?: Float32Array): Float32Array {
  const items = transpose(users);
  const ofItems = start?.slice() ?? randomFactors(items.rows, parameters);
  const ofUsers = new Float32Array(users.rows * parameters.factors);
  const solver = new SideSolver(parameters);
  for (let sweep = 0; sweep < parameters.sweeps; sweep++) {
    solver.solve(users, ofItems, ofUsers);
    solver.solve(items, ofUsers, ofItems);
  }
  return ofItems;
}

function randomFactors(rows: number, { factors, seed }: FactorParameters): Float32Array {
  const random = randomNumbers(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from({ length: rows * factors }, () => (0.1 * gauss()) / Math.sqrt(factors));
}

/** Finds the best vectors of one side, given those of the other. Sums are made in single precision, solutions in double. */
class SideSolver {
  private readonly width: number;
  private readonly kernel: DenseKernel;
  private readonly square: Float32Array;
  private readonly vectors: Float32Array;
  private readonly weights: Float32Array;
  private readonly matrix: Float64Array;
  private readonly target: Float64Array;

  constructor(private readonly parameters: FactorParameters) {
    const { factors } = parameters;
    this.width = Math.ceil(factors / vectorStep) * vectorStep;
    this.kernel = denseKernel(4 * (this.width * this.width + batch * this.width + batch));
    this.square = this.kernel.floats(this.width * this.width);
    this.vectors = this.kernel.floats(batch * this.width);
    this.weights = this.kernel.floats(batch);
    this.matrix = new Float64Array(factors * factors);
    this.target = new Float64Array(factors);
  }

  solve(matrix: SparseMatrix, others: Float32Array, own: Float32Array): void {
    const { factors, regularisation, unobserved } = this.parameters;
    this.addUp(others.length / factors, (at) => at, null, others);
    const gram = this.square.map((value) => unobserved * value);
    for (let row = 0; row < matrix.rows; row++) {
      const from = matrix.offsets[row]!;
      const count = matrix.offsets[row + 1]! - from;
      if (count === 0) {
        own.fill(0, row * factors, (row + 1) * factors);
        continue;
      }
      const { indices, values } = rowOf(matrix, row);
      this.addTarget(indices, values, others);
      this.addUp(count, (at) => indices[at]!, values, others);
      const penalty = regularisation * (count + unobserved * (others.length / factors));
      for (let r = 0; r < factors; r++) {
        for (let c = 0; c <= r; c++) this.matrix[r * factors + c] = gram[r * this.width + c]! + this.square[r * this.width + c]!;
        this.matrix[r * factors + r]! += penalty;
      }
      own.set(solvePositiveDefinite(this.matrix, this.target, factors), row * factors);
    }
  }

  private addTarget(indices: Uint32Array, values: Float32Array, others: Float32Array): void {
    const { target } = this;
    const { factors } = this.parameters;
    target.fill(0);
    for (let entry = 0; entry < indices.length; entry++) {
      const at = indices[entry]! * factors;
      const value = values[entry]!;
      for (let factor = 0; factor < factors; factor++) target[factor]! += value * others[at + factor]!;
    }
  }

  /** Leaves in `square` the weighted sum of the outer products of some of the others' vectors. */
  private addUp(count: number, place: (at: number) => number, weights: Float32Array | null, others: Float32Array): void {
    const { width, vectors } = this;
    const { factors } = this.parameters;
    this.square.fill(0);
    for (let from = 0; from < count; from += batch) {
      const taken = Math.min(batch, count - from);
      for (let at = 0; at < taken; at++) {
        const start = place(from + at) * factors;
        for (let factor = 0, to = at * width; factor < factors; factor++, to++) vectors[to] = others[start + factor]!;
        this.weights[at] = weights ? weights[from + at]! : 1;
      }
      this.kernel.addOuterProducts(this.square, width, vectors, this.weights, taken);
    }
  }
}

function gramOf(vectors: Float32Array, factors: number): Float64Array {
  const gram = new Float64Array(factors * factors);
  for (let at = 0; at < vectors.length; at += factors) {
    for (let row = 0; row < factors; row++) {
      for (let column = 0; column <= row; column++) gram[row * factors + column]! += vectors[at + row]! * vectors[at + column]!;
    }
  }
  return gram;
}

/** The vector that best explains the observed entries, given the vectors of the other side. Only lower halves are read. */
function solveRow(
  indices: ArrayLike<number>,
  strengths: ArrayLike<number>,
  others: Float32Array,
  gram: Float64Array,
  parameters: FactorParameters,
): Float64Array {
  const { factors } = parameters;
  const target = new Float64Array(factors);
  if (indices.length === 0) return target;
  for (let entry = 0; entry < indices.length; entry++) {
    const at = indices[entry]! * factors;
    for (let row = 0; row < factors; row++) target[row]! += strengths[entry]! * others[at + row]!;
  }
  return solvePositiveDefinite(normalMatrix(indices, strengths, others, gram, parameters), target, factors);
}

/** What the vector times this matrix must make of the observed entries. Only the lower half is filled. */
function normalMatrix(
  indices: ArrayLike<number>,
  strengths: ArrayLike<number>,
  others: Float32Array,
  gram: Float64Array,
  { factors, regularisation, unobserved }: FactorParameters,
): Float64Array {
  const matrix = gram.map((value) => unobserved * value);
  for (let entry = 0; entry < indices.length; entry++) {
    const at = indices[entry]! * factors;
    const weight = strengths[entry]!;
    for (let row = 0; row < factors; row++) {
      const scaled = weight * others[at + row]!;
      for (let column = 0; column <= row; column++) matrix[row * factors + column]! += scaled * others[at + column]!;
    }
  }
  const penalty = regularisation * (indices.length + unobserved * (others.length / factors));
  for (let row = 0; row < factors; row++) matrix[row * factors + row]! += penalty;
  return matrix;
}

export class ImplicitFactors implements ItemModel, PointModel {
  private readonly gram: Float64Array;
  /** The sum of all items' vectors. */
  private readonly total: Float64Array;
  /** The inverse for the profile that was last explained, since a profile is explained for many items. */
  private explained: { profile: Profile; inverse: Float64Array } | null = null;

  constructor(
    readonly name: string,
    readonly itemFactors: Float32Array,
    readonly parameters: FactorParameters,
  ) {
    this.gram = gramOf(itemFactors, parameters.factors);
    this.total = new Float64Array(parameters.factors);
    for (let at = 0; at < itemFactors.length; at++) this.total[at % parameters.factors]! += itemFactors[at]!;
  }

  /** With the user's vector u and the items' vectors Y, the scores Yu sum to u · Σy and their squares to uᵀYᵀYu. */
  pointsOf(profile: Profile): PointScores {
    const { factors } = this.parameters;
    const user = Float32Array.from(solveRow(profile.items, profile.strengths, this.itemFactors, this.gram, this.parameters));
    let [sum, squares] = [0, 0];
    for (let row = 0; row < factors; row++) {
      sum += user[row]! * this.total[row]!;
      for (let column = 0; column <= row; column++) {
        const product = this.gram[row * factors + column]! * user[row]! * user[column]!;
        squares += row === column ? product : 2 * product;
      }
    }
    const scoreOf = (item: number): number => {
      let score = 0;
      for (let at = 0; at < factors; at++) score += user[at]! * this.itemFactors[item * factors + at]!;
      return score;
    };
    return { sum, squares, touched: [], scoreOf };
  }

  score(profile: Profile, scores: Float32Array): void {
    const user = solveRow(profile.items, profile.strengths, this.itemFactors, this.gram, this.parameters);
    multiply(this.itemFactors, Float32Array.from(user), scores);
  }

  /** A score is a sum over the profile's items, each weighed by how it shapes the user's vector. Source: Hu et al., section 5. */
  contribution(profile: Profile, at: number, item: number): number {
    const { factors } = this.parameters;
    const inverse = this.inverseFor(profile);
    const [cause, effect] = [profile.items[at]! * factors, item * factors];
    let sum = 0;
    for (let row = 0; row < factors; row++) {
      for (let column = 0; column < factors; column++) {
        sum += this.itemFactors[effect + row]! * inverse[row * factors + column]! * this.itemFactors[cause + column]!;
      }
    }
    return profile.strengths[at]! * sum;
  }

  private inverseFor(profile: Profile): Float64Array {
    if (this.explained?.profile !== profile) {
      const matrix = normalMatrix(profile.items, profile.strengths, this.itemFactors, this.gram, this.parameters);
      this.explained = { profile, inverse: invertPositiveDefinite(matrix, this.parameters.factors) };
    }
    return this.explained.inverse;
  }
}

/** The product of every row with a vector, four rows at a time, so that additions do not wait for each other. */
function multiply(rows: Float32Array, vector: Float32Array, products: Float32Array): void {
  const width = vector.length;
  const whole = products.length - (products.length % 4);
  for (let row = 0; row < whole; row += 4) {
    const first = row * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let at = 0; at < width; at++) {
      const value = vector[at]!;
      a += value * rows[first + at]!;
      b += value * rows[second + at]!;
      c += value * rows[third + at]!;
      d += value * rows[fourth + at]!;
    }
    products[row] = a;
    products[row + 1] = b;
    products[row + 2] = c;
    products[row + 3] = d;
  }
  for (let row = whole; row < products.length; row++) {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += vector[at]! * rows[row * width + at]!;
    products[row] = sum;
  }
}
