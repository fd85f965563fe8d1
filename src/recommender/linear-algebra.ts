/**
 * Dense linear algebra on row-major arrays, in blocks that fit the processor's cache: all but a small share of the work is
 * done by the kernel, in single precision. Source: G. H. Golub, C. F. Van Loan, "Matrix computations", 4th edition, 2013, section 4.2.
 */
import { newKernel } from './compiled-kernel.js';
import type { Kernel } from './kernel.js';

const block = 64;
/** Half as many columns as a block has, so that they stay in the first cache while rows pass by. */
const columnsAtOnce = 32;

/**
 * The inverse of a symmetric positive definite matrix, by Cholesky's factorisation.
 * @param matrix size by size, of which the lower half is read
 * @throws Error where the matrix is not positive definite
 */
export function invertPositiveDefinite(matrix: Float32Array, size: number, kernel?: Kernel): Float32Array {
  return new Inversion(matrix, size, kernel).run();
}

/** How much memory of a kernel an inversion takes. */
export function bytesForInverse(size: number): number {
  const padded = paddedTo(size);
  return 4 * (2 * padded * padded + padded * block + block * block);
}

/** Tiles are four by eight: the matrix is filled up with rows of the identity. */
function paddedTo(size: number): number {
  return Math.ceil(size / 8) * 8;
}

class Inversion {
  private readonly padded: number;
  private readonly kernel: Kernel;
  /** At first the matrix, then L of L Lᵀ in the lower half, at last the inverse. */
  private readonly lower: Float32Array;
  /** The transpose of L's inverse, so that products run along rows. */
  private readonly turned: Float32Array;
  private readonly column: Float32Array;
  private readonly small: Float32Array;

  constructor(
    matrix: Float32Array,
    private readonly size: number,
    kernel?: Kernel,
  ) {
    const padded = (this.padded = paddedTo(size));
    this.kernel = kernel ?? newKernel(bytesForInverse(size));
    this.lower = this.kernel.floats(padded * padded);
    this.turned = this.kernel.floats(padded * padded);
    this.column = this.kernel.floats(padded * block);
    this.small = this.kernel.floats(block * block);
    for (let row = 0; row < size; row++) this.lower.set(matrix.subarray(row * size, row * size + row + 1), row * padded);
    for (let row = size; row < padded; row++) this.lower[row * padded + row] = 1;
  }

  run(): Float32Array {
    for (let from = 0; from < this.padded; from += block) this.factorise(from);
    for (let from = 0; from < this.padded; from += block) this.invertColumns(from);
    this.lower.fill(0);
    for (let from = 0; from < this.padded; from += block) this.addProduct(from);
    return this.result();
  }

  private endOf(from: number): number {
    return Math.min(this.padded, from + block);
  }

  /** One block of columns of L, and what they take from the columns after them. */
  private factorise(from: number): void {
    const { lower, padded } = this;
    const to = this.endOf(from);
    const width = to - from;
    factoriseSquare(lower, from * padded + from, padded, width);
    invertSquare(lower, from * padded + from, padded, width, this.small);
    // The inverse of the block on the diagonal stands where L's inverse will have it, transposed.
    for (let row = 0; row < width; row++)
      for (let column = 0; column <= row; column++) this.turned[(from + column) * padded + from + row] = this.small[row * block + column]!;
    this.timesSmall(lower, to, padded, from, width);
    for (let column = to; column < padded; column += columnsAtOnce)
      this.kernel.subtractProduct(
        { array: lower, from: column * padded + column, stride: padded },
        { array: lower, from: column * padded + from, stride: padded },
        { array: lower, from: column * padded + from, stride: padded },
        { rows: padded - column, columns: Math.min(columnsAtOnce, padded - column), depth: width },
      );
  }

  /** Multiplies a block of columns, from one row to before another, by the transpose of `small`. */
  private timesSmall(array: Float32Array, firstRow: number, lastRow: number, from: number, width: number): void {
    const { padded, column, small, kernel } = this;
    const rows = lastRow - firstRow;
    if (rows <= 0) return;
    for (let row = 0; row < rows; row++) {
      const start = (firstRow + row) * padded + from;
      for (let at = 0; at < width; at++) column[row * block + at] = -array[start + at]!;
      array.fill(0, start, start + width);
    }
    kernel.subtractProduct(
      { array, from: firstRow * padded + from, stride: padded },
      { array: column, from: 0, stride: block },
      { array: small, from: 0, stride: block },
      { rows, columns: width, depth: width },
    );
  }

  /** One block of columns of `turned` above its diagonal, from the blocks before it. */
  private invertColumns(from: number): void {
    const { lower, turned, padded, kernel } = this;
    const to = this.endOf(from);
    for (let depth = 0; depth < from; depth += block) {
      for (let column = from; column < to; column += columnsAtOnce)
        kernel.subtractProduct(
          { array: turned, from: column, stride: padded },
          { array: turned, from: depth, stride: padded },
          { array: lower, from: column * padded + depth, stride: padded },
          { rows: depth + block, columns: Math.min(columnsAtOnce, to - column), depth: block },
        );
    }
    const width = to - from;
    this.small.fill(0);
    for (let row = 0; row < width; row++)
      for (let column = 0; column <= row; column++) this.small[row * block + column] = turned[(from + column) * padded + from + row]!;
    this.timesSmall(turned, 0, from, from, width);
  }

  /** Takes from `lower` what one block of columns adds to `turned` times its transpose. */
  private addProduct(from: number): void {
    const { lower, turned, padded, kernel } = this;
    const to = this.endOf(from);
    for (let column = 0; column < to; column += columnsAtOnce)
      kernel.subtractProduct(
        { array: lower, from: column * padded + column, stride: padded },
        { array: turned, from: column * padded + from, stride: padded },
        { array: turned, from: column * padded + from, stride: padded },
        { rows: to - column, columns: Math.min(columnsAtOnce, to - column), depth: to - from },
      );
  }

  private result(): Float32Array {
    const { lower, padded, size } = this;
    const inverse = new Float32Array(size * size);
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= row; column++)
        inverse[row * size + column] = inverse[column * size + row] = -lower[row * padded + column]!;
    return inverse;
  }
}

/** Leaves L in the lower half of a square that begins at `from`. */
function factoriseSquare(matrix: Float32Array | Float64Array, from: number, stride: number, size: number): void {
  for (let row = 0; row < size; row++) {
    const own = from + row * stride;
    for (let column = 0; column <= row; column++) {
      const other = from + column * stride;
      let sum = matrix[own + column]!;
      for (let at = 0; at < column; at++) sum -= matrix[own + at]! * matrix[other + at]!;
      if (row !== column) matrix[own + column] = sum / matrix[other + column]!;
      else if (sum > 0) matrix[own + column] = Math.sqrt(sum);
      else throw new Error('the matrix is not positive definite');
    }
  }
}

/** The inverse of the L that `factoriseSquare` leaves; its upper half is 0. */
function invertSquare(lower: Float32Array, from: number, stride: number, size: number, inverse: Float32Array): void {
  inverse.fill(0);
  for (let column = 0; column < size; column++) {
    inverse[column * block + column] = 1 / lower[from + column * stride + column]!;
    for (let row = column + 1; row < size; row++) {
      const own = from + row * stride;
      let sum = 0;
      for (let at = column; at < row; at++) sum += lower[own + at]! * inverse[at * block + column]!;
      inverse[row * block + column] = -sum / lower[own + row]!;
    }
  }
}

/**
 * Solves matrix times x = target for a small symmetric positive definite matrix.
 * @param matrix size by size, of which the lower half is read and overwritten
 * @param target overwritten with the solution
 * @throws Error where the matrix is not positive definite
 */
export function solvePositiveDefinite(matrix: Float64Array, target: Float64Array, size: number): Float64Array {
  factoriseSquare(matrix, 0, size, size);
  for (let row = 0; row < size; row++) {
    let sum = target[row]!;
    for (let at = 0; at < row; at++) sum -= matrix[row * size + at]! * target[at]!;
    target[row] = sum / matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = target[row]!;
    for (let at = row + 1; at < size; at++) sum -= matrix[at * size + row]! * target[at]!;
    target[row] = sum / matrix[row * size + row]!;
  }
  return target;
}
