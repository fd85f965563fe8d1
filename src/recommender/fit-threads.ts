/** Runs the tasks of a training in several threads, which see the same data without copying it. */
import { Worker } from 'node:worker_threads';
import type { TaskRunner, TrainingPlan, TrainingResults, TrainingTask } from './training.js';

export interface FitThreadData {
  plan: TrainingPlan;
}

export interface FitThreadAnswer {
  result: TrainingResults[keyof TrainingResults];
}

interface Waiting {
  task: TrainingTask;
  resolve: (result: TrainingResults[keyof TrainingResults]) => void;
  reject: (error: unknown) => void;
}

/** Node runs no TypeScript in threads: beside the sources, threads run the build. */
const entry = new URL(import.meta.url.endsWith('.ts') ? '../../dist/recommender/fit-worker.js' : './fit-worker.js', import.meta.url);

/** What takes longest goes first, so that threads end together; what others wait for goes before that. */
const heaviest = ['factors', 'ease', 'ease-liked', 'expected-rating', 'graph-walk'];

function urgency(task: TrainingTask): number {
  if (task.kind === 'examples') return -1;
  const weight = task.kind === 'fit' ? heaviest.indexOf(task.model) : -1;
  return task.dataset * (heaviest.length + 1) + (weight < 0 ? heaviest.length : weight);
}

/**
 * Starts threads that work on one plan.
 * @param plan its arrays in shared memory
 * @throws whatever a task throws, from the promise of that task
 */
export function startFitThreads(count: number, plan: TrainingPlan): { run: TaskRunner; stop: () => void } {
  const waiting: Waiting[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Waiting>();
  const data: FitThreadData = { plan: { ...plan, datasets: plan.datasets.map(withoutVocabulary) } };
  const workers = Array.from({ length: count }, () => new Worker(entry, { name: 'recommender/fit-worker', workerData: data }));

  const dispatch = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop()!;
      const next = waiting.shift()!;
      running.set(worker, next);
      worker.postMessage(next.task);
    }
  };
  const fail = (error: unknown): void => {
    for (const { reject } of [...running.values(), ...waiting.splice(0)]) reject(error);
    running.clear();
  };
  for (const worker of workers) {
    worker.on('message', ({ result }: FitThreadAnswer) => {
      running.get(worker)?.resolve(result);
      running.delete(worker);
      idle.push(worker);
      dispatch();
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread of the training ended early (${code})`)));
    idle.push(worker);
  }

  const run: TaskRunner = (task) =>
    new Promise((resolve, reject) => {
      const place = waiting.findIndex((other) => urgency(other.task) > urgency(task));
      const entry: Waiting = { task, resolve: resolve as Waiting['resolve'], reject };
      waiting.splice(place < 0 ? waiting.length : place, 0, entry);
      queueMicrotask(dispatch);
    });
  return { run, stop: () => workers.forEach((worker) => void worker.terminate()) };
}

/** The words are as many as the catalogue has, and no task reads them. */
function withoutVocabulary(dataset: TrainingPlan['datasets'][number]): TrainingPlan['datasets'][number] {
  return { ...dataset, vocabulary: { items: dataset.items, terms: new Map(), documentFrequency: [] } };
}
