import { vi } from 'vitest';

/** Waits until something holds that nothing announces. The timeout is for a machine that is very busy. */
export function until(holds: () => boolean | Promise<boolean>): Promise<unknown> {
  return vi.waitUntil(holds, { interval: 10, timeout: 120_000 });
}
