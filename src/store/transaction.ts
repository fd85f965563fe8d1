/** Multi-document transactions, queued in this process where they would only collide. */
import AsyncLock from 'async-lock';
import mongoose, { type ClientSession } from 'mongoose';

export type { ClientSession } from 'mongoose';

const queues = new AsyncLock({ maxPending: 100_000 });

/**
 * Runs the work in one transaction, again from the start where another process got in its way.
 * Writers that name a common key wait for each other here instead of colliding in the store; what
 * keeps them correct across processes is the store's own conflict check.
 */
export async function inTransaction<Result>(keys: string[], work: (session: ClientSession) => Promise<Result>): Promise<Result> {
  const run = async (): Promise<Result> => {
    const session = await mongoose.startSession();
    try {
      return await session.withTransaction(() => work(session), { readConcern: 'snapshot', writeConcern: { w: 'majority' } });
    } finally {
      await session.endSession();
    }
  };
  return keys.length === 0 ? run() : queues.acquire([...keys].sort(), run);
}

/** Whether a write failed because a unique key is taken; the fields of that key. */
export function duplicateKeyFields(error: unknown): string[] | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 11000) return null;
  return Object.keys(('keyPattern' in error ? error.keyPattern : {}) as object);
}
