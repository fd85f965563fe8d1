/** A part of an address in plain text. The router has decoded it, except for what divides addresses; what cannot be decoded is meant as it is. */
export function plainPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
