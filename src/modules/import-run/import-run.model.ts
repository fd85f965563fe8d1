import type { Model, Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';

/** Numbers of what an import wrote and read. */
const importCounts = [
  ...(['acceptedLines', 'rejectedLines', 'newUsers', 'newProducts', 'newReviews', 'newFollows'] as const),
  ...(['updatedProducts', 'updatedReviews', 'unchangedReviews'] as const),
] as const;
type ForEachCount<Value> = Record<(typeof importCounts)[number], Value>;
export type ImportCounts = ForEachCount<number>;

/** The same for every count. */
export function forEachCount<Value>(value: Value): ForEachCount<Value> {
  return Object.fromEntries(importCounts.map((name) => [name, value])) as ForEachCount<Value>;
}

export interface RejectDocument {
  file: string;
  line: number;
  column: string | null;
  reason: string;
}

/** How an import goes or went. */
export interface ImportRunDocument extends ImportCounts {
  _id: Types.ObjectId;
  source: string;
  format: string;
  file: string;
  startedAt: Date;
  /** When it last said that it goes on. */
  seenAt: Date;
  endedAt: Date | null;
  /** Why it failed; null for one that goes on or succeeded. */
  error: string | null;
  /** The share that is done, from 0 to 1. */
  progress: number;
  /** The first ones. */
  rejects: RejectDocument[];
}

const count = { type: Number, required: true } as const;
const text = { type: String, required: true } as const;

/** @param retention in milliseconds */
export function importRunModel(database: Database, retention: number): Model<ImportRunDocument> {
  const reject = nestedSchema<RejectDocument>({ file: text, line: count, column: { type: String, default: null }, reason: text });
  const schema = documentSchema<ImportRunDocument>({
    ...{ source: text, format: text, file: text },
    startedAt: { type: Date, required: true },
    seenAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    error: { type: String, default: null },
    progress: count,
    ...forEachCount(count),
    rejects: { type: [reject], required: true },
  });
  schema.index({ startedAt: -1, _id: -1 });
  schema.index({ startedAt: 1 }, { expireAfterSeconds: retention / 1000 });
  return database.model('ImportRun', schema, 'import_runs');
}
