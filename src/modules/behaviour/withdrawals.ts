/** Deletes what was tracked of those who agree to it no longer, in bounded steps, and again from any step after a restart. */
import type { Model, Types } from 'mongoose';
import type { Logger } from '../../log.js';
import type { Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { updateEach } from '../../store/documents.js';
import { Worker } from '../../workers/index.js';
import type { DomainEventBus } from '../domain-events.js';
import { deleteSome } from '../personal-data.js';
import type { BehaviourModels } from './behaviour.model.js';
import type { ConsentDocument } from './consent.model.js';
import { withdrawalTopic } from './consent.service.js';
import { trackedCounters } from './interaction.service.js';

/** A withdrawal wakes the worker; this is for what was left behind by a process that died. */
const interval = 30_000;
/** Documents in one transaction. */
const max = 200;
/** Withdrawals that are read at once. */
const maxAtOnce = 100;

interface WithdrawalDependencies {
  consents: Model<ConsentDocument>;
  models: BehaviourModels;
  realtime: Realtime;
  events: DomainEventBus;
  log: Logger;
}

export class Withdrawals {
  readonly worker: Worker;

  constructor(private readonly dependencies: WithdrawalDependencies) {
    const { log, realtime } = dependencies;
    this.worker = new Worker({
      name: 'withdrawals',
      interval,
      log,
      run: (signal) => this.run(signal),
      wakeOn: (wake) => realtime.announcements.listen(withdrawalTopic, wake),
    });
  }

  private async run(signal: AbortSignal): Promise<void> {
    let found = maxAtOnce;
    while (found === maxAtOnce && !signal.aborted) found = await this.forgetSome(signal);
  }

  /** @returns how many withdrawals there were */
  private async forgetSome(signal: AbortSignal): Promise<number> {
    const { consents } = this.dependencies;
    const withdrawn = await consents.find({ forget: true }).limit(maxAtOnce).lean();
    for (const { _id, user, visitor } of withdrawn) {
      await (user ? this.forgetUser(user, signal) : this.inSteps((session) => this.deleteEvents({ visitor }, session), signal));
      if (signal.aborted) break;
      await consents.updateOne({ _id }, { $unset: { forget: 1 } });
    }
    return withdrawn.length;
  }

  private async forgetUser(user: Types.ObjectId, signal: AbortSignal): Promise<void> {
    const { events, models, realtime } = this.dependencies;
    await this.inSteps((session) => this.deleteEvents({ user }, session), signal);
    const none = {
      purchases: 0,
      comments: 0,
      points: null,
      questions: { $in: [0, null] },
      shares: { $in: [0, null] },
      referrals: { $in: [0, null] },
    };
    await this.inSteps((session) => deleteSome(models.interactions, { user, ...none }, { session, max }), signal);
    await this.inSteps((session) => this.untrack(user, session), signal);
    await realtime.recordChange([], (change) => events.emit(change, 'trackingWithdrawn', { user }));
  }

  /** Leaves of some interactions what else there is, with the time of that. @returns how many */
  private async untrack(user: Types.ObjectId, session: ClientSession): Promise<number> {
    const { interactions } = this.dependencies.models;
    const isTracked = { $or: trackedCounters.map((counter) => ({ [counter]: { $gt: 0 } })) };
    const found = await interactions
      .find({ user, ...isTracked })
      .limit(max)
      .session(session)
      .lean();
    const none = Object.fromEntries(trackedCounters.map((counter) => [counter, 0]));
    const updates = found.map(({ product, lastAt, keptAt = lastAt }) => ({
      updateOne: { filter: { user, product }, update: { $set: { ...none, lastAt: keptAt } } },
    }));
    await updateEach(interactions, updates, session);
    return found.length;
  }

  private deleteEvents(whose: Record<string, unknown>, session: ClientSession): Promise<number> {
    return deleteSome(this.dependencies.models.events, whose, { session, max });
  }

  private async inSteps(step: (session: ClientSession) => Promise<number>, signal: AbortSignal): Promise<void> {
    let found = max;
    while (found === max && !signal.aborted) found = await this.dependencies.realtime.recordChange([], ({ session }) => step(session));
  }
}
