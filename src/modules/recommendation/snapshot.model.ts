import mongoose, { Schema, type Types } from 'mongoose';

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
