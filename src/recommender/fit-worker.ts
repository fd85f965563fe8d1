/** A thread that fits models: tasks of one plan come in, results go out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FitThreadAnswer, FitThreadData } from './fit-threads.js';
import { shareArrays } from './shared-arrays.js';
import { runTask, type TrainingTask } from './training.js';

const { plan } = workerData as FitThreadData;

parentPort!.on('message', (task: TrainingTask) => {
  const answer: FitThreadAnswer = { result: shareArrays(runTask(plan, task)) };
  parentPort!.postMessage(answer);
});
