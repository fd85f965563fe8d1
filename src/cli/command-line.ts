/** What the commands share: they open the shop on the configured store, or on the embedded store of the server that runs on it. */
import { pino } from 'pino';
import { openShop, type Features, type Shop } from '../app.js';
import { readConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { OperatorError } from '../operator-error.js';
import { openStore, type Store } from '../store/connection.js';

/** Runs the work with the shop open; what goes wrong is one line and exit code 1. */
export function withShop(work: (verbs: Features['verbs']) => Promise<void>): Promise<void> {
  return withOpenShop(({ verbs }) => work(verbs));
}

/** The same with more than what the shop can do. */
export async function withOpenShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  try {
    const config = readConfig(process.env);
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

/** Says what went wrong, with a stack only where nobody foresaw it. */
export function reportFailure(error: unknown): void {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${isForeseen(error) ? error.message : String(error.stack)}\n`);
  process.exitCode = 1;
}

/** A mistake on the command line or in its files. */
export class CommandLineError extends OperatorError {
  constructor(message: string) {
    super('COMMAND_LINE_INVALID', message);
  }
}

function isForeseen(error: Error): boolean {
  return (
    error instanceof OperatorError || ['ENOENT', 'EACCES', 'EISDIR', 'Z_DATA_ERROR'].includes((error as NodeJS.ErrnoException).code ?? '')
  );
}
