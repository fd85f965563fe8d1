/**
 * The entry of the thread that has a training's dealings with the store, over a connection of its own: it hands over what is to
 * be learnt from, and keeps what was learnt, so that the thread that answers has no part in either.
 */
import { once } from 'node:events';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { StoredTraining, TrainingInput } from '../../../recommender/worker.js';
import { connectForReading } from '../../../store/reading.js';
import { contentOf, newestVersion, storeVersion, type LoadedVersion, type VersionFacts } from './stored-versions.js';
import { readTrainingData } from './training-data.js';

export interface StoreThreadInput {
  storeUri: string;
  consentRequired: boolean;
  /** Whether the last training is handed over too. */
  goOn: boolean;
  /** Between it and the training. */
  training: MessagePort;
}

const { storeUri, consentRequired, goOn, training } = workerData as StoreThreadInput;

const { db } = await connectForReading(storeUri);
const { newest } = goOn ? await newestVersion(db) : { newest: null };
if (newest) send({ earlier: newest.bytes });
parentPort!.postMessage(await readTrainingData(db, consentRequired, send));
const [trained] = (await once(training, 'message')) as [StoredTraining];
const [facts] = (await once(parentPort!, 'message')) as [VersionFacts];
const content = contentOf(trained.bytes);
parentPort!.postMessage({ version: await storeVersion(db, trained, facts), content } satisfies LoadedVersion);

function send(input: TrainingInput): void {
  training.postMessage(input, 'interactions' in input ? [input.interactions.buffer as ArrayBuffer] : []);
}
