/**
 * The training thread's entry: what users did comes in through a port as it is read, and the trained recommender goes out
 * through it as it is stored; progress and what else comes of it goes to whoever started the thread.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { deserialize, serialize } from 'node:v8';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { buildDataset, ObservationTable, type Dataset, type DatasetInput, type ObservationColumns } from './dataset.js';
import { evaluateRecommender, type EvaluationReport } from './evaluation-report.js';
import { startFitThreads } from './fit-threads.js';
import type { HyperParameters } from './parameters.js';
import { preprocess, type PreprocessingReport, type RawInteraction } from './preprocessing.js';
import { readInteractions } from './raw-interactions.js';
import { searchParameters, type SearchResult } from './search.js';
import { unshareArrays } from './shared-arrays.js';
import type { TrainedRecommender } from './trained-recommender.js';
import { splitByTime } from './temporal-split.js';
import { modelNames, trainRecommender, type Training } from './training.js';
import { warmStartFrom, type Anew } from './warm-start.js';

export interface TrainingJob {
  /** Through which the data comes, and what was trained goes. */
  input: MessagePort;
  parameters: HyperParameters;
  /** The time up to which interests have faded, in milliseconds since 1970. */
  now: number;
  /** What the best rating is on the scale on which ratings are expected. */
  bestRating: number;
  /** Where parameters are to be searched instead of models trained. */
  search?: { trials: number; seed: number };
  /** Where the recommender is to be evaluated on the latest of the data instead. */
  evaluate?: { share: number; seed: number; diversity: number; maxUsers: number };
}

/** The users and products of the training, in the order of their numbers, and what is known of them beside interactions. */
export interface TrainingContext extends Pick<DatasetInput, 'follows' | 'terms'> {
  userIds: string[];
  productIds: string[];
}

/** The `bytes` of the last training, to go on from where little is new; interactions in parts, as `packInteractions` makes them; the context ends them. */
export type TrainingInput = { earlier: Uint8Array } | { interactions: Float64Array } | { context: TrainingContext };

/** A trained recommender with the ids of its users and products: as bytes that cross threads and stores without being read. */
export interface StoredTraining {
  bytes: Uint8Array;
  sha256: string;
  users: number;
  products: number;
  models: { name: string; weight: number }[];
}

export interface SnapshotContent extends Pick<TrainingContext, 'userIds' | 'productIds'> {
  trained: TrainedRecommender;
}

export type TrainingMessage =
  | { progress: number; what: string }
  | { report: PreprocessingReport; anew: Anew | null }
  | { found: SearchResult; report: PreprocessingReport }
  | { evaluated: EvaluationReport }
  | { nothing: true };

/** More of them would each have too little to do; one processor is left to those who wait for answers. */
const threads = Math.max(1, Math.min(4, availableParallelism() - 1));
/** Of an evaluation's time, about; the rest ranks. */
const shareOfFitting = 0.7;

const job = workerData as TrainingJob;
const collected: RawInteraction[] = [];
let earlierBytes: Uint8Array | null = null;
const onProgress = (progress: number, what: string): void => send({ progress, what });

job.input.on('message', (input: TrainingInput) => {
  if ('earlier' in input) earlierBytes = input.earlier;
  else if ('interactions' in input) collected.push(...readInteractions(input.interactions));
  else void answer(input.context);
});

function send(message: TrainingMessage): void {
  parentPort!.postMessage(message);
}

async function answer(context: TrainingContext): Promise<void> {
  const { observations, report } = preprocess(collected.splice(0), job.now);
  if (observations.length === 0) return send({ nothing: true });
  const table = new ObservationTable();
  for (const observation of observations.splice(0)) {
    const { rating } = observation;
    table.add(rating === null ? observation : { ...observation, rating: rating * job.bestRating });
  }
  const { userIds, productIds } = context;
  const { parameters, search, evaluate } = job;
  if (evaluate) return evaluateOn(context, table.columns(), evaluate);
  const dataset = datasetOf(context, table.columns());
  if (search) return send({ found: searchParameters(dataset, { ...search, onProgress }), report });
  const earlier = earlierBytes && (deserialize(earlierBytes) as SnapshotContent);
  const start = warmStartFrom(earlier, { userIds, productIds, observations: table.length, parameters, models: modelNames(dataset) });
  const [warm, anew] = 'warm' in start ? [start.warm, null] : [null, start.anew];
  const trained = await trainRecommender(dataset, { parameters, warm, onProgress, start: startThreads });
  const stored = store({ trained, userIds, productIds });
  job.input.postMessage(stored, [stored.bytes.buffer as ArrayBuffer]);
  send({ report, anew });
}

function datasetOf({ userIds, productIds, follows, terms }: TrainingContext, observations: ObservationColumns): Dataset {
  return buildDataset({ users: userIds.length, items: productIds.length, observations, follows, terms });
}

const startThreads: Training['start'] = (plan) => startFitThreads(threads, plan);

/** Trains on what came before a moment, and looks how well it finds what came after. */
async function evaluateOn(
  context: TrainingContext,
  columns: ObservationColumns,
  { share, seed, diversity, maxUsers }: NonNullable<TrainingJob['evaluate']>,
): Promise<void> {
  const split = splitByTime(columns, context.userIds.length, context.productIds.length, share);
  if (!split) return send({ nothing: true });
  const train = datasetOf(context, split.train);
  const fitting = (done: number, what: string): void => onProgress(done * shareOfFitting, what);
  const trained = await trainRecommender(train, { parameters: job.parameters, seed, onProgress: fitting, start: startThreads });
  const ranking = (done: number, what: string): void => onProgress(shareOfFitting + done * (1 - shareOfFitting), what);
  const options = { split: 'TEMPORAL', seed, diversity, maxUsers, onProgress: ranking } as const;
  send({ evaluated: evaluateRecommender(trained, train, split.heldOut, options) });
}

function store({ trained, userIds, productIds }: SnapshotContent): StoredTraining {
  // A copy of its own, since the buffers that `serialize` makes may be shared.
  const bytes = new Uint8Array(serialize(unshareArrays({ trained, userIds, productIds })));
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    users: userIds.length,
    products: productIds.length,
    models: trained.models.map(({ name }, at) => ({ name, weight: trained.weights.base[at]! })),
  };
}
