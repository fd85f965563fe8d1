/**
 * iALS: factors of users and items whose products rebuild how strongly users took to items, with everything
 * unobserved as weak evidence of no interest. A user is folded in from the profile alone.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative filtering for implicit feedback datasets", 2008, with the
 * regularisation by frequency of S. Rendle et al., "Revisiting the performance of iALS on item recommendation
 * benchmarks", 2021.
 */
import { newKernel } from '../compiled-kernel.js';
import { bytesOfSparse, scratchFor } from '../kernel.js';
import { invertPositiveDefinite, solvePositiveDefinite } from '../linear-algebra.js';
import { randomNumbers } from '../random-numbers.js';
import { transpose, type SparseMatrix } from '../sparse-matrix.js';
import type { ItemModel, PointModel, PointScores, Profile } from './model.js';

export interface FactorParameters {
  factors: number;
  regularisation: number;
  /** How much an unobserved pair weighs, where an observed one of full strength weighs 1. */
  unobserved: number;
  sweeps: number;
  seed: number;
}

/** Vectors come in eights, as the kernel takes them; what is beyond the factors is 0. */
const vectorStep = 8;
/**
 * @param start factors of the items to go on from, row by row; at random where left out
 * @returns items by factors, row by row
 */
export function fitItemFactors(users: SparseMatrix, parameters: FactorParameters, start?: Float32Array): Float32Array {
  const { factors, regularisation, unobserved, sweeps } = parameters;
  const items = transpose(users);
  const width = Math.ceil(factors / vectorStep) * vectorStep;
  const bytes = 4 * width * (users.rows + items.rows) + 8 * scratchFor(width);
  const kernel = newKernel(bytesOfSparse(users) + bytesOfSparse(items) + bytes);
  const [byUser, byItem] = [kernel.sparse(users), kernel.sparse(items)];
  const [ofUsers, ofItems] = [kernel.floats(users.rows * width), kernel.floats(items.rows * width)];
  copyRows(start ?? randomFactors(items.rows, parameters), factors, ofItems, width);
  const common = { width, regularisation, unobserved, scratch: kernel.doubles(scratchFor(width)) };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    kernel.solveSide({ strengths: byUser, others: ofItems, own: ofUsers, ...common });
    kernel.solveSide({ strengths: byItem, others: ofUsers, own: ofItems, ...common });
  }
  const found = new Float32Array(items.rows * factors);
  copyRows(ofItems, width, found, factors);
  return found;
}

/** Between arrays of rows of different widths; what a narrower row lacks stays as it is. */
function copyRows(from: Float32Array, width: number, to: Float32Array, otherWidth: number): void {
  const common = Math.min(width, otherWidth);
  for (let row = 0; row * width < from.length; row++) to.set(from.subarray(row * width, row * width + common), row * otherWidth);
}

function randomFactors(rows: number, { factors, seed }: FactorParameters): Float32Array {
  const random = randomNumbers(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from({ length: rows * factors }, () => (0.1 * gauss()) / Math.sqrt(factors));
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

/** What all items' vectors add up to. */
export interface FactorSums {
  /** Their products with themselves, the lower half. */
  gram: Float64Array;
  total: Float64Array;
}

export function sumsOfFactors(itemFactors: Float32Array, { factors }: Pick<FactorParameters, 'factors'>): FactorSums {
  const total = new Float64Array(factors);
  for (let at = 0; at < itemFactors.length; at++) total[at % factors]! += itemFactors[at]!;
  return { gram: gramOf(itemFactors, factors), total };
}

export class ImplicitFactors implements ItemModel, PointModel {
  /** The inverse for the profile that was last explained, since a profile is explained for many items. */
  private explained: { profile: Profile; inverse: Float32Array } | null = null;

  constructor(
    readonly name: string,
    readonly itemFactors: Float32Array,
    readonly parameters: FactorParameters,
    private readonly sums: FactorSums,
  ) {}

  /** With the user's vector u and the items' vectors Y, the scores Yu sum to u · Σy and their squares to uᵀYᵀYu. */
  pointsOf(profile: Profile): PointScores {
    const { factors } = this.parameters;
    const user = Float32Array.from(solveRow(profile.items, profile.strengths, this.itemFactors, this.sums.gram, this.parameters));
    let [sum, squares] = [0, 0];
    for (let row = 0; row < factors; row++) {
      sum += user[row]! * this.sums.total[row]!;
      for (let column = 0; column <= row; column++) {
        const product = this.sums.gram[row * factors + column]! * user[row]! * user[column]!;
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
    const user = solveRow(profile.items, profile.strengths, this.itemFactors, this.sums.gram, this.parameters);
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

  private inverseFor(profile: Profile): Float32Array {
    if (this.explained?.profile !== profile) {
      const matrix = normalMatrix(profile.items, profile.strengths, this.itemFactors, this.sums.gram, this.parameters);
      this.explained = { profile, inverse: invertPositiveDefinite(Float32Array.from(matrix), this.parameters.factors) };
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
