/** The same key from the same user makes the same object, once, also when both requests run at the same time. */
import { createHash } from 'node:crypto';
import { Schema, Types, type Model } from 'mongoose';
import { broken } from '../errors.js';
import { message, type Message } from '../messages/index.js';
import type { ClientSession, Database } from './database.js';
import { documentSchema, insert } from './documents.js';

export interface IdempotencyKey {
  _id: string;
  user: Types.ObjectId;
  result: Types.ObjectId;
  /** A digest of what it was used with. */
  input: string;
  at: Date;
}

export interface CreatingRequest {
  user: Types.ObjectId;
  operation: string;
  key: string | null | undefined;
  /** What is created; the key stands for this alone. */
  input: object;
}

const maxKeyLength = 255;

export class IdempotencyKeys {
  readonly model: Model<IdempotencyKey>;

  /** @param retention in milliseconds, for how long a key is remembered */
  constructor(database: Database, retention: number) {
    const schema = documentSchema<IdempotencyKey>(
      {
        _id: { type: String, required: true },
        user: { type: Schema.Types.ObjectId, required: true },
        result: { type: Schema.Types.ObjectId, required: true },
        input: { type: String, required: true },
        at: { type: Date, required: true },
      },
      { shardKey: { _id: 'hashed' } },
    );
    schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
    schema.index({ user: 1 });
    this.model = database.model('IdempotencyKey', schema, 'idempotency_keys');
  }

  /**
   * Creates inside a transaction, unless the key has created before.
   * @param create makes the object under the given id
   * @returns the object's id
   * @throws RulesBroken TOO_LONG, or IDEMPOTENCY_KEY_REUSED where the key was used with another input
   */
  async createOnce(
    session: ClientSession,
    { user, operation, key, input }: CreatingRequest,
    create: (id: Types.ObjectId) => Promise<void>,
  ): Promise<Types.ObjectId> {
    const id = new Types.ObjectId();
    if (key) {
      const flaw = flawInKey(key);
      if (flaw) throw broken('TOO_LONG', flaw, 'idempotencyKey');
      const digest = digestOf(input);
      const _id = `${user.toString()}:${operation}:${key}`;
      const earlier = await this.model.findById(_id).session(session).lean();
      if (earlier && earlier.input !== digest) {
        throw broken('IDEMPOTENCY_KEY_REUSED', 'This key was used with another input. Use a new key for each request.', 'idempotencyKey');
      }
      if (earlier) return earlier.result;
      await insert(this.model, { _id, user, result: id, input: digest, at: new Date() }, session);
    }
    await create(id);
    return id;
  }
}

/** Why a key cannot be taken, null if it can. */
export function flawInKey(key: string): Message | null {
  return key.length > maxKeyLength ? message('A key can have at most {max} characters.', { max: maxKeyLength }) : null;
}

/** What was created under a key. @throws RulesBroken RESULT_DELETED where it is gone by now */
export function requireCreated<Document>(document: Document | null): Document {
  if (document === null) throw broken('RESULT_DELETED', 'What was created with this key has been deleted.', 'idempotencyKey');
  return document;
}

/** The same for inputs that mean the same: in whatever order, and whether a field is null or left out. */
function digestOf(input: object): string {
  const sorted = JSON.stringify({ ...input, idempotencyKey: undefined }, (_name, value: unknown) => {
    if (value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(sorted).digest('base64url');
}
