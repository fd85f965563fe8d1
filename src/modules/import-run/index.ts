import { describeModule, verbs, type Foundation } from '../module.js';
import { collections } from './import-run.collections.js';
import { importRunModel } from './import-run.model.js';
import { ImportRunResolver } from './import-run.resolver.js';
import { ImportRuns } from './import-run.service.js';

export type { ImportCounts } from './import-run.model.js';
export type { ImportNotes } from './import-run.service.js';

export interface ImportRunOptions {
  /** Milliseconds that it is kept how imports went. */
  retention: number;
}

/** How imports go, for staff. */
export function importRunModule({ database, log }: Foundation, { retention }: ImportRunOptions) {
  const runs = importRunModel(database, retention);
  return describeModule({
    name: 'import-run',
    collections,
    resolvers: [new ImportRunResolver(runs)],
    nodes: {
      ImportRun: async (id, { signedIn }) => (signedIn?.roles.includes('ADMIN') ? runs.findById(id).lean() : null),
    },
    verbs: verbs(new ImportRuns(runs, log), ['begin']),
  });
}
