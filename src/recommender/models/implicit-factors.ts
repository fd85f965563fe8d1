/**
 * iALS: factors of users and items whose products rebuild how strongly users took to items, with everything
 * unobserved as weak evidence of no interest. A user is folded in from the profile alone.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative filtering for implicit feedback datasets", 2008, with the
 * regularisation by frequency of S. Rendle et al., "Revisiting the performance of iALS on item recommendation
 * benchmarks", 2021.
 */
import { invertPositiveDefinite, solvePositiveDefinite } from '../linear-algebra.js';
import { randomNumbers } from '../dataset.js';
import { transpose, type SparseMatrix } from '../sparse-matrix.js';
import type { ItemModel, Profile } from './model.js';

export interface FactorParameters {
  factors: number;
  regularisation: number;
  /** How much an unobserved pair weighs, where an observed one of full strength weighs 1. */
  unobserved: number;
  sweeps: number;
  seed: number;
}

/** @returns items by factors, row by row */
export function fitItemFactors(users: SparseMatrix, parameters: FactorParameters): Float32Array {
  const { factors, sweeps, seed } = parameters;
  const items = transpose(users);
  const random = randomNumbers(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const ofItems = Float32Array.from({ length: items.rows * factors }, () => (0.1 * gauss()) / Math.sqrt(factors));
  const ofUsers = new Float32Array(users.rows * factors);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    solveSide(users, ofItems, ofUsers, parameters);
    solveSide(items, ofUsers, ofItems, parameters);
  }
  return ofItems;
}

function solveSide(matrix: SparseMatrix, others: Float32Array, own: Float32Array, parameters: FactorParameters): void {
  const { factors } = parameters;
  const gram = gramOf(others, factors);
  for (let row = 0; row < matrix.rows; row++) {
    const from = matrix.offsets[row]!;
    const to = matrix.offsets[row + 1]!;
    const solution = solveRow(matrix.indices.subarray(from, to), matrix.values.subarray(from, to), others, gram, parameters);
    own.set(solution, row * factors);
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

export class ImplicitFactors implements ItemModel {
  private readonly gram: Float64Array;
  /** The inverse for the profile that was last explained, since a profile is explained for many items. */
  private explained: { profile: Profile; inverse: Float64Array } | null = null;

  constructor(
    readonly name: string,
    readonly itemFactors: Float32Array,
    readonly parameters: FactorParameters,
  ) {
    this.gram = gramOf(itemFactors, parameters.factors);
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
