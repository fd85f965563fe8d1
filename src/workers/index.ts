export { doublingDelay } from './back-off.js';
export { ChangedDocuments } from './changed-documents.js';
export { registerQueue, secondsSince } from './queue-gauges.js';
export { registerWorkers, Worker } from './worker.js';
