/** A thread that teaches a classifier: labelled texts come in; its weights, and how good it is, go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { crossValidate, trainClassifier, type ClassifierQuality, type LabelledText } from './text-classifier.js';

export interface TaughtClassifier {
  weights: Float32Array;
  quality: ClassifierQuality;
}

const { texts, from } = workerData as { texts: LabelledText[]; from: number };
const taught: TaughtClassifier = { weights: trainClassifier(texts).weights, quality: crossValidate(texts, from) };
parentPort!.postMessage(taught);
