/** The training thread's entry: a data set comes in, progress and the trained recommender go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildDataset, type DatasetInput } from './dataset.js';
import { trainRecommender, type TrainedRecommender } from './training.js';

export type TrainingMessage = { progress: number; what: string } | { trained: TrainedRecommender };

const send = (message: TrainingMessage): void => parentPort!.postMessage(message);

send({ trained: trainRecommender(buildDataset(workerData as DatasetInput), { onProgress: (progress, what) => send({ progress, what }) }) });
