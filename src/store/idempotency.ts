/** The same key from the same user makes the same object, once, also when both requests run at the same time. */
import mongoose, { Schema, type Types } from 'mongoose';
import type { ClientSession } from './transaction.js';

const kept = 7 * 24 * 60 * 60;

interface IdempotencyKey {
  _id: string;
  user: Types.ObjectId;
  result: Types.ObjectId;
  at: Date;
}

const idempotencySchema = new Schema<IdempotencyKey>({
  _id: { type: String, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  result: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
});
idempotencySchema.index({ at: 1 }, { expireAfterSeconds: kept });
idempotencySchema.index({ user: 1 });

export const IdempotencyModel = mongoose.model('IdempotencyKey', idempotencySchema, 'idempotency_keys');

export interface CreatingRequest {
  user: Types.ObjectId;
  operation: string;
  key: string | null | undefined;
}

/**
 * Creates inside a transaction, unless the key has created before.
 * @param create makes the object under the given id
 * @returns the object's id, and whether it is new
 */
export async function createOnce(
  session: ClientSession,
  { user, operation, key }: CreatingRequest,
  create: (id: Types.ObjectId) => Promise<void>,
): Promise<{ id: Types.ObjectId; created: boolean }> {
  const id = new mongoose.Types.ObjectId();
  if (key) {
    const _id = `${user.toString()}:${operation}:${key}`;
    const earlier = await IdempotencyModel.findById(_id).session(session).lean();
    if (earlier) return { id: earlier.result, created: false };
    await IdempotencyModel.collection.insertOne({ _id, user, result: id, at: new Date() } as never, { session });
  }
  await create(id);
  return { id, created: true };
}
