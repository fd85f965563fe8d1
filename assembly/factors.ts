/** One half of a sweep of alternating least squares. */
import { addOuterProducts } from './dense';

/** How many vectors are taken together: few enough to stay in the processor's first cache. */
const batch: usize = 128;

/**
 * @param scratch room for two squares of floats, `batch` vectors and weights, a square of doubles and a vector of doubles
 * @returns 0, or 1 + the row whose matrix is not positive definite
 */
export function solveSide(
  rows: usize,
  offsets: usize,
  indices: usize,
  values: usize,
  others: usize,
  otherRows: usize,
  own: usize,
  width: usize,
  regularisation: f64,
  unobserved: f64,
  scratch: usize,
): u32 {
  const bytes = width << 2;
  const gram = scratch;
  const square = gram + width * bytes;
  const vectors = square + width * bytes;
  const weights = vectors + batch * bytes;
  const matrix = weights + (batch << 2);
  const target = matrix + ((width * width) << 3);
  memory.fill(gram, 0, width * bytes);
  addAll(gram, width, others, otherRows, weights);
  for (let at = gram; at < square; at += 4) store<f32>(at, <f32>(unobserved * <f64>load<f32>(at)));
  for (let row: usize = 0; row < rows; row++) {
    const from = <usize>load<u32>(offsets + (row << 2));
    const count = <usize>load<u32>(offsets + (row << 2), 4) - from;
    const to = own + row * bytes;
    if (count == 0) {
      memory.fill(to, 0, bytes);
      continue;
    }
    memory.fill(square, 0, width * bytes);
    memory.fill(target, 0, width << 3);
    addRows(square, target, width, indices + (from << 2), values + (from << 2), count, others, vectors, weights);
    const penalty = regularisation * (<f64>count + unobserved * <f64>otherRows);
    turn(matrix, gram, square, width, penalty);
    if (!factorise(matrix, width)) return 1 + <u32>row;
    solve(matrix, target, width);
    for (let at: usize = 0; at < width; at++) store<f32>(to + (at << 2), <f32>load<f64>(target + (at << 3)));
  }
  return 0;
}

/** Adds the outer products of all vectors with themselves. */
function addAll(square: usize, width: usize, vectors: usize, count: usize, weights: usize): void {
  for (let at: usize = 0; at < batch; at++) store<f32>(weights + (at << 2), 1);
  for (let from: usize = 0; from < count; from += batch)
    addOuterProducts(square, width, vectors + ((from * width) << 2), weights, min(batch, count - from));
}

/** Adds what some of the others' vectors say, batch by batch. */
function addRows(
  square: usize,
  target: usize,
  width: usize,
  indices: usize,
  values: usize,
  count: usize,
  others: usize,
  vectors: usize,
  weights: usize,
): void {
  const bytes = width << 2;
  for (let from: usize = 0; from < count; from += batch) {
    const taken = min(batch, count - from);
    memory.copy(weights, values + (from << 2), taken << 2);
    for (let at: usize = 0; at < taken; at++) {
      const vector = others + <usize>load<u32>(indices + ((from + at) << 2)) * bytes;
      const weight = v128.load32_splat(weights + (at << 2));
      const to = vectors + at * bytes;
      for (let place: usize = 0; place < bytes; place += 16) {
        const four = v128.load(vector + place);
        v128.store(to + place, four);
        const weighted = f32x4.mul(weight, four);
        const sums = target + (place << 1);
        v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(weighted)));
        const high = f64x2.promote_low_f32x4(i8x16.shuffle(weighted, weighted, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
        v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
      }
    }
    addOuterProducts(square, width, vectors, weights, taken);
  }
}

/** The upper half, in doubles, of the sum of two squares of which the lower halves are known. */
function turn(matrix: usize, gram: usize, square: usize, width: usize, penalty: f64): void {
  for (let row: usize = 0; row < width; row++) {
    for (let column: usize = 0; column <= row; column++) {
      const at = (row * width + column) << 2;
      let sum = <f64>load<f32>(gram + at) + <f64>load<f32>(square + at);
      if (row == column) sum += penalty;
      store<f64>(matrix + ((column * width + row) << 3), sum);
    }
  }
}

/** Leaves U of Uᵀ U in the upper half. */
function factorise(matrix: usize, width: usize): bool {
  for (let step: usize = 0; step < width; step++) {
    const top = matrix + ((step * width) << 3);
    const pivot = load<f64>(top + (step << 3));
    if (!(pivot > 0)) return false;
    const root = sqrt(pivot);
    for (let column = step; column < width; column++) store<f64>(top + (column << 3), load<f64>(top + (column << 3)) / root);
    for (let row = step + 1; row < width; row++)
      subtractMultiple(matrix + ((row * width) << 3), top, load<f64>(top + (row << 3)), row, width);
  }
  return true;
}

/** own −= factor · other, from one place on. */
function subtractMultiple(own: usize, other: usize, factor: f64, from: usize, width: usize): void {
  let at = from;
  if ((width - at) & 1) {
    const place = own + (at << 3);
    store<f64>(place, load<f64>(place) - factor * load<f64>(other + (at << 3)));
    at++;
  }
  const both = f64x2.splat(factor);
  for (; at < width; at += 2) {
    const place = own + (at << 3);
    v128.store(place, f64x2.sub(v128.load(place), f64x2.mul(both, v128.load(other + (at << 3)))));
  }
}

/** Solves Uᵀ U x = target. */
function solve(matrix: usize, target: usize, width: usize): void {
  for (let step: usize = 0; step < width; step++) {
    const top = matrix + ((step * width) << 3);
    const value = load<f64>(target + (step << 3)) / load<f64>(top + (step << 3));
    store<f64>(target + (step << 3), value);
    subtractMultiple(target, top, value, step + 1, width);
  }
  for (let left = width; left > 0; left--) {
    const step = left - 1;
    const top = matrix + ((step * width) << 3);
    const sum = productFrom(top, target, left, width);
    const place = target + (step << 3);
    store<f64>(place, (load<f64>(place) - sum) / load<f64>(top + (step << 3)));
  }
}

/** The scalar product of two vectors from one place on. */
function productFrom(one: usize, other: usize, from: usize, width: usize): f64 {
  let at = from;
  let first: f64 = 0;
  if ((width - at) & 1) {
    first = load<f64>(one + (at << 3)) * load<f64>(other + (at << 3));
    at++;
  }
  let both = f64x2(first, 0);
  for (; at < width; at += 2) both = f64x2.add(both, f64x2.mul(v128.load(one + (at << 3)), v128.load(other + (at << 3))));
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}
