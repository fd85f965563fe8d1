/** The recommender's kernel without WebAssembly: the same additions in the same order as in `assembly/`. */
import { batch, type Block, type Kernel, type Side } from './kernel.js';
import type { SparseMatrix } from './sparse-matrix.js';

const single = Math.fround;

export class PlainKernel implements Kernel {
  floats(count: number): Float32Array {
    return new Float32Array(count);
  }

  doubles(count: number): Float64Array {
    return new Float64Array(count);
  }

  integers(count: number): Uint32Array {
    return new Uint32Array(count);
  }

  sparse(matrix: SparseMatrix): SparseMatrix {
    return matrix;
  }

  subtractProduct(
    target: Block,
    left: Block,
    right: Block,
    { rows, columns, depth }: { rows: number; columns: number; depth: number },
  ): void {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += 4) subtractQuadruple(target, left, right, row, column, depth);
    }
  }

  addShared(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number {
    const { offsets, indices, values } = turned;
    let found = 0;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
      const weight = rows.values[at]!;
      const end = offsets[rows.indices[at]! + 1]!;
      for (let entry = offsets[rows.indices[at]!]!; entry < end; entry++) {
        const other = indices[entry]!;
        if (other >= before) break;
        const product = weight * values[entry]!;
        if (product === 0) continue;
        const sum = sums[other]!;
        if (sum === 0) touched[found++] = other;
        sums[other] = sum + product;
      }
    }
    return found;
  }

  addCommon(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number {
    const { offsets, indices, values } = turned;
    let found = 0;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
      const own = rows.values[at]!;
      const end = offsets[rows.indices[at]! + 1]!;
      for (let entry = offsets[rows.indices[at]!]!; entry < end; entry++) {
        const other = indices[entry]!;
        if (other >= before) break;
        const theirs = values[entry]!;
        const place = 4 * other;
        if (sums[place + 3] === 0) touched[found++] = other;
        sums[place]! += theirs * own;
        sums[place + 1]! += theirs * theirs;
        sums[place + 2]! += own * own;
        sums[place + 3]! += 1;
      }
    }
    return found;
  }

  solveSide({ strengths, others, own, width, regularisation, unobserved }: Side): void {
    const { rows, columns, offsets } = strengths;
    const gram = gramOf(others, columns, width).map((value) => unobserved * value);
    const matrix = new Float64Array(width * width);
    for (let row = 0; row < rows; row++) {
      const count = offsets[row + 1]! - offsets[row]!;
      const target = new Float64Array(width);
      if (count > 0) {
        const square = addRows(strengths, row, others, width, target);
        turn(matrix, gram, square, width, regularisation * (count + unobserved * columns));
        factorise(matrix, width);
        solve(matrix, target, width);
      }
      own.set(target, row * width);
    }
  }
}

/** Four neighbouring places of one row. */
function subtractQuadruple(
  { array: target, from: to, stride }: Block,
  { array: left, from: leftFrom, stride: leftStride }: Block,
  { array: right, from: rightFrom, stride: rightStride }: Block,
  row: number,
  column: number,
  depth: number,
): void {
  const own = leftFrom + row * leftStride;
  const first = rightFrom + column * rightStride;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < depth; at++) {
    const value = left[own + at]!;
    a = single(a + single(value * right[first + at]!));
    b = single(b + single(value * right[first + rightStride + at]!));
    c = single(c + single(value * right[first + 2 * rightStride + at]!));
    d = single(d + single(value * right[first + 3 * rightStride + at]!));
  }
  const place = to + row * stride + column;
  target[place]! -= a;
  target[place + 1]! -= b;
  target[place + 2]! -= c;
  target[place + 3]! -= d;
}

/** The sum of the outer products of all vectors with themselves, in the lower half. */
function gramOf(vectors: Float32Array, count: number, width: number): Float32Array {
  const square = new Float32Array(width * width);
  const weights = new Float32Array(batch).fill(1);
  for (let from = 0; from < count; from += batch)
    addOuterProducts(square, width, vectors.subarray(from * width), weights, Math.min(batch, count - from));
  return square;
}

/** What one row's entries say: the weighted sums of the others' outer products, and in `target` that of their vectors. */
function addRows(
  { offsets, indices, values }: SparseMatrix,
  row: number,
  others: Float32Array,
  width: number,
  target: Float64Array,
): Float32Array {
  const square = new Float32Array(width * width);
  const vectors = new Float32Array(batch * width);
  const end = offsets[row + 1]!;
  for (let from = offsets[row]!; from < end; from += batch) {
    const taken = Math.min(batch, end - from);
    for (let at = 0; at < taken; at++) {
      const start = indices[from + at]! * width;
      for (let place = 0; place < width; place++) {
        const value = others[start + place]!;
        vectors[at * width + place] = value;
        target[place]! += single(values[from + at]! * value);
      }
    }
    addOuterProducts(square, width, vectors, values.subarray(from, from + taken), taken);
  }
  return square;
}

/** Adds weight · vector · vectorᵀ to the lower half of a square. */
function addOuterProducts(square: Float32Array, width: number, vectors: Float32Array, weights: Float32Array, count: number): void {
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let vector = 0, from = 0; vector < count; vector++, from += width)
        sum = single(sum + single(single(weights[vector]! * vectors[from + row]!) * vectors[from + column]!));
      square[row * width + column]! += sum;
    }
  }
}

/** The upper half, in doubles, of the sum of two squares of which the lower halves are known. */
function turn(matrix: Float64Array, gram: Float32Array, square: Float32Array, width: number, penalty: number): void {
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      const at = row * width + column;
      matrix[column * width + row] = gram[at]! + square[at]! + (row === column ? penalty : 0);
    }
  }
}

/** Leaves U of Uᵀ U in the upper half. */
function factorise(matrix: Float64Array, width: number): void {
  for (let step = 0; step < width; step++) {
    const top = step * width;
    const pivot = matrix[top + step]!;
    if (!(pivot > 0)) throw new Error('the matrix is not positive definite');
    const root = Math.sqrt(pivot);
    for (let column = step; column < width; column++) matrix[top + column]! /= root;
    for (let row = step + 1; row < width; row++) {
      const factor = matrix[top + row]!;
      for (let column = row; column < width; column++) matrix[row * width + column]! -= factor * matrix[top + column]!;
    }
  }
}

/** Solves Uᵀ U x = target. */
function solve(matrix: Float64Array, target: Float64Array, width: number): void {
  for (let step = 0; step < width; step++) {
    const top = step * width;
    const value = (target[step]! /= matrix[top + step]!);
    for (let at = step + 1; at < width; at++) target[at]! -= value * matrix[top + at]!;
  }
  for (let step = width - 1; step >= 0; step--) {
    const top = step * width;
    let at = step + 1;
    // Even and odd places are added apart, as two lanes of a vector are.
    let [first, second] = [0, 0];
    if ((width - at) % 2 === 1) first = matrix[top + at]! * target[at++]!;
    for (; at < width; at += 2) {
      first += matrix[top + at]! * target[at]!;
      second += matrix[top + at + 1]! * target[at + 1]!;
    }
    target[step] = (target[step]! - (first + second)) / matrix[top + step]!;
  }
}
