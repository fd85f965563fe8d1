/** An operation has so much time; then its answer is given up, and none of its fields and transactions that have not begun do. */
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';
import { whileAwaited } from '../store/awaited-work.js';

/** @throws RequestError OPERATION_TIMEOUT after so many milliseconds */
export async function withinDeadline<Result>(timeout: number, context: RequestContext, work: () => Promise<Result>): Promise<Result> {
  const answer = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new RequestError('OPERATION_TIMEOUT', `The operation took longer than ${timeout / 1000} seconds and was cancelled.`);
      context.cancel(error);
      answer.abort(error);
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([whileAwaited(answer.signal, work), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
