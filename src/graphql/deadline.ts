/** An operation has so much time; then its answer is given up, and none of its fields that have not begun do. */
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';

/** @throws RequestError OPERATION_TIMEOUT after so many milliseconds */
export async function withinDeadline<Result>(timeout: number, context: RequestContext, work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new RequestError('OPERATION_TIMEOUT', `The operation took longer than ${timeout / 1000} seconds and was cancelled.`);
      context.cancel(error);
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
