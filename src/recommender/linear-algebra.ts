/** Dense linear algebra on row-major arrays, in blocks that fit the processor's cache. */

const block = 48;

/**
 * The inverse of a symmetric positive definite matrix, by Cholesky's factorisation.
 * @param matrix size by size; it is overwritten
 * @throws Error where the matrix is not positive definite
 */
export function invertPositiveDefinite(matrix: Float64Array, size: number): Float64Array {
  factorise(matrix, size);
  const inverse = invertLower(matrix, size);
  return multiplyByTranspose(inverse, size);
}

/** Leaves L in the lower half, with L Lᵀ the matrix. */
function factorise(matrix: Float64Array, size: number): void {
  for (let from = 0; from < size; from += block) {
    const to = Math.min(size, from + block);
    for (let row = from; row < size; row++) {
      for (let column = from; column < Math.min(row + 1, to); column++) {
        let sum = matrix[row * size + column]!;
        for (let at = from; at < column; at++) sum -= matrix[row * size + at]! * matrix[column * size + at]!;
        if (row !== column) matrix[row * size + column] = sum / matrix[column * size + column]!;
        else if (sum > 0) matrix[row * size + column] = Math.sqrt(sum);
        else throw new Error('the matrix is not positive definite');
      }
    }
    subtractOuterProduct(matrix, size, from, to);
  }
}

/** Takes the finished columns' products out of what is still to be factorised: four rows by two columns at a time. */
function subtractOuterProduct(matrix: Float64Array, size: number, from: number, to: number): void {
  for (let rows = to; rows < size; rows += block) {
    const rowsEnd = Math.min(size, rows + block);
    for (let columns = to; columns < rowsEnd; columns += block) {
      const columnsEnd = Math.min(size, columns + block);
      subtractTile(matrix, size, from, to, rows, rowsEnd, columns, columnsEnd);
    }
  }
}

function subtractTile(
  matrix: Float64Array,
  size: number,
  from: number,
  to: number,
  rows: number,
  rowsEnd: number,
  columns: number,
  columnsEnd: number,
): void {
  let row = rows;
  for (; row + 1 < rowsEnd; row += 2) {
    const a = row * size;
    const b = a + size;
    let column = columns;
    for (; column + 1 < columnsEnd; column += 2) {
      const c = column * size;
      const d = c + size;
      let ac = 0;
      let ad = 0;
      let bc = 0;
      let bd = 0;
      for (let at = from; at < to; at++) {
        const left = matrix[a + at]!;
        const right = matrix[b + at]!;
        const top = matrix[c + at]!;
        const bottom = matrix[d + at]!;
        ac += left * top;
        ad += left * bottom;
        bc += right * top;
        bd += right * bottom;
      }
      matrix[a + column]! -= ac;
      matrix[a + column + 1]! -= ad;
      matrix[b + column]! -= bc;
      matrix[b + column + 1]! -= bd;
    }
    for (; column < columnsEnd; column++) {
      matrix[a + column]! -= dot(matrix, a, column * size, from, to);
      matrix[b + column]! -= dot(matrix, b, column * size, from, to);
    }
  }
  for (; row < rowsEnd; row++) {
    for (let column = columns; column < columnsEnd; column++)
      matrix[row * size + column]! -= dot(matrix, row * size, column * size, from, to);
  }
}

function dot(matrix: Float64Array, one: number, other: number, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += matrix[one + at]! * matrix[other + at]!;
  return sum;
}

/** The transpose of L's inverse: row by row what its columns are, so that products run along rows. */
function invertLower(lower: Float64Array, size: number): Float64Array {
  const turned = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const start = column * size;
    turned[start + column] = 1 / lower[start + column]!;
    for (let row = column + 1; row < size; row++) {
      const base = row * size;
      let sum = 0;
      for (let at = column; at < row; at++) sum += lower[base + at]! * turned[start + at]!;
      turned[start + row] = -sum / lower[base + row]!;
    }
  }
  return turned;
}

/** T Tᵀ of an upper triangular T, which is the inverse where T is the transpose of L's inverse. */
function multiplyByTranspose(upper: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let rows = 0; rows < size; rows += block) {
    for (let columns = 0; columns <= rows; columns += block) {
      for (let row = rows; row < Math.min(size, rows + block); row++) {
        for (let column = columns; column < Math.min(row + 1, columns + block); column++) {
          const value = dot(upper, row * size, column * size, row, size);
          product[row * size + column] = value;
          product[column * size + row] = value;
        }
      }
    }
  }
  return product;
}

/**
 * Solves matrix times x = target for a symmetric positive definite matrix.
 * @param matrix size by size, of which the lower half is read and overwritten
 * @param target overwritten with the solution
 * @throws Error where the matrix is not positive definite
 */
export function solvePositiveDefinite(matrix: Float64Array, target: Float64Array, size: number): Float64Array {
  factorise(matrix, size);
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
