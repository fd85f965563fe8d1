/** Most of what is copied is shorter than a call of the engine's own copying takes. @returns where the copy ends */
export function copyBytes(from: Uint8Array, start: number, stop: number, to: Buffer, at: number): number {
  if (stop - start > 64) {
    to.set(from.subarray(start, stop), at);
    return at + stop - start;
  }
  for (let position = start; position < stop; position++) to[at++] = from[position]!;
  return at;
}

/** Which of two keys comes first: what Buffer.compare says, for keys that soon differ faster than it is called. */
export function compareBytes(left: Buffer, right: Buffer): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = left[at]! - right[at]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Where a field's name ends. @param end where the document does. @returns -1 where the name goes on until there */
export function endOfName(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) if (bytes[at] === 0) return at;
  return -1;
}
