/** A thread that reads reviews: texts come in, digests go out. */
import { parentPort } from 'node:worker_threads';
import { digestOf, type ReviewDigest } from './digest.js';

export interface DigestTask {
  texts: { text: string; stars: number }[];
}

parentPort!.on('message', ({ texts }: DigestTask) => {
  const digests: ReviewDigest[] = texts.map(({ text, stars }) => digestOf(text, stars));
  parentPort!.postMessage(digests);
});
