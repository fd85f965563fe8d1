/** Worker threads, started the same way from the build and from the sources, wherever the project lies. */
import { once, type EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type Transferable } from 'node:worker_threads';
import { OperatorError } from './operator-error.js';

/** A thread that could not start, or ended before its work was done. */
export class ThreadError extends OperatorError {
  constructor(message: string) {
    super('THREAD_FAILED', message);
  }
}

/** Node runs no TypeScript in threads: beside the sources, threads run the build. */
const build = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : './', import.meta.url);

/**
 * Starts a thread.
 * @param name the entry's path below the sources, without extension, such as `recommender/worker`
 * @param workerData what the entry reads as `workerData`
 * @param handedOver what of `workerData` is the thread's from then on
 * @throws ThreadError if there is no such entry
 */
export function startThread(name: string, workerData: unknown, handedOver: Transferable[] = []): Worker {
  return new Worker(entryOf(name), { name, workerData, transferList: handedOver });
}

/**
 * Where the entry of a thread is.
 * @throws ThreadError if there is none
 */
export function entryOf(name: string): URL {
  const entry = new URL(`${name}.js`, build);
  if (existsSync(entry)) return entry;
  throw new ThreadError(`The thread ${name} cannot start: ${fileURLToPath(entry)} does not exist. Run "npm run build".`);
}

/**
 * The first message of a thread.
 * @throws ThreadError if the thread ends without one, or what the thread threw
 */
export async function firstMessage<Message>(worker: EventEmitter): Promise<Message> {
  const settled = new AbortController();
  const { signal } = settled;
  const message = once(worker, 'message', { signal }).then(([first]) => first as Message);
  const exit = once(worker, 'exit', { signal }).then(([code]) => {
    throw new ThreadError(`A thread ended before it was ready, with exit code ${String(code)}.`);
  });
  try {
    return await Promise.race([message, exit]);
  } finally {
    settled.abort();
    await Promise.allSettled([message, exit]);
  }
}

/**
 * What a thread answers that answers once; it is stopped then.
 * @param signal stops it before it has answered
 * @throws ThreadError if it is stopped, or what the thread threw
 */
export async function answerOf<Answer>(thread: EventEmitter & { terminate(): Promise<unknown> }, signal?: AbortSignal): Promise<Answer> {
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await firstMessage<Answer>(thread);
  } finally {
    signal?.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

/**
 * Runs a thread of a low priority that answers once: what it hands over in shared memory is there without being copied.
 * @param name, workerData as for `startThread`
 * @throws ThreadError if it cannot start, or what the thread threw
 */
export function answerOfThread<Answer>(name: string, workerData: unknown): Promise<Answer> {
  return answerOf(new Worker(entryOf('low-priority-thread'), { name, workerData, argv: [entryOf(name).href] }));
}
