/** A thread that fits models: tasks of one plan come in, results go out. */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { FitThreadAnswer, FitThreadData } from './fit-threads.js';
import { shareArrays } from './shared-arrays.js';
import { runTask, type TrainingTask } from './training.js';

// On Linux a priority is the thread's own: whoever waits for an answer goes first. Elsewhere it would slow the API too.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const { plan } = workerData as FitThreadData;

parentPort!.on('message', (task: TrainingTask) => {
  const answer: FitThreadAnswer = { result: shareArrays(runTask(plan, task)) };
  parentPort!.postMessage(answer);
});
