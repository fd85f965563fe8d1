/** When work is done: what takes long in several turns, between which the browser answers its user, and what can wait later. */
import { useEffect, useState } from 'react';

/** Ends a turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Once the page is there and its reader waits for nothing. */
export function whenIdle(work: () => void): void {
  // Safari has no idle callbacks.
  const soon = (): unknown => ('requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 5_000 }) : setTimeout(work, 1_000));
  if (document.readyState === 'complete') soon();
  else addEventListener('load', soon, { once: true });
}

/** Whether the reader has had time to see what was shown. */
export function useSeen(): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => whenIdle(() => setSeen(true)), []);
  return seen;
}
