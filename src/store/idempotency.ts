/** The same key from the same user makes the same object, once, also when both requests run at the same time. */
import { Schema, Types, type Model } from 'mongoose';
import type { ClientSession, Database } from './database.js';
import { documentSchema, insert } from './documents.js';

export interface IdempotencyKey {
  _id: string;
  user: Types.ObjectId;
  result: Types.ObjectId;
  at: Date;
}

export interface CreatingRequest {
  user: Types.ObjectId;
  operation: string;
  key: string | null | undefined;
}

export class IdempotencyKeys {
  readonly model: Model<IdempotencyKey>;

  /** @param retention in milliseconds, for how long a key is remembered */
  constructor(database: Database, retention: number) {
    const schema = documentSchema<IdempotencyKey>({
      _id: { type: String, required: true },
      user: { type: Schema.Types.ObjectId, required: true },
      result: { type: Schema.Types.ObjectId, required: true },
      at: { type: Date, required: true },
    });
    schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
    schema.index({ user: 1 });
    this.model = database.model('IdempotencyKey', schema, 'idempotency_keys');
  }

  /**
   * Creates inside a transaction, unless the key has created before.
   * @param create makes the object under the given id
   * @returns the object's id, and whether it is new
   */
  async createOnce(
    session: ClientSession,
    { user, operation, key }: CreatingRequest,
    create: (id: Types.ObjectId) => Promise<void>,
  ): Promise<{ id: Types.ObjectId; created: boolean }> {
    const id = new Types.ObjectId();
    if (key) {
      const _id = `${user.toString()}:${operation}:${key}`;
      const earlier = await this.model.findById(_id).session(session).lean();
      if (earlier) return { id: earlier.result, created: false };
      await insert(this.model, { _id, user, result: id, at: new Date() }, session);
    }
    await create(id);
    return { id, created: true };
  }
}
