/**
 * What training spends its time in, in WebAssembly where it runs (built from `assembly/`), and in plain TypeScript where it does
 * not. Both add the same numbers in the same order, so both give the same results.
 */
import type { SparseMatrix } from './sparse-matrix.js';

/** A part of a row-major array: where it begins, and how far it is from one row to the next. */
export interface Block {
  array: Float32Array;
  from: number;
  stride: number;
}

/** Half a sweep of alternating least squares. */
export interface Side {
  /** How strongly each row took to each of the others. */
  strengths: SparseMatrix;
  /** Vectors, row by row, as are `own`. */
  others: Float32Array;
  own: Float32Array;
  /** Of a vector; a multiple of eight. */
  width: number;
  regularisation: number;
  unobserved: number;
  scratch: Float64Array;
}

export interface Kernel {
  /** Zeros in the kernel's memory; the kernel works on nothing else. */
  floats(count: number): Float32Array;
  doubles(count: number): Float64Array;
  integers(count: number): Uint32Array;
  /** A copy in the kernel's memory. */
  sparse(matrix: SparseMatrix): SparseMatrix;
  /** target −= left · rightᵀ; rows come in fours, columns in eights. */
  subtractProduct(target: Block, left: Block, right: Block, size: { rows: number; columns: number; depth: number }): void;
  /**
   * Adds the products of what a row shares with others to the others' sums, which are 0 before.
   * @param rows of values that are not below 0
   * @param turned the same features by what has them
   * @param before others from this number on are left out
   * @param touched gets the others whose sums are not 0
   * @returns how many these are
   */
  addShared(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number;
  /**
   * The same with four sums for each of the others, over what both have: of the products, of the other's squares, of the
   * row's squares, and how many there are. Values may be below 0.
   */
  addCommon(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number;
  /**
   * Finds the best vectors of one side, given those of the other. Sums are made in single precision, solutions in double.
   * @throws Error where there is no best vector, for want of regularisation
   */
  solveSide(side: Side): void;
}

/** The most columns × depth of `subtractProduct`. */
export const maxPacked = 64 * 64;
/** How many vectors `solveSide` takes together. */
export const batch = 128;

/** How many doubles `solveSide` needs aside. */
export function scratchFor(width: number): number {
  return (2 * width * width + batch * width + batch) / 2 + width * width + width;
}

/** How much of a kernel's memory a sparse matrix takes. */
export function bytesOfSparse({ offsets, indices, values }: SparseMatrix): number {
  return offsets.byteLength + indices.byteLength + values.byteLength + 3 * 16;
}
