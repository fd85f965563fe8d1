/**
 * Mail on its way. What is to be sent is written in the transaction of what causes it, sealed; a worker composes the
 * mail and hands it over, again until that succeeds, so that a crash loses none and a mail server that is away fails
 * nothing. A mail may come twice, never not at all.
 */
import { randomBytes } from 'node:crypto';
import type { Model, Schema } from 'mongoose';
import { Counter, type Registry } from 'prom-client';
import type { DataKeys } from '../data-keys.js';
import type { Logger } from '../log.js';
import type { SealedField } from '../resealing.js';
import type { ClientSession, Database } from '../store/database.js';
import { documentSchema, insert } from '../store/documents.js';
import { doublingDelay, registerQueue, secondsSince, Worker } from '../workers/index.js';
import type { Mail } from './mail.js';
import type { MailTransport } from './transports.js';

interface OutgoingDocument {
  _id: string;
  kind: string;
  /** What the mail is made of, sealed. */
  sealed: string;
  createdAt: Date;
  /** When it is tried next. */
  dueAt: Date;
  attempts: number;
  /** When it is of no use any more. */
  expiresAt: Date;
  /** When it was last handed to the mail server, with no answer yet. */
  handedAt?: Date | null;
}

/**
 * Makes the mail of one kind, when it is sent.
 * @param id of the mail, the same for every attempt
 * @returns null where there is nothing to send; a time where it is to be made then
 */
export type Composer<Data> = (data: Data, id: string) => Promise<Mail | Date | null>;

export interface KindOptions {
  /** Whether rather none is sent than two, where a process ends between handing a mail over and hearing that it was taken. */
  once?: boolean;
}

const interval = 5_000;
const lanes = 4;
const maxCounted = 10_000;
/** Who takes a mail has so long to send it; after a crash, it is tried again then. */
const lease = 60_000;
/** What an attempt may take: less than that, or another process begins it too. */
const longestAttempt = 45_000;
/** What an attempt may still take once the server stops. */
const longestAttemptAtEnd = 5_000;
const firstRetry = 2_000;
const longestRetry = 15 * 60_000;

export class Outbox {
  readonly worker: Worker;
  private readonly sent: Counter;
  private readonly model: Model<OutgoingDocument>;
  private readonly composers = new Map<string, Composer<never>>();
  private readonly once = new Set<string>();

  constructor(
    database: Database,
    private readonly keys: DataKeys,
    private readonly transport: MailTransport,
    private readonly metrics: Registry,
    private readonly log: Logger,
  ) {
    this.model = database.model('OutgoingMail', outgoingSchema(), 'outgoing_mail');
    this.worker = new Worker({ name: 'mail', interval, log, run: (signal) => this.run(signal) });
    this.sent = this.counted();
  }

  /** What waits outlives the key that sealed it. */
  get sealed(): SealedField {
    return { model: this.model, field: 'sealed', contextOf: ({ _id }) => contextOf(_id) };
  }

  /** Declares a kind of mail. Which data it is made of is the feature's own. */
  compose<Data>(kind: string, composer: Composer<Data>, { once = false }: KindOptions = {}): void {
    this.composers.set(kind, composer);
    if (once) this.once.add(kind);
  }

  /**
   * Has a mail sent once the transaction is committed; call `wake` then.
   * @param lifetime milliseconds after which it is of no use any more
   */
  async enqueue(kind: string, data: object, lifetime: number, session?: ClientSession): Promise<void> {
    const _id = randomBytes(18).toString('base64url');
    const now = Date.now();
    const sealed = this.keys.seal(JSON.stringify(data), contextOf(_id));
    const [createdAt, expiresAt] = [new Date(now), new Date(now + lifetime)];
    await insert(this.model, { _id, kind, sealed, createdAt, dueAt: createdAt, attempts: 0, expiresAt }, session);
  }

  /** Sends what waits, without anybody waiting for it. */
  wake(): void {
    this.worker.wake();
  }

  close(): void {
    this.transport.close();
  }

  private async run(signal: AbortSignal): Promise<void> {
    // One read tells how many lanes there is work for; most of the time none.
    const waiting = await this.model
      .find({ dueAt: { $lte: new Date() } }, { _id: 1 })
      .limit(lanes)
      .lean();
    const work = async (): Promise<void> => {
      // What is taken is delivered: it would wait for the end of its lease.
      while (!signal.aborted) {
        const next = await this.take();
        if (!next) return;
        await this.deliver(next, signal);
      }
    };
    await Promise.all(waiting.map(work));
  }

  /** @throws Error where the lease ended meanwhile and another process has taken the mail */
  private async markHanded(_id: string, attempts: number): Promise<void> {
    const { matchedCount } = await this.model.updateOne({ _id, attempts }, { $set: { handedAt: new Date() } });
    if (matchedCount === 0) throw new Error('The mail server took so long that another process sends the mail.');
  }

  private counted(): Counter {
    const { metrics, model } = this;
    registerQueue(metrics, [
      {
        name: 'plaza_mail_waiting',
        help: `Mails that wait, at most ${maxCounted} counted.`,
        read: () => model.countDocuments({}, { limit: maxCounted }),
      },
      {
        name: 'plaza_mail_oldest_seconds',
        help: 'Age of the mail that waits for longest; 0 where none waits.',
        read: async () => secondsSince((await model.findOne({}, { createdAt: 1 }).sort({ createdAt: 1 }).lean())?.createdAt),
      },
    ]);
    return new Counter({
      name: 'plaza_mails_total',
      help: 'Attempts to send a mail, by kind and outcome; a failed one is made again.',
      labelNames: ['kind', 'outcome'],
      registers: [metrics],
    });
  }

  private take(): Promise<OutgoingDocument | null> {
    const now = new Date();
    return this.model
      .findOneAndUpdate(
        { dueAt: { $lte: now }, expiresAt: { $gt: now } },
        { $set: { dueAt: new Date(now.getTime() + lease) }, $inc: { attempts: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      )
      .lean();
  }

  private async deliver({ _id, kind, sealed, attempts, handedAt }: OutgoingDocument, stop: AbortSignal): Promise<void> {
    if (handedAt) {
      await this.model.deleteOne({ _id });
      this.log.warn({ mail: _id, kind }, 'a process ended while it sent a mail that may not come twice; it is not sent again');
      return;
    }
    try {
      const composer = this.composers.get(kind);
      if (!composer) throw new Error(`No feature makes mail of the kind "${kind}".`);
      const mail = await composer(JSON.parse(this.keys.open(sealed, contextOf(_id))) as never, _id);
      if (mail instanceof Date) {
        await this.model.updateOne({ _id }, { $set: { dueAt: mail } });
        return;
      }
      if (mail) {
        const onHandOver = this.once.has(kind) ? () => this.markHanded(_id, attempts) : undefined;
        await inTime(stop, (signal) => this.transport.send(mail, _id, signal, onHandOver));
      }
      this.sent.inc({ kind, outcome: mail ? 'sent' : 'needless' });
      await this.model.deleteOne({ _id });
    } catch (error) {
      this.sent.inc({ kind, outcome: 'failed' });
      const delay = doublingDelay(attempts, firstRetry, longestRetry);
      this.log.warn({ err: error, mail: _id, kind, attempts, retryInMs: delay }, 'a mail could not be sent; it is tried again');
      await this.model.updateOne({ _id, attempts }, { $set: { dueAt: new Date(Date.now() + delay), handedAt: null } });
    }
  }
}

/** A mail server that answers a little again and again meets no timeout of the connection. */
async function inTime(stop: AbortSignal, attempt: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort(new Error('The mail server took too long.'));
  const timers = [setTimeout(end, longestAttempt)];
  const onStop = (): void => void timers.push(setTimeout(end, longestAttemptAtEnd));
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop);
  try {
    await attempt(ending.signal);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    stop.removeEventListener('abort', onStop);
    for (const timer of timers) clearTimeout(timer);
  }
}

function contextOf(id: string): string {
  return `mail ${id}`;
}

function outgoingSchema(): Schema<OutgoingDocument> {
  const schema = documentSchema<OutgoingDocument>({
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    sealed: { type: String, required: true },
    createdAt: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
    handedAt: { type: Date },
  });
  schema.index({ dueAt: 1 });
  schema.index({ createdAt: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
