/**
 * Learns from moderators' decisions which texts of new accounts they take out of sight, and holds the like of them beside what
 * the written rules hold. A text is kept as hashed features, which do not give it back.
 */
import { Types } from 'mongoose';
import { featuresOf, probabilityOf, type LabelledText, type TextClassifier } from '../../fraud/text-classifier.js';
import type { TaughtClassifier } from '../../fraud/classifier-worker.js';
import { answerFromBackground } from '../../background/index.js';
import type { Logger } from '../../log.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { Worker } from '../../workers/index.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { ScreeningModels, SpamClassifierDocument } from './screening.model.js';

const interval = 60_000;
const day = 24 * 60 * 60 * 1000;
/** What nobody took out of sight for so long is taken as fit to be read. */
const undisputedAfter = day;
const undecidedRetention = 30 * day;
const fewestOfEach = 20;
const mostOfEach = 2000;
/** A new version is worth while when so much was decided since the last one. */
const newShare = 0.05;
const maxVersions = 3;
/** From which probability on content is held. */
export const heldFrom = 0.9;
/** Of what is held by it in cross-validation, so much must be right, or the classifier only watches. */
const leastPrecision = 0.8;

interface LearntScreeningDependencies {
  models: ScreeningModels;
  /** Milliseconds that decided examples are kept. */
  retention: number;
  log: Logger;
}

export class LearntScreening {
  readonly worker: Worker;
  private version: SpamClassifierDocument | null = null;
  private classifier: TextClassifier | null = null;

  constructor(private readonly dependencies: LearntScreeningDependencies) {
    this.worker = new Worker({ name: 'spam classifier', interval, log: dependencies.log, run: (signal) => this.run(signal) });
  }

  /** The version that judges; null until moderators have decided about enough. */
  get current(): SpamClassifierDocument | null {
    return this.version;
  }

  /** Whether moderators would most probably take a text out of sight. */
  looksUnwanted(text: string): boolean {
    if (!this.classifier || this.version!.precision < leastPrecision) return false;
    return probabilityOf(this.classifier, featuresOf(text)) >= heldFrom;
  }

  /** Remembers what was written, until somebody decides about it. */
  async note(session: ClientSession, author: Types.ObjectId, content: ContentReference, text: string): Promise<void> {
    const at = new Date();
    const example = { author, features: featuresOf(text), unwanted: null, at, expiresAt: new Date(at.getTime() + undecidedRetention) };
    await this.dependencies.models.spamExamples.updateOne({ _id: contentKey(content) }, { $set: example }, { upsert: true, session });
  }

  /** A moderator took content out of sight, or left it there. */
  async learn(session: ClientSession, content: ContentReference, unwanted: boolean): Promise<void> {
    const { models, retention } = this.dependencies;
    const decided = { unwanted, expiresAt: new Date(Date.now() + retention) };
    await models.spamExamples.updateOne({ _id: contentKey(content) }, { $set: decided }, { session });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const newest = await this.dependencies.models.spamClassifiers.findOne().sort({ createdAt: -1 }).lean();
    if (newest && !newest._id.equals(this.version?._id)) this.use(newest);
    const texts = await this.examples();
    if (texts) await this.teach(texts, signal);
  }

  private use(version: SpamClassifierDocument): void {
    // A copy, since floats need an offset that the store's buffers may not have.
    const bytes = Uint8Array.from(version.weights.buffer as unknown as Uint8Array);
    this.classifier = { weights: new Float32Array(bytes.buffer) };
    this.version = version;
  }

  /** What can be learnt from; null where that is too little, or hardly more than last time. */
  private async examples(): Promise<LabelledText[] | null> {
    const { spamExamples } = this.dependencies.models;
    const decided = await spamExamples.countDocuments({ unwanted: { $in: [true, false] } });
    if (decided - (this.version?.decisionCount ?? 0) < Math.max(1, newShare * decided)) return null;
    const latest = (filter: object) => spamExamples.find(filter, { features: 1 }).sort({ at: -1 }).limit(mostOfEach).lean();
    const unwanted = await latest({ unwanted: true });
    const kept = await latest({ unwanted: false });
    const undisputed = await latest({ unwanted: null, at: { $lt: new Date(Date.now() - undisputedAfter) } });
    const fit = [...kept, ...undisputed].slice(0, mostOfEach);
    if (unwanted.length < fewestOfEach || fit.length < fewestOfEach) return null;
    return [
      ...unwanted.map(({ features }) => ({ features, positive: true })),
      ...fit.map(({ features }) => ({ features, positive: false })),
    ];
  }

  private async teach(texts: LabelledText[], signal: AbortSignal): Promise<void> {
    const { spamClassifiers, spamExamples } = this.dependencies.models;
    const { weights, quality } = await answerFromBackground<TaughtClassifier>('fraud/classifier-worker', { texts, from: heldFrom }, signal);
    const version: SpamClassifierDocument = {
      _id: new Types.ObjectId(),
      createdAt: new Date(),
      weights: Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength),
      decisionCount: await spamExamples.countDocuments({ unwanted: { $in: [true, false] } }),
      exampleCount: texts.length,
      ...quality,
    };
    await insert(spamClassifiers, version);
    const old = await spamClassifiers.find({}, { _id: 1 }).sort({ createdAt: -1 }).skip(maxVersions).limit(100).lean();
    await spamClassifiers.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
    this.use((await spamClassifiers.findById(version._id).lean())!);
  }
}
