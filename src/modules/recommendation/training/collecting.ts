/**
 * The collecting thread's entry: what the shop knows is read over a connection of its own, made ready for the training and
 * handed to its thread, so that the process that answers has no part in it. What was left out goes to whoever started it.
 */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { mongo } from 'mongoose';
import type { TrainingInput } from '../../../recommender/worker.js';
import { connectForReading } from '../../../store/reading.js';
import { newestVersion } from './stored-versions.js';
import { readTrainingData } from './training-data.js';

export interface CollectingJob {
  storeUri: string;
  consentRequired: boolean;
  /** Whether the last training is handed over too. */
  goOn: boolean;
  /** To the training. */
  output: MessagePort;
}

// As the training's threads: whoever waits for an answer goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const { storeUri, consentRequired, goOn, output } = workerData as CollectingJob;

const send = (input: TrainingInput): void =>
  output.postMessage(input, 'interactions' in input ? [input.interactions.buffer as ArrayBuffer] : []);

async function sendEarlier(db: mongo.Db): Promise<void> {
  const { newest } = await newestVersion(db);
  if (newest) send({ earlier: newest.bytes });
}

const store = await connectForReading(storeUri);
try {
  if (goOn) await sendEarlier(store.db);
  parentPort!.postMessage(await readTrainingData(store.db, consentRequired, send));
} finally {
  output.close();
  await store.close();
}
