/** Commands work with the shop on the configured store, or on the embedded store of the server that runs on it. */
import { pino } from 'pino';
import type { Features, Shop } from '../app.js';
import { readConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { openStore, type Store } from '../store/connection.js';
import { reportFailure } from './command-line.js';

/** Runs the work with the shop open; what goes wrong is one line and exit code 1. */
export function withShop(work: (verbs: Features['verbs']) => Promise<void>): Promise<void> {
  return withOpenShop(({ verbs }) => work(verbs));
}

/** The same with more than what the shop can do. */
export async function withOpenShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  try {
    const config = readConfig(process.env);
    const { openShop } = await import('../app.js');
    const shop = await openShop(config, createLogger(config.logLevel, pino.destination(2)), { share: true });
    try {
      await work(shop);
    } finally {
      await shop.close();
    }
  } catch (error) {
    reportFailure(error);
  }
}

/** Runs the work with the store open, without the shop on it; what goes wrong is one line and exit code 1. */
export async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  try {
    const store = await openStore(readConfig(process.env), { share: true });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    reportFailure(error);
  }
}
