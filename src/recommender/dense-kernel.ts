/**
 * The two dense products that training spends its time in, in WebAssembly where it runs (built from `assembly/dense.ts`), and
 * in plain TypeScript where it does not. Both add the same numbers in the same order, so both give the same results.
 */
import { existsSync, readFileSync } from 'node:fs';

/** A part of a row-major array: where it begins, and how far it is from one row to the next. */
export interface Block<Numbers> {
  array: Numbers;
  from: number;
  stride: number;
}

export interface DenseKernel {
  /** Zeros in the kernel's memory; the kernel works on nothing else. */
  doubles(count: number): Float64Array;
  floats(count: number): Float32Array;
  /** target −= left · rightᵀ; rows and columns come in fours. */
  subtractProduct(
    target: Block<Float64Array>,
    left: Block<Float64Array>,
    right: Block<Float64Array>,
    size: { rows: number; columns: number; depth: number },
  ): void;
  /**
   * Adds weight · vector · vectorᵀ to a square, for each of the first `count` vectors. The upper half of the square is left
   * with anything.
   * @param width of the vectors; a multiple of eight
   */
  addOuterProducts(square: Float32Array, width: number, vectors: Float32Array, weights: Float32Array, count: number): void;
}

/** The most columns × depth of `subtractProduct`. */
export const maxPacked = 64 * 64;

/** @param bytes how much the kernel's arrays may take together */
export function denseKernel(bytes: number): DenseKernel {
  const module = compiled();
  return module ? new CompiledKernel(module, bytes) : new PlainKernel();
}

/** What of WebAssembly is used here; the types of Node 20 lack it. */
interface WebAssemblyApi {
  validate(code: Uint8Array): boolean;
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

interface Exports {
  subtractProduct(...offsetsAndSizes: number[]): void;
  addOuterProducts(square: number, width: number, vectors: number, weights: number, count: number): void;
}

const pageSize = 65536;
const alignment = 16;
const file = new URL(import.meta.url.endsWith('.ts') ? '../../dist/recommender/dense.wasm' : './dense.wasm', import.meta.url);
let known: { module: object | null } | null = null;

/** Null where there is no build, or the machine has no vector instructions. */
function compiled(): object | null {
  if (!known) {
    const code = existsSync(file) ? readFileSync(file) : null;
    known = { module: code && WebAssembly.validate(code) ? new WebAssembly.Module(code) : null };
  }
  return known.module;
}

/** Whether kernels are compiled ones on this machine. */
export function isCompiled(): boolean {
  return compiled() !== null;
}

class CompiledKernel implements DenseKernel {
  private readonly memory: { buffer: ArrayBuffer };
  private readonly exports: Exports;
  private readonly scratch: number;
  private used = alignment;

  constructor(module: object, bytes: number) {
    const needed = bytes + 8 * maxPacked + 16 * alignment;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(needed / pageSize) + 1 });
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as Exports;
    this.scratch = this.allocate(8 * maxPacked);
  }

  private allocate(bytes: number): number {
    const offset = this.used;
    this.used = offset + Math.ceil(bytes / alignment) * alignment;
    return offset;
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.allocate(8 * count), count);
  }

  floats(count: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.allocate(4 * count), count);
  }

  subtractProduct(
    target: Block<Float64Array>,
    left: Block<Float64Array>,
    right: Block<Float64Array>,
    { rows, columns, depth }: { rows: number; columns: number; depth: number },
  ): void {
    const [to, a, b] = [target, left, right].map(({ array, from }) => array.byteOffset + 8 * from);
    this.exports.subtractProduct(to!, target.stride, a!, left.stride, b!, right.stride, rows, columns, depth, this.scratch);
  }

  addOuterProducts(square: Float32Array, width: number, vectors: Float32Array, weights: Float32Array, count: number): void {
    this.exports.addOuterProducts(square.byteOffset, width, vectors.byteOffset, weights.byteOffset, count);
  }
}

export class PlainKernel implements DenseKernel {
  doubles(count: number): Float64Array {
    return new Float64Array(count);
  }

  floats(count: number): Float32Array {
    return new Float32Array(count);
  }

  subtractProduct(
    target: Block<Float64Array>,
    left: Block<Float64Array>,
    right: Block<Float64Array>,
    { rows, columns, depth }: { rows: number; columns: number; depth: number },
  ): void {
    for (let row = 0; row < rows; row += 2) {
      for (let column = 0; column < columns; column += 4) subtractTile(target, left, right, row, column, depth);
    }
  }

  addOuterProducts(square: Float32Array, width: number, vectors: Float32Array, weights: Float32Array, count: number): void {
    for (let row = 0; row < width; row++) {
      for (let column = 0; column <= row; column += 4) addQuadruple(square, width, vectors, weights, count, row, column);
    }
  }
}

/** Two rows by four columns: as many sums as the processor keeps at hand. */
function subtractTile(
  { array: target, from: to, stride }: Block<Float64Array>,
  { array: left, from: leftFrom, stride: leftStride }: Block<Float64Array>,
  { array: right, from: rightFrom, stride: rightStride }: Block<Float64Array>,
  row: number,
  column: number,
  depth: number,
): void {
  const a = leftFrom + row * leftStride;
  const b = a + leftStride;
  const first = rightFrom + column * rightStride;
  const second = first + rightStride;
  const third = second + rightStride;
  const fourth = third + rightStride;
  let [a1, a2, a3, a4, b1, b2, b3, b4] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < depth; at++) {
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
  const upper = to + row * stride + column;
  const lower = upper + stride;
  target[upper]! -= a1;
  target[upper + 1]! -= a2;
  target[upper + 2]! -= a3;
  target[upper + 3]! -= a4;
  target[lower]! -= b1;
  target[lower + 1]! -= b2;
  target[lower + 2]! -= b3;
  target[lower + 3]! -= b4;
}

const single = Math.fround;

/** Four neighbouring places of one row, in single precision as the compiled kernel has it. */
function addQuadruple(
  square: Float32Array,
  width: number,
  vectors: Float32Array,
  weights: Float32Array,
  count: number,
  row: number,
  column: number,
): void {
  let [one, two, three, four] = [0, 0, 0, 0];
  for (let vector = 0, from = 0; vector < count; vector++, from += width) {
    const scaled = single(weights[vector]! * vectors[from + row]!);
    one = single(one + single(scaled * vectors[from + column]!));
    two = single(two + single(scaled * vectors[from + column + 1]!));
    three = single(three + single(scaled * vectors[from + column + 2]!));
    four = single(four + single(scaled * vectors[from + column + 3]!));
  }
  const to = row * width + column;
  square[to]! += one;
  square[to + 1]! += two;
  square[to + 2]! += three;
  square[to + 3]! += four;
}
