/** Sums over what two rows of a sparse matrix share. */

/** @returns how many others were touched */
export function addShared(
  indices: usize,
  values: usize,
  count: usize,
  offsets: usize,
  others: usize,
  otherValues: usize,
  before: u32,
  sums: usize,
  touched: usize,
): u32 {
  let next = touched;
  for (let at: usize = 0; at < count; at++) {
    const weight = <f64>load<f32>(values + (at << 2));
    const row = offsets + ((<usize>load<u32>(indices + (at << 2))) << 2);
    const end = <usize>load<u32>(row, 4);
    for (let entry = <usize>load<u32>(row); entry < end; entry++) {
      const other = load<u32>(others + (entry << 2));
      if (other >= before) break;
      const product = weight * <f64>load<f32>(otherValues + (entry << 2));
      if (product == 0) continue;
      const place = sums + ((<usize>other) << 3);
      const sum = load<f64>(place);
      if (sum == 0) {
        store<u32>(next, other);
        next += 4;
      }
      store<f64>(place, sum + product);
    }
  }
  return (next - touched) >> 2;
}

/** @returns how many others were touched */
export function addCommon(
  indices: usize,
  values: usize,
  count: usize,
  offsets: usize,
  others: usize,
  otherValues: usize,
  before: u32,
  sums: usize,
  touched: usize,
): u32 {
  let next = touched;
  for (let at: usize = 0; at < count; at++) {
    const own = <f64>load<f32>(values + (at << 2));
    const rest = f64x2(own * own, 1);
    const row = offsets + ((<usize>load<u32>(indices + (at << 2))) << 2);
    const end = <usize>load<u32>(row, 4);
    for (let entry = <usize>load<u32>(row); entry < end; entry++) {
      const other = load<u32>(others + (entry << 2));
      if (other >= before) break;
      const theirs = <f64>load<f32>(otherValues + (entry << 2));
      const place = sums + ((<usize>other) << 5);
      if (load<f64>(place, 24) == 0) {
        store<u32>(next, other);
        next += 4;
      }
      const products = f64x2.mul(f64x2.splat(theirs), f64x2.replace_lane(f64x2.splat(own), 1, theirs));
      v128.store(place, f64x2.add(v128.load(place), products));
      v128.store(place, f64x2.add(v128.load(place, 16), rest), 16);
    }
  }
  return (next - touched) >> 2;
}
