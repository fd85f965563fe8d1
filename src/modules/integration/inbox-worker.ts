/** Applies what the inbox holds: once, and in order for each object. */
import type { Registry } from 'prom-client';
import type { Logger } from '../../log.js';
import { doublingDelay, registerQueue, secondsSince, Worker } from '../../workers/index.js';
import type { Inbox } from './inbox.service.js';
import type { InboxDocument, InboxStatusName, IntegrationModels } from './integration.model.js';
import type { RecordWriter } from './record-writer.js';
import { Unreadable, type Applied } from './records.js';

const interval = 5_000;
const lanes = 4;
/** Who claims a message has so long to apply it; then another process may. */
const claim = 20_000;
const firstRetry = 5_000;
const longestRetry = 60 * 60 * 1000;
const maxCounted = 10_000;

interface InboxWorkerDependencies {
  models: IntegrationModels;
  inbox: Inbox;
  writer: RecordWriter;
  metrics: Registry;
  log: Logger;
}

export class InboxWorker {
  readonly worker: Worker;

  constructor(private readonly dependencies: InboxWorkerDependencies) {
    this.worker = new Worker({ name: 'integrations', interval, log: dependencies.log, run: (signal) => this.run(signal) });
    const { inbox } = dependencies.models;
    registerQueue(dependencies.metrics, [
      {
        name: 'plaza_integration_messages_waiting',
        help: `Messages of shop systems that are not applied yet, at most ${maxCounted} counted.`,
        read: () => inbox.countDocuments({ status: 'PENDING' }, { limit: maxCounted }),
      },
      {
        name: 'plaza_integration_messages_overdue_seconds',
        help: 'How long ago the message of a shop system should have been applied that is due for longest; 0 where none is.',
        read: async () => secondsSince((await inbox.findOne({ status: 'PENDING' }, { dueAt: 1 }).sort({ dueAt: 1 }).lean())?.dueAt),
      },
    ]);
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { inbox } = this.dependencies.models;
    if (!(await inbox.exists({ status: 'PENDING', dueAt: { $lte: new Date() } }))) return;
    const work = async (): Promise<void> => {
      for (let next = await this.claimNext(); next; next = signal.aborted ? null : await this.claimNext()) await this.process(next);
    };
    await Promise.all(Array.from({ length: lanes }, work));
  }

  /** The earliest message that is due and whose object's earlier messages are done. */
  private async claimNext(): Promise<InboxDocument | null> {
    const { inbox } = this.dependencies.models;
    for (;;) {
      const now = new Date();
      const next = await inbox
        .findOne({ status: 'PENDING', dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .lean();
      if (!next) return null;
      const { _id, subject, dueAt } = next;
      const earlier = await inbox
        .findOne({ subject, status: 'PENDING', _id: { $lt: _id }, waitsFor: null }, { dueAt: 1 })
        .sort({ _id: 1 })
        .lean();
      const mine = { _id, status: 'PENDING' as const, dueAt };
      if (earlier) {
        // When the earlier one is done, this one is brought forward.
        await inbox.updateOne(mine, { $set: { dueAt: new Date(Math.max(earlier.dueAt.getTime(), now.getTime()) + 1) } });
        continue;
      }
      const claimed = await inbox
        .findOneAndUpdate(mine, { $set: { dueAt: new Date(now.getTime() + claim) }, $inc: { attempts: 1 } }, { returnDocument: 'after' })
        .lean();
      if (claimed) return claimed;
    }
  }

  private async process(message: InboxDocument): Promise<void> {
    const { inbox } = this.dependencies.models;
    const outcome = await this.outcomeOf(message);
    const mine = { _id: message._id, status: 'PENDING' as const };
    if (outcome.status === 'GOES_ON') {
      await inbox.updateOne(mine, { $set: { dueAt: new Date() } });
      return;
    }
    if (outcome.status !== 'WAITS') return this.complete(message, outcome.status, 'reason' in outcome ? outcome.reason : null);
    if (message.deadline <= new Date()) return this.complete(message, 'REFUSED', outcome.reason);
    const delay = doublingDelay(message.attempts, firstRetry, longestRetry);
    const dueAt = new Date(Math.min(Date.now() + delay, message.deadline.getTime()));
    const { reason, waitsFor } = outcome;
    await inbox.updateOne(mine, { $set: { dueAt, reason, ...(waitsFor && { waitsFor }) }, ...(!waitsFor && { $unset: { waitsFor: 1 } }) });
  }

  private async outcomeOf(message: InboxDocument): Promise<Applied> {
    const { inbox, models, writer, log } = this.dependencies;
    try {
      const integration = await models.integrations.findById(message.integration).lean();
      if (!integration) return { status: 'REFUSED', reason: 'The integration was deleted.' };
      const understood = inbox.readStored(integration, message);
      if (!understood) return { status: 'REFUSED', reason: 'Nothing is left of this message.' };
      const isLast = message.deadline <= new Date();
      return await writer.apply({ ...understood, integration, knownAt: message.version, isLast });
    } catch (error) {
      if (error instanceof Unreadable) return { status: 'REFUSED', reason: error.message };
      log.warn(
        { err: error, message: message._id.toHexString(), attempts: message.attempts },
        'a message could not be applied; it is tried again',
      );
      return { status: 'WAITS', reason: 'Something went wrong on our side.' };
    }
  }

  /** What was applied is held elsewhere now; only what staff may look into keeps its body. */
  private async complete({ _id, subject }: InboxDocument, status: InboxStatusName, reason: string | null): Promise<void> {
    const { inbox } = this.dependencies.models;
    const keepsBody = status === 'REFUSED' || status === 'DATA_REQUESTED';
    await inbox.updateOne(
      { _id, status: 'PENDING' },
      { $set: { status, reason, completedAt: new Date() }, $unset: { waitsFor: 1, ...(!keepsBody && { sealed: 1 }) } },
    );
    const now = { $set: { dueAt: new Date() } };
    await inbox.findOneAndUpdate({ subject, status: 'PENDING', _id: { $gt: _id }, attempts: 0 }, now, { sort: { _id: 1 } });
    if (status === 'APPLIED') await inbox.updateMany({ waitsFor: subject, status: 'PENDING' }, { ...now, $unset: { waitsFor: 1 } });
  }
}
