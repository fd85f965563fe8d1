/**
 * News of MongoDB, by a change stream over the database. Its resume tokens begin with the time up to which it has told
 * everything, which is what makes answers exact: each event says its time too, so that tokens of another form are noticed.
 */
import type { ClientSession, Connection, mongo } from 'mongoose';
import type { Logger } from '../../log.js';
import { NotOffered, type Document, type DocumentChange, type News, type NewsSource } from './news.js';

/** How long the store may leave a question for news open, in milliseconds; and where it may have more of what was made together. */
const wait = { usual: 50, within: 1 };
const mostEvents = 1000;
/** Nobody is told of these one by one. */
const upheavals = ['drop', 'rename', 'dropDatabase', 'invalidate'];
const fields = { operationType: 1, clusterTime: 1, ns: 1, fullDocument: 1, fullDocumentBeforeChange: 1 } as const;
const stream = { fullDocument: 'whenAvailable', fullDocumentBeforeChange: 'whenAvailable' } as const;
/** There is no oplog that a stream could follow. */
const notReplicated = 40573;

interface Token {
  _data: string;
}

interface Event {
  _id: Token;
  operationType: string;
  clusterTime?: mongo.Timestamp;
  ns?: { coll?: string };
  fullDocument?: Document | null;
  fullDocumentBeforeChange?: Document | null;
}

interface Reply {
  cursor: { id: mongo.Long; firstBatch?: Event[]; nextBatch?: Event[]; postBatchResumeToken?: Token };
}

export class StreamNews implements NewsSource {
  private open: { session: ClientSession; cursor: mongo.Long; isWithin: boolean } | null = null;
  private readonly asked = new Set<string>();

  constructor(
    private readonly connection: Connection,
    private readonly log: Logger,
  ) {}

  async next(): Promise<News> {
    if (!readsFromPrimary(this.connection)) throw new NotOffered();
    return this.open ? this.more(this.open) : this.begin();
  }

  async position(): Promise<bigint> {
    const session = await this.connection.startSession();
    try {
      await this.connection.db!.command({ ping: 1 }, { session, readPreference: 'primary' });
      if (!session.operationTime) throw new NotOffered();
      return session.operationTime.toBigInt();
    } finally {
      await session.endSession();
    }
  }

  askForImages(collection: string): void {
    if (this.asked.has(collection)) return;
    this.asked.add(collection);
    const change = { collMod: collection, changeStreamPreAndPostImages: { enabled: true } };
    this.connection.db!.command(change).catch((error: unknown) => {
      this.log.info({ err: error, collection }, 'changes are not told with the documents before them: more kept answers than need be go');
    });
  }

  reset(): void {
    const { open } = this;
    this.open = null;
    // Another process is told of changes without it.
    void open?.session.endSession().catch(() => {});
  }

  private async begin(): Promise<News> {
    const session = await this.connection.startSession();
    try {
      const pipeline = [{ $changeStream: stream }, { $project: fields }];
      const reply = await this.command(session, { aggregate: 1, pipeline, cursor: { batchSize: mostEvents } });
      this.open = { session, cursor: reply.cursor.id, isWithin: isWithin(reply) };
      return { ...newsOf(reply), isLost: true };
    } catch (error) {
      if (!this.open) await session.endSession();
      throw isCode(error, notReplicated) ? new NotOffered() : error;
    }
  }

  private async more(open: NonNullable<StreamNews['open']>): Promise<News> {
    const maxTimeMS = open.isWithin ? wait.within : wait.usual;
    const question = { getMore: open.cursor, collection: '$cmd.aggregate', batchSize: mostEvents, maxTimeMS };
    const reply = await this.command(open.session, question);
    open.isWithin = isWithin(reply);
    if (reply.cursor.id.isZero()) this.reset();
    return newsOf(reply);
  }

  private async command(session: ClientSession, command: object): Promise<Reply> {
    const options = { session, readPreference: 'primary', promoteLongs: false } as const;
    return (await this.connection.db!.command(command, options)) as unknown as Reply;
  }
}

/** Whether some changes that were made together with the last one may be in the next batch. */
function isWithin({ cursor: { firstBatch, nextBatch, postBatchResumeToken } }: Reply): boolean {
  return (firstBatch ?? nextBatch)?.at(-1)?._id._data === postBatchResumeToken?._data;
}

function newsOf(reply: Reply): News {
  const { firstBatch, nextBatch, postBatchResumeToken } = reply.cursor;
  const events = firstBatch ?? nextBatch ?? [];
  for (const { _id, clusterTime } of events) if (clusterTime && timeOf(_id) !== clusterTime.toBigInt()) throw new NotOffered();
  if (!postBatchResumeToken) throw new NotOffered();
  const changes = events.flatMap(changeOf);
  const time = timeOf(postBatchResumeToken);
  const isLost = events.some(({ operationType }) => upheavals.includes(operationType));
  return { changes, isLost, told: isWithin(reply) ? time - 1n : time, isAll: events.length < mostEvents };
}

function changeOf({ operationType, ns, fullDocument, fullDocumentBeforeChange }: Event): DocumentChange[] {
  const collection = ns?.coll;
  if (collection === undefined || upheavals.includes(operationType)) return [];
  const before = operationType === 'insert' ? null : fullDocumentBeforeChange;
  const after = operationType === 'delete' ? null : fullDocument;
  const isKnown = (before || operationType === 'insert') && (after || operationType === 'delete');
  return [{ collection, images: isKnown ? { before: () => before ?? null, after: () => after ?? null } : null }];
}

/** The time that a token stands for: seconds, and a count within them. @throws NotOffered for a token of another form */
export function timeOf({ _data }: Token): bigint {
  const parts = /^82([0-9a-f]{16})/i.exec(_data);
  if (!parts) throw new NotOffered();
  return BigInt(`0x${parts[1]}`);
}

/** What is read elsewhere may be older than what has been told. */
function readsFromPrimary(connection: Connection): boolean {
  const { readPreference } = connection.getClient().options;
  return readPreference === undefined || readPreference.mode === 'primary';
}

function isCode(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
