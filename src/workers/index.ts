export { ChangedDocuments } from './changed-documents.js';
export { registerWorkers, Worker } from './worker.js';
