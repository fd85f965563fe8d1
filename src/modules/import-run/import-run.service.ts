/** Notes how imports go, for staff to see. What cannot be noted stops no import. */
import { Types, type Model } from 'mongoose';
import type { Logger } from '../../log.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insert } from '../../store/documents.js';
import { forEachCount, type ImportCounts, type ImportRunDocument, type RejectDocument } from './import-run.model.js';

/** So many rejected lines of an import are kept. */
export const maxRejects = 100;
/** So many imports are listed; older ones go. */
const maxRuns = 1_000;
const noteInterval = 1_000;
/** An import that has said nothing for so long was killed. */
const silence = 30_000;
const maxReason = 500;

export type ImportRunStatusName = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'INTERRUPTED';

export interface StartedImport {
  source: string;
  format: string;
  /** The file's name without its folder. */
  file: string;
}

export function statusOf({ endedAt, seenAt, error }: ImportRunDocument, now = Date.now()): ImportRunStatusName {
  if (endedAt) return error === null ? 'COMPLETED' : 'FAILED';
  return now - seenAt.getTime() > silence ? 'INTERRUPTED' : 'RUNNING';
}

export class ImportRuns {
  constructor(
    private readonly runs: Model<ImportRunDocument>,
    private readonly log: Logger,
  ) {}

  /** Notes that an import begins, and says every second how far it is until it ends. */
  async begin({ source, format, file }: StartedImport): Promise<ImportNotes> {
    const now = new Date();
    const run: ImportRunDocument = {
      ...{ _id: new Types.ObjectId(), source, format, file },
      ...{ startedAt: now, seenAt: now, endedAt: null, error: null, progress: 0, rejects: [], ...forEachCount(0) },
    };
    await insert(this.runs, run);
    await this.removeOldest();
    return new ImportNotes(this.runs, run, this.log);
  }

  private async removeOldest(): Promise<void> {
    const [oldest] = await this.runs.find({}, { startedAt: 1 }).sort({ startedAt: -1, _id: -1 }).skip(maxRuns).limit(1).lean();
    if (oldest) await this.runs.deleteMany({ startedAt: { $lte: oldest.startedAt } });
  }
}

/** What is noted of one import. */
export class ImportNotes {
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();
  private isBusy = false;

  constructor(
    private readonly runs: Model<ImportRunDocument>,
    private readonly run: ImportRunDocument,
    private readonly log: Logger,
  ) {
    this.timer = setInterval(() => this.write(), noteInterval).unref();
  }

  /** @param share from 0 to 1 */
  noteProgress(share: number): void {
    this.run.progress = Math.min(1, Math.max(0, share));
  }

  noteCounts(counts: ImportCounts): void {
    Object.assign(this.run, counts);
  }

  /** @param value what the line has in the column, which may be a person's and is left out */
  noteRejected({ reason, value, ...where }: RejectDocument & { value: string }): void {
    const { rejects } = this.run;
    if (rejects.length < maxRejects) rejects.push({ ...where, reason: withoutValue(reason, value).slice(0, maxReason) });
    this.run.rejectedLines++;
  }

  /** @param error why it failed; null where it succeeded */
  async end(error: string | null): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    Object.assign(this.run, { endedAt: new Date(), error, ...(error === null && { progress: 1 }) });
    await this.save();
  }

  private write(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    this.writing = this.save().finally(() => (this.isBusy = false));
  }

  private async save(): Promise<void> {
    const { _id, ...set } = { ...this.run, seenAt: new Date() };
    try {
      await this.runs.updateOne({ _id }, { $set: set });
    } catch (error) {
      this.log.warn({ err: error }, 'how the import goes could not be noted');
    }
  }
}

function withoutValue(reason: string, value: string): string {
  return value === '' ? reason : reason.replaceAll(value, '…');
}

export function importRunList(): ListDefinition {
  return {
    name: 'imports',
    filter: {},
    order: [
      ['startedAt', -1],
      ['_id', -1],
    ],
  };
}
