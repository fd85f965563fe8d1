export { ChangedDocuments } from './changed-documents.js';
export { registerLag, Worker } from './worker.js';
