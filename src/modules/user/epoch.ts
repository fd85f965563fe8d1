/**
 * Checking credentials takes a while, and what they open is written after it. Meanwhile the password may be changed, or the
 * account banned: each begins a new epoch, and what was checked in an earlier one opens nothing.
 */
export function isOfEpoch(begun: { epoch?: number }, account: { epoch?: number }): boolean {
  return begun.epoch === undefined || begun.epoch === (account.epoch ?? 0);
}
