/** Deletes what was tracked of those who agree to it no longer, in bounded steps, and again from any step after a restart. */
import type { Model, Types } from 'mongoose';
import type { Logger } from '../../log.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { updateEach } from '../../store/documents.js';
import { Worker } from '../../workers/index.js';
import type { DomainEventBus } from '../domain-events.js';
import { deleteSome } from '../personal-data.js';
import type { BehaviourModels } from './behaviour.model.js';
import type { ConsentDocument } from './consent.model.js';
import { withdrawalTopic, type Subject } from './consent.service.js';
import { trackedCounters } from './interaction.service.js';
import { counters, maxClockSkew } from './tracking.service.js';

/** A withdrawal wakes the worker; this is for what was left behind by a process that died. */
const interval = 30_000;
/** Documents in one transaction. */
const max = 200;
/** Withdrawals that are read at once. */
const maxAtOnce = 100;
/** Longer than a transaction may last: by then, whatever began before a withdrawal was known is stored, or never will be. */
const settling = 2 * 60_000;

type Whose = Pick<ConsentDocument, 'user' | 'visitor'>;
/** Until when what was stored is deleted; null for all of it, and undefined where that is done already. */
type Until = (session: ClientSession) => Promise<Date | null | undefined>;

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
    await this.forgetFirst({}, signal);
    // What other processes stored in transactions that began before the withdrawal.
    await this.forgetEach({ forgetAgainAt: { $lte: new Date() } }, signal, async (withdrawal) => {
      await this.forget(withdrawal, (session) => this.agreedAgain(withdrawal, session), signal);
      return { $unset: { forgetAgainAt: 1 } };
    });
  }

  /** Deletes what somebody has withdrawn from, before they agree again and anything is stored that is to stay. */
  async finish(subject: Subject): Promise<void> {
    await this.forgetFirst(subject, new AbortController().signal);
  }

  /** Deletes everything. Nothing is stored before all of it is gone, as nobody agrees again before. */
  private forgetFirst(whose: Partial<Whose>, signal: AbortSignal): Promise<void> {
    return this.forgetEach({ ...whose, forget: true }, signal, async (withdrawal) => {
      const forgetAgainAt = new Date(Date.now() + settling);
      await this.forget(withdrawal, (session) => this.whileWithdrawn(withdrawal, session), signal);
      return { $unset: { forget: 1 }, $set: { forgetAgainAt } };
    });
  }

  /** Another process may have done it, and they have agreed again since. */
  private async whileWithdrawn({ _id }: ConsentDocument, session: ClientSession): Promise<null | undefined> {
    return (await this.dependencies.consents.exists({ _id, forget: true }).session(session)) ? null : undefined;
  }

  /** @param forget answers with what is noted of the withdrawal then */
  private async forgetEach(due: object, signal: AbortSignal, forget: (withdrawal: ConsentDocument) => Promise<object>): Promise<void> {
    const { consents } = this.dependencies;
    let found = maxAtOnce;
    while (found === maxAtOnce && !signal.aborted) {
      const withdrawn = await consents.find(due).limit(maxAtOnce).lean();
      found = withdrawn.length;
      for (const withdrawal of withdrawn) {
        const noted = await forget(withdrawal);
        if (signal.aborted) return;
        await consents.updateOne({ _id: withdrawal._id }, noted);
      }
    }
  }

  /** When they agreed again, in the transaction that deletes, which sees nothing that was stored by leave of a decision that it does not see. */
  private async agreedAgain({ user, visitor, at }: ConsentDocument, session: ClientSession): Promise<Date | null> {
    const agreed = { ...(user ? { user } : { visitor }), tracking: true, at: { $gt: at } };
    return (await this.dependencies.consents.findOne(agreed).sort({ at: 1 }).session(session).lean())?.at ?? null;
  }

  private async forget({ user, visitor }: Whose, until: Until, signal: AbortSignal): Promise<void> {
    if (user) await this.forgetUser(user, until, signal);
    else await this.inSteps(until, ({ session }, time) => this.deleteEvents({ visitor }, time, session), signal);
  }

  private async forgetUser(user: Types.ObjectId, until: Until, signal: AbortSignal): Promise<void> {
    const { events, models } = this.dependencies;
    await this.inSteps(until, ({ session }, time) => this.deleteEvents({ user }, time, session), signal);
    const none = {
      purchases: 0,
      comments: 0,
      points: null,
      questions: { $in: [0, null] },
      shares: { $in: [0, null] },
      referrals: { $in: [0, null] },
    };
    const interactions = (time: Date | null) => ({ user, ...before('lastAt', time) });
    await this.inSteps(
      until,
      ({ session }, time) => deleteSome(models.interactions, { ...interactions(time), ...none }, { session, max }),
      signal,
    );
    await this.inSteps(until, ({ session }, time) => this.untrack(user, interactions(time), session), signal);
    await this.inSteps(
      until,
      async (change, time) => {
        await events.emit(change, 'trackingWithdrawn', { user, until: time });
        return 0;
      },
      signal,
    );
  }

  /** Leaves of some interactions what else there is, with the time of that. @returns how many */
  private async untrack(user: Types.ObjectId, filter: object, session: ClientSession): Promise<number> {
    const { interactions } = this.dependencies.models;
    const isTracked = { $or: trackedCounters.map((counter) => ({ [counter]: { $gt: 0 } })) };
    const found = await interactions
      .find({ ...filter, ...isTracked })
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

  private async deleteEvents(whose: Partial<Whose>, until: Date | null, session: ClientSession): Promise<number> {
    const { events, interactions } = this.dependencies.models;
    if (!until) return deleteSome(events, whose, { session, max });
    const found = await events
      .find({ ...whose, ...before('at', until) })
      .limit(max)
      .session(session)
      .lean();
    // Where they went on by leave of a later decision, the rest of the sums stays.
    const updates = found.flatMap(({ user, product, kind }) => {
      const counter = counters[kind];
      const filter = { user, product, lastAt: { $gte: earliestAfter(until) } };
      return user && counter ? [{ updateOne: { filter, update: { $inc: { [counter]: -1 } } } }] : [];
    });
    await updateEach(interactions, updates, session);
    await events.deleteMany({ ...whose, _id: { $in: found.map(({ _id }) => _id) } }, { session });
    return found.length;
  }

  /** @param step answers how many documents it deleted or changed */
  private async inSteps(until: Until, step: (change: Change, until: Date | null) => Promise<number>, signal: AbortSignal): Promise<void> {
    let found = max;
    while (found === max && !signal.aborted)
      found = await this.dependencies.realtime.recordChange([], async (change) => {
        const time = await until(change.session);
        return time === undefined ? 0 : step(change, time);
      });
  }
}

/** The earliest time of what may be stored by leave of a decision. */
function earliestAfter(decidedAt: Date): Date {
  return new Date(decidedAt.getTime() - maxClockSkew);
}

function before(field: string, decidedAt: Date | null): object {
  return decidedAt ? { [field]: { $lt: earliestAfter(decidedAt) } } : {};
}
