/** The entry of the process for work that can wait: it lets others go first, runs threads, and ends with whoever started it. */
import { spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { lowerPriority, threadsOfProcess } from '../thread-priorities.js';
import type { News, Order, ThreadStart } from './index.js';

// Whoever started this process is told as well, ends its threads in good order, and then this process with itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.title = 'plaza background';
letOthersGoFirst();

const threads = new Map<number, Worker>();

process.on('message', (order: Order) => {
  if ('start' in order) start(order.thread, order.start);
  else if ('message' in order) threads.get(order.thread)?.postMessage(order.message);
  else void threads.get(order.thread)?.terminate();
});

function start(thread: number, { entry, name, workerData }: ThreadStart): void {
  try {
    const worker = new Worker(new URL(entry), { name, workerData });
    threads.set(thread, worker);
    worker.on('message', (message: unknown) => tell({ thread, message }));
    worker.on('error', (error: unknown) => fail(thread, error));
    worker.on('exit', (exit) => end(thread, exit));
  } catch (error) {
    fail(thread, error);
    end(thread, 1);
  }
}

function fail(thread: number, thrown: unknown): void {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  tell({ thread, error: { name, message, stack } });
}

function end(thread: number, exit: number): void {
  threads.delete(thread);
  tell({ thread, exit });
}

function tell(news: News): void {
  // Where nobody is there any more, this process is about to hear of it.
  if (process.connected) process.send!(news, () => {});
}

/** Of all its threads, and those that they start. */
function letOthersGoFirst(): void {
  if (process.platform !== 'linux') return setPriority(constants.priority.PRIORITY_LOW);
  const all = threadsOfProcess();
  for (const thread of all) lowerPriority(thread, constants.priority.PRIORITY_LOW);
  // A low priority still keeps a processor for milliseconds that somebody else wakes up for; the idle class leaves it at once.
  // Node has no call for it: where this program of nearly every Linux is missing, the priority is what there is.
  const ofAll = chrt('-a', '-i', '-p', '0', String(process.pid));
  // BusyBox's knows one thread at a time.
  if (!ofAll.error && ofAll.status !== 0) for (const thread of all) chrt('-i', '-p', '0', String(thread));
}

function chrt(...parameters: string[]): ReturnType<typeof spawnSync> {
  return spawnSync('chrt', parameters, { stdio: 'ignore' });
}
