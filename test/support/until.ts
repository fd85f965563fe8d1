import { vi } from 'vitest';

/** Waits until something holds that nothing announces; 30 s are for a busy machine, and none waits as long. */
export function until(holds: () => boolean | Promise<boolean>): Promise<unknown> {
  return vi.waitUntil(holds, { interval: 10, timeout: 30_000 });
}
