/** Stands between clients and a server, so that a test can cut every connection. */
import { Door } from './door.js';

export async function cuttable(target: string) {
  const door = new Door(() => ({ port: Number(new URL(target).port), host: '127.0.0.1' }));
  await door.start();
  return {
    url: `ws://127.0.0.1:${door.port}/graphql`,
    cut: () => door.cut(),
    /** Cuts, and lets nobody connect until `restore`. */
    takeAway: () => door.shut(),
    restore: () => door.reopen(),
    /** Waits until connections are let in. */
    restored: () => door.reopened(),
    close: () => door.stop(),
  };
}
