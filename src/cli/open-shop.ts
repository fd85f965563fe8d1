/**
 * Commands work with the shop on the configured store, or on the embedded store of the server that runs on it. Neither is
 * loaded before there is work: help, and what is wrong with a command line, come at once.
 */
import { pino } from 'pino';
import type { Features, Shop } from '../app.js';
import { readConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { OperatorError } from '../operator-error.js';
import type { Store } from '../store/connection.js';
import { reportFailure } from './command-line.js';

/** Runs the work with the shop open; what goes wrong is one line and exit code 1. */
export function withShop(work: (verbs: Features['verbs']) => Promise<void>): Promise<void> {
  return withOpenShop(({ verbs }) => work(verbs));
}

/** The same with more than what the shop can do. */
export function withOpenShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  return reported(async () => {
    const config = readConfig(process.env);
    const { openShop } = await import('../app.js');
    const shop = await openShop(config, createLogger(config.logLevel, pino.destination(2)), { share: true });
    try {
      await work(shop);
    } finally {
      await shop.close();
    }
  });
}

/** Runs the work with the store open, without the shop on it; what goes wrong is one line and exit code 1. */
export function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  return reported(async () => {
    const { openStore } = await import('../store/connection.js');
    const store = await openStore(readConfig(process.env), { share: true });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  });
}

async function reported(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    reportFailure(await foreseen(error));
  }
}

/** Commands do what they did once the store is well again, which who runs them can see to: a full disk, a server that is away. */
async function foreseen(error: unknown): Promise<unknown> {
  const { isStoreUnavailable } = await import('../store/unavailable.js');
  if (!isStoreUnavailable(error)) return error;
  return new OperatorError('STORE_UNAVAILABLE', `The store failed: ${(error as Error).message}`, { cause: error });
}
