/** A thread that looks for fakes: reviews come in, suspicions go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { suspiciousReviews, type ReviewSample } from './index.js';

parentPort!.postMessage(suspiciousReviews(workerData as ReviewSample[]));
