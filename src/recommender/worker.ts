/** The training thread's entry: a data set comes in, progress and the trained recommender, or the chosen parameters, go out. */
import { availableParallelism, constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { buildDataset, type DatasetInput } from './dataset.js';
import { startFitThreads } from './fit-threads.js';
import type { HyperParameters } from './parameters.js';
import { searchParameters, type SearchResult } from './search.js';
import { trainRecommender, type TrainedRecommender } from './training.js';

export interface TrainingJob {
  input: DatasetInput;
  parameters: HyperParameters;
  /** Where parameters are to be searched instead of models trained. */
  search?: { trials: number; seed: number };
}

export type TrainingMessage = { progress: number; what: string } | { trained: TrainedRecommender } | { found: SearchResult };

// On Linux a priority is the thread's own: whoever waits for an answer goes first. Elsewhere it would slow the API too.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const send = (message: TrainingMessage): void => parentPort!.postMessage(message);
const onProgress = (progress: number, what: string): void => send({ progress, what });

/** More of them would each have too little to do. */
const threads = Math.min(4, availableParallelism());

const { input, parameters, search } = workerData as TrainingJob;
const dataset = buildDataset(input);
if (search) send({ found: searchParameters(dataset, { ...search, onProgress }) });
else send({ trained: await trainRecommender(dataset, { parameters, onProgress, start: (plan) => startFitThreads(threads, plan) }) });
