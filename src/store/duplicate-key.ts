/** Whether a write failed because a unique key is taken; the fields of that key. */
export function duplicateKeyFields(error: unknown): string[] | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 11000) return null;
  return Object.keys(('keyPattern' in error ? error.keyPattern : {}) as object);
}
