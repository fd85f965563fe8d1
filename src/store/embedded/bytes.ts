/** Most of what is copied is shorter than a call of the engine's own copying takes. @returns where the copy ends */
export function copyBytes(from: Buffer, start: number, stop: number, to: Buffer, at: number): number {
  if (stop - start > 64) return at + from.copy(to, at, start, stop);
  for (let position = start; position < stop; position++) to[at++] = from[position]!;
  return at;
}
