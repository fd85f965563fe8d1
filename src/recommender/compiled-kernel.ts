/** The kernel in WebAssembly, as the build leaves it. */
import { existsSync, readFileSync } from 'node:fs';
import { maxPacked, type Block, type Kernel, type Side } from './kernel.js';
import { PlainKernel } from './plain-kernel.js';
import type { SparseMatrix } from './sparse-matrix.js';

/** @param bytes how much the kernel's arrays may take together */
export function newKernel(bytes: number): Kernel {
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

type Exports = Record<'subtractProduct' | 'addShared' | 'addCommon' | 'solveSide', (...offsetsAndSizes: number[]) => number>;

const pageSize = 65536;
const alignment = 16;
const file = new URL(import.meta.url.endsWith('.ts') ? '../../dist/recommender/kernel.wasm' : './kernel.wasm', import.meta.url);
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

class CompiledKernel implements Kernel {
  private readonly memory: { buffer: ArrayBuffer };
  private readonly exports: Exports;
  private readonly scratch: number;
  private used = alignment;

  constructor(module: object, bytes: number) {
    const needed = bytes + 4 * maxPacked + 16 * alignment;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(needed / pageSize) + 1 });
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as Exports;
    this.scratch = this.allocate(4 * maxPacked);
  }

  private allocate(bytes: number): number {
    const offset = this.used;
    this.used = offset + Math.ceil(bytes / alignment) * alignment;
    return offset;
  }

  floats(count: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.allocate(4 * count), count);
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.allocate(8 * count), count);
  }

  integers(count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.allocate(4 * count), count);
  }

  sparse(matrix: SparseMatrix): SparseMatrix {
    const copy = {
      ...matrix,
      offsets: this.integers(matrix.offsets.length),
      indices: this.integers(matrix.indices.length),
      values: this.floats(matrix.values.length),
    };
    copy.offsets.set(matrix.offsets);
    copy.indices.set(matrix.indices);
    copy.values.set(matrix.values);
    return copy;
  }

  subtractProduct(
    target: Block,
    left: Block,
    right: Block,
    { rows, columns, depth }: { rows: number; columns: number; depth: number },
  ): void {
    const [to, a, b] = [target, left, right].map(({ array, from }) => array.byteOffset + 4 * from);
    this.exports.subtractProduct(to!, target.stride, a!, left.stride, b!, right.stride, rows, columns, depth, this.scratch);
  }

  addShared(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number {
    return this.exports.addShared(...placesOf(rows, row, turned), before, sums.byteOffset, touched.byteOffset);
  }

  addCommon(rows: SparseMatrix, row: number, turned: SparseMatrix, before: number, sums: Float64Array, touched: Uint32Array): number {
    return this.exports.addCommon(...placesOf(rows, row, turned), before, sums.byteOffset, touched.byteOffset);
  }

  solveSide({ strengths, others, own, width, regularisation, unobserved, scratch }: Side): void {
    const { rows, columns, offsets, indices, values } = strengths;
    const arrays = [offsets, indices, values, others].map(({ byteOffset }) => byteOffset);
    const failed = this.exports.solveSide(
      ...[rows, ...arrays, columns, own.byteOffset, width, regularisation, unobserved, scratch.byteOffset],
    );
    if (failed) throw new Error('the matrix is not positive definite');
  }
}

/** Where one row's entries are, how many, and where the other matrix is. */
function placesOf({ offsets, indices, values }: SparseMatrix, row: number, turned: SparseMatrix): number[] {
  const from = offsets[row]!;
  return [
    indices.byteOffset + 4 * from,
    values.byteOffset + 4 * from,
    offsets[row + 1]! - from,
    turned.offsets.byteOffset,
    turned.indices.byteOffset,
    turned.values.byteOffset,
  ];
}
