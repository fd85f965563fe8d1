/** The entry of the process for work that can wait: it lets others go first, runs threads, and ends with whoever started it. */
import { spawnSync } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { lowerAllThreads } from '../thread-priorities.js';
import type { News, Order, ThreadStart } from './index.js';

letOthersGoFirst();
process.title = 'plaza background';

const threads = new Map<number, Worker>();

// Whoever started this process is told as well, ends its threads in good order, and then this process with itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  if ('start' in order) start(order.thread, order.start);
  else if ('message' in order) threads.get(order.thread)?.postMessage(order.message);
  else void threads.get(order.thread)?.terminate();
});

function start(thread: number, { entry, name, workerData }: ThreadStart): void {
  const worker = new Worker(new URL(entry), { name, workerData });
  threads.set(thread, worker);
  worker.on('message', (message: unknown) => tell({ thread, message }));
  worker.on('error', ({ name, message, stack }: Error) => tell({ thread, error: { name, message, stack } }));
  worker.on('exit', (exit) => {
    threads.delete(thread);
    tell({ thread, exit });
  });
}

function tell(news: News): void {
  if (process.connected) process.send!(news);
}

function letOthersGoFirst(): void {
  if (process.platform !== 'linux') return setPriority(constants.priority.PRIORITY_LOW);
  lowerAllThreads(constants.priority.PRIORITY_LOW);
  // A low priority still keeps a processor for milliseconds that somebody else wakes up for; the idle class leaves it at once.
  // Node has no call for it: where this program of nearly every Linux is missing, the priority is what there is.
  spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore' });
}
