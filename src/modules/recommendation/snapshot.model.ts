import mongoose, { Schema, type Types } from 'mongoose';
import type { HyperParameters } from '../../recommender/index.js';
import type { TrainingData } from './training-data.js';

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
  preprocessing: TrainingData['report'];
  parameters: HyperParameters;
}

const snapshotSchema = new Schema<SnapshotDocument>({
  createdAt: { type: Date, required: true },
  sha256: { type: String, required: true },
  chunks: { type: Number, required: true },
  users: { type: Number, required: true },
  products: { type: Number, required: true },
  observations: { type: Number, required: true },
  seconds: { type: Number, required: true },
  models: [new Schema({ name: String, weight: Number }, { _id: false })],
  preprocessing: Schema.Types.Mixed,
  parameters: Schema.Types.Mixed,
});
snapshotSchema.index({ createdAt: -1 });

export const SnapshotModel = mongoose.model('ModelSnapshot', snapshotSchema, 'model_snapshots');

/** A part of a snapshot, below the store's limit for one document. */
export interface SnapshotChunkDocument {
  _id: string;
  snapshot: Types.ObjectId;
  bytes: Buffer;
}

const chunkSchema = new Schema<SnapshotChunkDocument>({
  _id: { type: String, required: true },
  snapshot: { type: Schema.Types.ObjectId, required: true },
  bytes: { type: Buffer, required: true },
});
chunkSchema.index({ snapshot: 1 });

export const SnapshotChunkModel = mongoose.model('ModelSnapshotChunk', chunkSchema, 'model_snapshot_chunks');

/** What a search of hyper-parameters found; the latest is used. */
export interface ParametersDocument {
  _id: Types.ObjectId;
  parameters: HyperParameters;
  trials: number;
  seed: number;
  at: Date;
}

const parametersSchema = new Schema<ParametersDocument>({
  parameters: { type: Schema.Types.Mixed, required: true },
  trials: { type: Number, required: true },
  seed: { type: Number, required: true },
  at: { type: Date, required: true },
});
parametersSchema.index({ at: -1 });

export const ParametersModel = mongoose.model('ModelParameters', parametersSchema, 'model_parameters');

/** Which process trains is agreed on here. */
const claimSchema = new Schema<{ _id: string; until: Date }>({
  _id: { type: String, required: true },
  until: { type: Date, required: true },
});

export const TrainingClaimModel = mongoose.model('TrainingClaim', claimSchema, 'training_claims');
