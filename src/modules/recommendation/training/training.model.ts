import { Schema, type Model, type Types } from 'mongoose';
import type { EvaluationReport, HyperParameters } from '../../../recommender/index.js';
import type { Database } from '../../../store/database.js';
import { documentSchema, nestedSchema } from '../../../store/documents.js';
import type { TrainingReport } from './training-data.js';

export interface SnapshotDocument {
  /** The model's version. */
  _id: Types.ObjectId;
  createdAt: Date;
  sha256: string;
  chunks: number;
  users: number;
  products: number;
  observations: number;
  /** How long the training took. */
  seconds: number;
  models: { name: string; weight: number }[];
  /** What of the collected data was used and left out. */
  preprocessing: TrainingReport;
  parameters: HyperParameters;
}

/** A part of a snapshot, below the store's limit for one document. */
export interface SnapshotChunkDocument {
  _id: string;
  snapshot: Types.ObjectId;
  bytes: Buffer;
}

/** What a search of hyper-parameters found; the latest is used. */
export interface ParametersDocument {
  _id: Types.ObjectId;
  parameters: HyperParameters;
  trials: number;
  seed: number;
  at: Date;
}

/** What an evaluation on the shop's own data found. */
export interface EvaluationDocument {
  _id: Types.ObjectId;
  at: Date;
  /** How long it took. */
  seconds: number;
  report: EvaluationReport;
}

/** Which process trains is agreed on here. */
export interface TrainingClaimDocument {
  _id: string;
  until: Date;
}

export interface TrainingModels {
  snapshots: Model<SnapshotDocument>;
  chunks: Model<SnapshotChunkDocument>;
  parameters: Model<ParametersDocument>;
  claims: Model<TrainingClaimDocument>;
  evaluations: Model<EvaluationDocument>;
}

export function trainingModels(database: Database): TrainingModels {
  return {
    snapshots: database.model('ModelSnapshot', snapshotSchema(), 'model_snapshots'),
    chunks: database.model('ModelSnapshotChunk', chunkSchema(), 'model_snapshot_chunks'),
    parameters: database.model('ModelParameters', parametersSchema(), 'model_parameters'),
    claims: database.model('TrainingClaim', claimSchema(), 'training_claims'),
    evaluations: database.model('ModelEvaluation', evaluationSchema(), 'model_evaluations'),
  };
}

function snapshotSchema(): Schema<SnapshotDocument> {
  const blended = nestedSchema<SnapshotDocument['models'][number]>({ name: { type: String }, weight: { type: Number } });
  const schema = documentSchema<SnapshotDocument>({
    createdAt: { type: Date, required: true },
    sha256: { type: String, required: true },
    chunks: { type: Number, required: true },
    users: { type: Number, required: true },
    products: { type: Number, required: true },
    observations: { type: Number, required: true },
    seconds: { type: Number, required: true },
    models: { type: [blended] },
    preprocessing: { type: Schema.Types.Mixed },
    parameters: { type: Schema.Types.Mixed },
  });
  schema.index({ createdAt: -1 });
  return schema;
}

function chunkSchema(): Schema<SnapshotChunkDocument> {
  const schema = documentSchema<SnapshotChunkDocument>({
    _id: { type: String, required: true },
    snapshot: { type: Schema.Types.ObjectId, required: true },
    bytes: { type: Schema.Types.Buffer, required: true },
  });
  schema.index({ snapshot: 1 });
  return schema;
}

function parametersSchema(): Schema<ParametersDocument> {
  const schema = documentSchema<ParametersDocument>({
    parameters: { type: Schema.Types.Mixed, required: true },
    trials: { type: Number, required: true },
    seed: { type: Number, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ at: -1 });
  return schema;
}

function claimSchema(): Schema<TrainingClaimDocument> {
  return documentSchema<TrainingClaimDocument>({ _id: { type: String, required: true }, until: { type: Date, required: true } });
}

function evaluationSchema(): Schema<EvaluationDocument> {
  const schema = documentSchema<EvaluationDocument>({
    at: { type: Date, required: true },
    seconds: { type: Number, required: true },
    report: { type: Schema.Types.Mixed, required: true },
  });
  schema.index({ at: -1 });
  return schema;
}
