/** Erases what accounts that are gone left behind: in steps that nobody waits for, and again from any step after a restart. */
import escapeForRegExp from 'escape-string-regexp';
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { Logger } from '../../log.js';
import type { Realtime } from '../../realtime/index.js';
import { duplicateKeyFields } from '../../store/database.js';
import { Worker } from '../../workers/index.js';
import type { Erasure, PersonalData } from '../personal-data.js';
import { openTraces, type ErasureDocument, type PrivacyModels } from './erasure.model.js';

const interval = 5_000;
/** Documents in one transaction. */
const maxOfStep = 200;
/** Erasures in one run; the others follow in the next. */
const maxOfRun = 100;

interface ErasureJobDependencies {
  realtime: Realtime;
  models: PrivacyModels;
  /** What every feature holds on users, in the order of the features. */
  personalData: () => readonly PersonalData[];
  keys: DataKeys;
  log: Logger;
}

export class ErasureJob {
  readonly worker: Worker;

  /** @param maxWriteTime milliseconds in which what the account had asked for before it went may still be written */
  constructor(
    private readonly dependencies: ErasureJobDependencies,
    private readonly maxWriteTime: number,
  ) {
    this.worker = new Worker({ name: 'erasures', interval, log: dependencies.log, run: (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    const due = { $or: [{ sweptAt: null }, { sweptAt: { $lte: new Date(Date.now() - 2 * this.maxWriteTime) } }] };
    for (const erasure of await this.dependencies.models.erasures.find(due).sort({ at: 1 }).limit(maxOfRun).lean()) {
      // One that fails keeps nobody else waiting.
      await this.advance(erasure, signal).catch((error: unknown) => failures.push(error));
      if (signal.aborted) return;
    }
    if (failures.length > 0) throw failures[0];
  }

  private async advance(erasure: ErasureDocument, signal: AbortSignal): Promise<void> {
    const { erasures } = this.dependencies.models;
    const found = await this.sweep(erasure, signal);
    if (signal.aborted) return;
    if (erasure.sweptAt && found === 0) await erasures.deleteOne({ _id: erasure._id });
    else await erasures.updateOne({ _id: erasure._id }, { $set: { sweptAt: new Date() } });
  }

  /**
   * Backwards through the features: what comes later may refer to what comes before. Events come last, since the features
   * write some.
   * @returns how many documents it found
   */
  private async sweep({ _id: user, anonymousId, isMerge = false, sealed }: ErasureDocument, signal: AbortSignal): Promise<number> {
    const { handle, names, external } = openTraces(sealed, user, this.dependencies.keys);
    const redact = isMerge ? (text: string) => text : redactor(names);
    const erasure = { user, anonymousId, isMerge, handle, redact, ...(external && { external }) };
    let found = 0;
    for (const { erase } of [this.events(), ...this.dependencies.personalData()].reverse())
      found += await this.eraseAll(erase, erasure, signal);
    return found;
  }

  private async eraseAll(erase: PersonalData['erase'], erasure: Erasure, signal: AbortSignal): Promise<number> {
    let found = maxOfStep;
    let all = 0;
    while (found === maxOfStep && !signal.aborted) {
      found = await this.step(erase, erasure).catch((error: unknown) => {
        // Written again after its like was anonymised, by a request that was under way: under another id there is room for both.
        if (!duplicateKeyFields(error)) throw error;
        return this.step(erase, { ...erasure, anonymousId: new Types.ObjectId() });
      });
      all += found;
    }
    return all;
  }

  private step(erase: PersonalData['erase'], erasure: Erasure): Promise<number> {
    return this.dependencies.realtime.recordChange([`erase:${erasure.user.toHexString()}`], ({ session, emitMany }) =>
      erase({ ...erasure, session, emitMany, max: maxOfStep }),
    );
  }

  private events(): PersonalData {
    const { eventLog } = this.dependencies.realtime;
    return {
      name: 'events',
      collect: async () => [],
      erase: ({ session, user, anonymousId, max }) => eventLog.reassign(session, user, anonymousId, max),
    };
  }
}

function redactor(names: string[]): (text: string) => string {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${names.map(escapeForRegExp).join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  return (text) => text.replace(pattern, '[removed]');
}
