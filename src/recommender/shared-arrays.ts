/** Plain data with its typed arrays in memory that all threads see, so that handing it on copies nothing. */

type NumberArray = Float32Array | Float64Array | Uint32Array | Int32Array | Uint8Array;

function isNumberArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function mapArrays<Value>(value: Value, change: (array: NumberArray) => NumberArray): Value {
  if (isNumberArray(value)) return change(value) as Value;
  if (Array.isArray(value))
    return (value.some((entry) => typeof entry === 'object') ? value.map((entry) => mapArrays(entry as unknown, change)) : value) as Value;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, mapArrays(entry as unknown, change)])) as Value;
}

/** What stands in two places is copied once, and stands in both. */
function copyOnce(copy: (array: NumberArray) => NumberArray): (array: NumberArray) => NumberArray {
  const copies = new Map<NumberArray, NumberArray>();
  return (array) => {
    const known = copies.get(array) ?? copy(array);
    copies.set(array, known);
    return known;
  };
}

/** The same data, its arrays copied into shared memory where they are not there already. */
export function shareArrays<Value>(value: Value): Value {
  const share = (array: NumberArray): NumberArray => {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const shared = Reflect.construct(array.constructor, [new SharedArrayBuffer(array.byteLength)]) as NumberArray;
    shared.set(array);
    return shared;
  };
  return mapArrays(value, copyOnce(share));
}

/** The same data, its arrays copied out of shared memory, as files need them. */
export function unshareArrays<Value>(value: Value): Value {
  return mapArrays(
    value,
    copyOnce((array) => (array.buffer instanceof SharedArrayBuffer ? array.slice() : array)),
  );
}
