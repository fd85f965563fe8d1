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

/** Takes the finished columns' products out of what is still to be factorised: two rows by four columns at a time. */
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
    for (; column + 3 < columnsEnd; column += 4) {
      dots(matrix, a, b, matrix, column * size, size, from, to);
      for (let at = 0; at < 4; at++) {
        matrix[a + column + at]! -= sums[at]!;
        matrix[b + column + at]! -= sums[4 + at]!;
      }
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

/** Where `dots` leaves its eight sums: those of the first row, then those of the second. */
const sums = new Float64Array(8);

/** The products of two rows of one matrix with four of another, from one column to before another. */
function dots(
  left: Float64Array,
  a: number,
  b: number,
  right: Float64Array,
  first: number,
  stride: number,
  from: number,
  to: number,
): void {
  const second = first + stride;
  const third = second + stride;
  const fourth = third + stride;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  let a4 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  let b4 = 0;
  for (let at = from; at < to; at++) {
    const top = left[a + at]!;
    const bottom = left[b + at]!;
    const one = right[first + at]!;
    const two = right[second + at]!;
    const three = right[third + at]!;
    const four = right[fourth + at]!;
    a1 += top * one;
    a2 += top * two;
    a3 += top * three;
    a4 += top * four;
    b1 += bottom * one;
    b2 += bottom * two;
    b3 += bottom * three;
    b4 += bottom * four;
  }
  sums[0] = a1;
  sums[1] = a2;
  sums[2] = a3;
  sums[3] = a4;
  sums[4] = b1;
  sums[5] = b2;
  sums[6] = b3;
  sums[7] = b4;
}

const columnsAtOnce = 8;

/** The transpose of L's inverse: row by row what its columns are, so that products run along rows. */
function invertLower(lower: Float64Array, size: number): Float64Array {
  const turned = new Float64Array(size * size);
  for (let from = 0; from < size; from += columnsAtOnce) {
    const to = Math.min(size, from + columnsAtOnce);
    for (let column = from; column < to; column++) invertColumn(lower, turned, size, column, to);
    const whole = to - from === columnsAtOnce;
    let row = to;
    for (; whole && row + 1 < size; row += 2) invertPair(lower, turned, size, from, row);
    for (; row < size; row++)
      for (let column = from; column < to; column++) turned[column * size + row] = invertedAt(lower, turned, size, column, row);
  }
  return turned;
}

/** A column from its diagonal to before a row. */
function invertColumn(lower: Float64Array, turned: Float64Array, size: number, column: number, to: number): void {
  turned[column * size + column] = 1 / lower[column * size + column]!;
  for (let row = column + 1; row < to; row++) turned[column * size + row] = invertedAt(lower, turned, size, column, row);
}

function invertedAt(lower: Float64Array, turned: Float64Array, size: number, column: number, row: number): number {
  let sum = 0;
  for (let at = column; at < row; at++) sum += lower[row * size + at]! * turned[column * size + at]!;
  return -sum / lower[row * size + row]!;
}

/** Two rows of eight columns; above their diagonals the columns are 0 and add nothing. */
function invertPair(lower: Float64Array, turned: Float64Array, size: number, from: number, row: number): void {
  const [a, b] = [row * size, (row + 1) * size];
  const [own, next, between] = [lower[a + row]!, lower[b + row + 1]!, lower[b + row]!];
  for (let column = from; column < from + columnsAtOnce; column += 4) {
    dots(lower, a, b, turned, column * size, size, from, row);
    for (let at = 0; at < 4; at++) {
      const start = (column + at) * size;
      const value = -sums[at]! / own;
      turned[start + row] = value;
      turned[start + row + 1] = -(sums[4 + at]! + between * value) / next;
    }
  }
}

/** T Tᵀ of an upper triangular T, which is the inverse where T is the transpose of L's inverse. */
function multiplyByTranspose(upper: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  const keep = (row: number, column: number, value: number): void => {
    product[row * size + column] = value;
    product[column * size + row] = value;
  };
  for (let rows = 0; rows < size; rows += block) {
    const rowsEnd = Math.min(size, rows + block);
    for (let columns = 0; columns <= rows; columns += block) {
      for (let row = rows; row < rowsEnd; row += 2) {
        const columnsEnd = Math.min(row + 1, columns + block);
        let column = columns;
        // What lies left of a row's diagonal is 0, so both rows may begin where the first does.
        for (; row + 1 < rowsEnd && column + 3 < columnsEnd; column += 4) {
          dots(upper, row * size, (row + 1) * size, upper, column * size, size, row, size);
          for (let at = 0; at < 4; at++) {
            keep(row, column + at, sums[at]!);
            keep(row + 1, column + at, sums[4 + at]!);
          }
        }
        for (const own of row + 1 < rowsEnd ? [row, row + 1] : [row])
          for (let rest = column; rest < Math.min(own + 1, columns + block); rest++)
            keep(own, rest, dot(upper, own * size, rest * size, own, size));
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
