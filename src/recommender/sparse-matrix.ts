/** Sparse matrices in compressed row form, on typed arrays that cross threads and files without copying. */

export interface SparseMatrix {
  rows: number;
  columns: number;
  /** `rows + 1` places: row r's entries stand from `offsets[r]` to `offsets[r + 1]`. */
  offsets: Uint32Array;
  /** The column of each entry, ascending within a row. */
  indices: Uint32Array;
  values: Float32Array;
}

export interface Entry {
  row: number;
  column: number;
  value: number;
}

/** Builds a matrix; of entries at the same place the last one stays. */
export function sparseMatrix(rows: number, columns: number, entries: Iterable<Entry>): SparseMatrix {
  const list = [...entries];
  const cells = {
    rows: Uint32Array.from(list, ({ row }) => row),
    columns: Uint32Array.from(list, ({ column }) => column),
    values: Float32Array.from(list, ({ value }) => value),
  };
  return matrixOfCells(rows, columns, cells);
}

/** The same from three arrays; it takes as long as they are long. */
export function matrixOfCells(
  rows: number,
  columns: number,
  cells: { rows: Uint32Array; columns: Uint32Array; values: Float32Array },
): SparseMatrix {
  const byColumn = distribute(columns, rows, cells.columns, cells.rows, cells.values);
  return withoutDuplicates(transpose(byColumn));
}

/** Puts each cell into its row, in the order in which they come. */
function distribute(rows: number, columns: number, rowOfCell: Uint32Array, columnOfCell: Uint32Array, values: Float32Array): SparseMatrix {
  const matrix = emptyMatrix(rows, columns, values.length);
  const { offsets } = matrix;
  for (const row of rowOfCell) offsets[row + 1]!++;
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
  const next = offsets.slice();
  for (let cell = 0; cell < values.length; cell++) {
    const place = next[rowOfCell[cell]!]!++;
    matrix.indices[place] = columnOfCell[cell]!;
    matrix.values[place] = values[cell]!;
  }
  return matrix;
}

function emptyMatrix(rows: number, columns: number, entries: number): SparseMatrix {
  return { rows, columns, offsets: new Uint32Array(rows + 1), indices: new Uint32Array(entries), values: new Float32Array(entries) };
}

/** Of neighbours at the same place only the last one stays. */
function withoutDuplicates(matrix: SparseMatrix): SparseMatrix {
  return filterEntries(matrix, (at, row) => at + 1 === matrix.offsets[row + 1] || matrix.indices[at + 1] !== matrix.indices[at]);
}

/** The same matrix without some of its entries. */
export function filterEntries(matrix: SparseMatrix, keep: (at: number, row: number) => boolean): SparseMatrix {
  const kept = emptyMatrix(matrix.rows, matrix.columns, matrix.indices.length);
  let count = 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
      if (!keep(at, row)) continue;
      kept.indices[count] = matrix.indices[at]!;
      kept.values[count++] = matrix.values[at]!;
    }
    kept.offsets[row + 1] = count;
  }
  if (count === matrix.indices.length) return kept;
  return { ...kept, indices: kept.indices.slice(0, count), values: kept.values.slice(0, count) };
}

export interface SparseRow {
  indices: Uint32Array;
  values: Float32Array;
}

export function fromRows(columns: number, rows: readonly SparseRow[]): SparseMatrix {
  const matrix = emptyMatrix(
    rows.length,
    columns,
    rows.reduce((sum, { indices }) => sum + indices.length, 0),
  );
  rows.forEach((row, at) => {
    matrix.offsets[at + 1] = matrix.offsets[at]! + row.indices.length;
    matrix.indices.set(row.indices, matrix.offsets[at]);
    matrix.values.set(row.values, matrix.offsets[at]);
  });
  return matrix;
}

/** Rows that come one after the other, in memory that grows with them: millions of rows are no millions of objects. */
export class GrowingMatrix {
  private readonly offsets: Uint32Array;
  private indices = new Uint32Array(1024);
  private values = new Float32Array(1024);
  private row = 0;

  constructor(
    private readonly rows: number,
    private readonly columns: number,
  ) {
    this.offsets = new Uint32Array(rows + 1);
  }

  /** The next row, of the values that stand at some places of a list. */
  add(places: ArrayLike<number>, values: ArrayLike<number>): void {
    const from = this.offsets[this.row]!;
    const to = from + places.length;
    if (to > this.indices.length) this.grow(Math.max(to, 2 * this.indices.length));
    const own = this.indices.subarray(from, to);
    own.set(places);
    own.sort();
    for (let at = from; at < to; at++) this.values[at] = values[this.indices[at]!]!;
    this.offsets[++this.row] = to;
  }

  private grow(size: number): void {
    const { indices, values } = this;
    this.indices = new Uint32Array(size);
    this.values = new Float32Array(size);
    this.indices.set(indices);
    this.values.set(values);
  }

  matrix(): SparseMatrix {
    const { rows, columns, offsets } = this;
    const count = offsets[this.row]!;
    return { rows, columns, offsets, indices: this.indices.slice(0, count), values: this.values.slice(0, count) };
  }
}

/** A row as views into the matrix. */
export function rowOf(matrix: SparseMatrix, row: number): SparseRow {
  const from = matrix.offsets[row]!;
  const to = matrix.offsets[row + 1]!;
  return { indices: matrix.indices.subarray(from, to), values: matrix.values.subarray(from, to) };
}

export function transpose(matrix: SparseMatrix): SparseMatrix {
  const { rows, columns, offsets, indices, values } = matrix;
  const rowOfEntry = new Uint32Array(indices.length);
  for (let row = 0; row < rows; row++) rowOfEntry.fill(row, offsets[row], offsets[row + 1]);
  return distribute(columns, rows, indices, rowOfEntry, values);
}

/** The Euclidean length of a vector, however long its list of values. */
export function lengthOf(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** The same matrix with other values at the same places. */
export function mapValues(matrix: SparseMatrix, change: (value: number, row: number, column: number) => number): SparseMatrix {
  const values = new Float32Array(matrix.values.length);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++)
      values[at] = change(matrix.values[at]!, row, matrix.indices[at]!);
  }
  return { ...matrix, values };
}

/** The positions of the `count` largest values above a bound, which is 0 where left out, the largest first. */
export function largest(values: Float32Array | Float64Array, count: number, candidates?: ArrayLike<number>, above = 0): number[] {
  const heap: number[] = [];
  const total = candidates ? candidates.length : values.length;
  for (let at = 0; at < total; at++) {
    const index = candidates ? candidates[at]! : at;
    const value = values[index]!;
    if (!(value > above)) continue;
    if (heap.length < count) {
      heap.push(index);
      if (heap.length === count) heap.sort((a, b) => values[a]! - values[b]!);
      continue;
    }
    if (value <= values[heap[0]!]!) continue;
    heap[0] = index;
    sink(heap, values);
  }
  return heap.sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Restores a binary min-heap whose root has changed; a sorted array is such a heap. */
function sink(heap: number[], values: Float32Array | Float64Array): void {
  const moved = heap[0]!;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && values[heap[child + 1]!]! < values[heap[child]!]!) child++;
    if (values[heap[child]!]! >= values[moved]!) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moved;
}
