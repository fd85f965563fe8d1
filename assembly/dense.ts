/** Dense products, four numbers at a time. */

/**
 * target −= left · rightᵀ. Rows come in fours, columns in eights.
 * @param scratch room for columns × depth floats
 */
export function subtractProduct(
  target: usize,
  targetStride: usize,
  left: usize,
  leftStride: usize,
  right: usize,
  rightStride: usize,
  rows: usize,
  columns: usize,
  depth: usize,
  scratch: usize,
): void {
  pack(right, rightStride << 2, columns, depth, scratch);
  for (let row: usize = 0; row < rows; row += 4) {
    for (let column: usize = 0; column < columns; column += 8) {
      subtractTile(
        target + ((row * targetStride + column) << 2),
        targetStride << 2,
        left + ((row * leftStride) << 2),
        leftStride << 2,
        scratch + ((column * depth) << 2),
        depth,
      );
    }
  }
}

/** Eight columns side by side for every step of the depth, so that a vector holds four of them. */
function pack(right: usize, stride: usize, columns: usize, depth: usize, scratch: usize): void {
  for (let column: usize = 0; column < columns; column += 8) {
    let to = scratch + ((column * depth) << 2);
    let from = right + column * stride;
    for (let at: usize = 0; at < depth; at++) {
      for (let one: usize = 0; one < 8; one++) store<f32>(to + (one << 2), load<f32>(from + one * stride));
      to += 32;
      from += 4;
    }
  }
}

function subtractTile(target: usize, targetStride: usize, left: usize, leftStride: usize, packed: usize, depth: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  let a = left;
  let b = a + leftStride;
  let c = b + leftStride;
  let d = c + leftStride;
  const end = packed + (depth << 5);
  while (packed < end) {
    const first = v128.load(packed, 0);
    const second = v128.load(packed, 16);
    const one = v128.load32_splat(a);
    a0 = f32x4.add(a0, f32x4.mul(one, first));
    a1 = f32x4.add(a1, f32x4.mul(one, second));
    const two = v128.load32_splat(b);
    b0 = f32x4.add(b0, f32x4.mul(two, first));
    b1 = f32x4.add(b1, f32x4.mul(two, second));
    const three = v128.load32_splat(c);
    c0 = f32x4.add(c0, f32x4.mul(three, first));
    c1 = f32x4.add(c1, f32x4.mul(three, second));
    const four = v128.load32_splat(d);
    d0 = f32x4.add(d0, f32x4.mul(four, first));
    d1 = f32x4.add(d1, f32x4.mul(four, second));
    packed += 8 * sizeof<f32>();
    a += sizeof<f32>();
    b += sizeof<f32>();
    c += sizeof<f32>();
    d += sizeof<f32>();
  }
  subtractRow(target, a0, a1);
  subtractRow(target + targetStride, b0, b1);
  subtractRow(target + 2 * targetStride, c0, c1);
  subtractRow(target + 3 * targetStride, d0, d1);
}

function subtractRow(target: usize, first: v128, second: v128): void {
  v128.store(target, f32x4.sub(v128.load(target), first));
  v128.store(target, f32x4.sub(v128.load(target, 16), second), 16);
}

/**
 * Adds weight · vector · vectorᵀ to a square of floats, for each of some vectors; of the square only tiles that touch the
 * lower half are written. The width comes in eights.
 */
export function addOuterProducts(square: usize, width: usize, vectors: usize, weights: usize, count: usize): void {
  for (let row: usize = 0; row < width; row += 4) {
    for (let column: usize = 0; column <= row; column += 8) {
      addTile(square + ((row * width + column) << 2), width << 2, vectors + (row << 2), vectors + (column << 2), weights, count);
    }
  }
}

function addTile(square: usize, stride: usize, left: usize, right: usize, weights: usize, count: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  const end = weights + (count << 2);
  while (weights < end) {
    const weight = load<f32>(weights);
    const first = v128.load(right, 0);
    const second = v128.load(right, 16);
    const one = f32x4.splat(weight * load<f32>(left, 0));
    a0 = f32x4.add(a0, f32x4.mul(one, first));
    a1 = f32x4.add(a1, f32x4.mul(one, second));
    const two = f32x4.splat(weight * load<f32>(left, 4));
    b0 = f32x4.add(b0, f32x4.mul(two, first));
    b1 = f32x4.add(b1, f32x4.mul(two, second));
    const three = f32x4.splat(weight * load<f32>(left, 8));
    c0 = f32x4.add(c0, f32x4.mul(three, first));
    c1 = f32x4.add(c1, f32x4.mul(three, second));
    const four = f32x4.splat(weight * load<f32>(left, 12));
    d0 = f32x4.add(d0, f32x4.mul(four, first));
    d1 = f32x4.add(d1, f32x4.mul(four, second));
    weights += sizeof<f32>();
    left += stride;
    right += stride;
  }
  addRow(square, a0, a1);
  addRow(square + stride, b0, b1);
  addRow(square + 2 * stride, c0, c1);
  addRow(square + 3 * stride, d0, d1);
}

function addRow(square: usize, first: v128, second: v128): void {
  v128.store(square, f32x4.add(v128.load(square), first));
  v128.store(square, f32x4.add(v128.load(square, 16), second), 16);
}
