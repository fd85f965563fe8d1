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
  const byRow: Map<number, number>[] = Array.from({ length: rows }, () => new Map<number, number>());
  for (const { row, column, value } of entries) byRow[row]!.set(column, value);
  return fromRows(
    columns,
    byRow.map((cells) => {
      const indices = Uint32Array.from(cells.keys()).sort();
      return { indices, values: Float32Array.from(indices, (column) => cells.get(column)!) };
    }),
  );
}

export interface SparseRow {
  indices: Uint32Array;
  values: Float32Array;
}

export function fromRows(columns: number, rows: readonly SparseRow[]): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => (offsets[at + 1] = offsets[at]! + row.indices.length));
  const matrix: SparseMatrix = {
    rows: rows.length,
    columns,
    offsets,
    indices: new Uint32Array(offsets[rows.length]!),
    values: new Float32Array(offsets[rows.length]!),
  };
  rows.forEach((row, at) => {
    matrix.indices.set(row.indices, offsets[at]);
    matrix.values.set(row.values, offsets[at]);
  });
  return matrix;
}

/** A row as views into the matrix. */
export function rowOf(matrix: SparseMatrix, row: number): SparseRow {
  const from = matrix.offsets[row]!;
  const to = matrix.offsets[row + 1]!;
  return { indices: matrix.indices.subarray(from, to), values: matrix.values.subarray(from, to) };
}

export function transpose(matrix: SparseMatrix): SparseMatrix {
  const { rows, columns, offsets, indices, values } = matrix;
  const turned: SparseMatrix = {
    rows: columns,
    columns: rows,
    offsets: new Uint32Array(columns + 1),
    indices: new Uint32Array(indices.length),
    values: new Float32Array(values.length),
  };
  for (const column of indices) turned.offsets[column + 1]!++;
  for (let column = 0; column < columns; column++) turned.offsets[column + 1]! += turned.offsets[column]!;
  const next = turned.offsets.slice();
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const place = next[indices[at]!]!++;
      turned.indices[place] = row;
      turned.values[place] = values[at]!;
    }
  }
  return turned;
}

/** The Euclidean length of a vector, however long its list of values. */
export function lengthOf(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

/** The same matrix with other values at the same places; entries that become 0 are dropped. */
export function mapValues(matrix: SparseMatrix, change: (value: number, row: number, column: number) => number): SparseMatrix {
  const rows = Array.from({ length: matrix.rows }, (_, row) => {
    const { indices, values } = rowOf(matrix, row);
    const changed = values.map((value, at) => change(value, row, indices[at]!));
    if (!changed.includes(0)) return { indices, values: changed };
    const kept = [...changed.keys()].filter((at) => changed[at] !== 0);
    return { indices: Uint32Array.from(kept, (at) => indices[at]!), values: Float32Array.from(kept, (at) => changed[at]!) };
  });
  return fromRows(matrix.columns, rows);
}

/** The positions of the `count` largest values above a bound, which is 0 where left out, the largest first. */
export function largest(values: Float32Array, count: number, candidates?: ArrayLike<number>, above = 0): number[] {
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
function sink(heap: number[], values: Float32Array): void {
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
