/**
 * The entry of a training in the background: it has the training's dealings with the store, over a connection of its own, and
 * starts the thread that learns. What that one tells is handed on to whoever started this one.
 */
import { once } from 'node:events';
import { MessageChannel, parentPort, workerData } from 'node:worker_threads';
import type { StoredTraining, TrainingInput, TrainingJob, TrainingMessage } from '../../../recommender/worker.js';
import { connectForReading } from '../../../store/reading.js';
import { startThread, ThreadError } from '../../../threads.js';
import { newestVersion, storeVersion, type VersionFacts } from './stored-versions.js';
import { readTrainingData, type LeftOut } from './training-data.js';

export type LearningJob = Omit<TrainingJob, 'input'>;

export interface TrainingOrder {
  job: LearningJob;
  storeUri: string;
  /** Whether only what those did who agreed may be used. */
  consentRequired: boolean;
  /** Whether to go on from the last training. */
  goOn: boolean;
}

/** What is told: of the learning, what was left out of it, and the hexadecimal id of the version that is stored at last. */
export type TrainingNews = TrainingMessage | { leftOut: LeftOut } | { version: string };

const { job, storeUri, consentRequired, goOn } = workerData as TrainingOrder;
const { port1: input, port2: training } = new MessageChannel();
const learning = startThread('recommender/worker', { ...job, input } satisfies TrainingJob, [input]);
learning.on('message', (message: TrainingMessage) => tell(message));
// Whatever it throws ends this thread as well, and is told as what this one threw.
learning.on('error', (error) => {
  throw error;
});
learning.on('exit', (code) => {
  throw new ThreadError(`The training ended early (${code}).`);
});

const { db } = await connectForReading(storeUri);
const { newest } = goOn ? await newestVersion(db) : { newest: null };
if (newest) send({ earlier: newest.bytes });
tell({ leftOut: await readTrainingData(db, consentRequired, send) });
const [trained] = (await once(training, 'message')) as [StoredTraining];
const [facts] = (await once(parentPort!, 'message')) as [VersionFacts];
tell({ version: await storeVersion(db, trained, facts) });

function tell(news: TrainingNews): void {
  parentPort!.postMessage(news);
}

function send(data: TrainingInput): void {
  training.postMessage(data, 'interactions' in data ? [data.interactions.buffer as ArrayBuffer] : []);
}
