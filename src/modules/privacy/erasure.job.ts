/** Erases what accounts that are gone left behind: in steps that nobody waits for, and again from any step after a restart. */
import escapeForRegExp from 'escape-string-regexp';
import type { DataKeys } from '../../data-keys.js';
import type { Logger } from '../../log.js';
import type { Realtime } from '../../realtime/index.js';
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

  /** @param maxWriteTime milliseconds in which what was begun while the account or its events were there may still be written */
  constructor(
    private readonly dependencies: ErasureJobDependencies,
    private readonly maxWriteTime: number,
  ) {
    this.worker = new Worker({ name: 'erasures', interval, log: dependencies.log, run: (signal) => this.run(signal) });
  }

  /** Looks twice at what each left behind: at once, and when nothing more can be written of what the first look found. */
  private async run(signal: AbortSignal): Promise<void> {
    const { erasures } = this.dependencies.models;
    for (const erasure of await erasures.find().sort({ at: 1 }).limit(maxOfRun).lean()) {
      const { sweptAt } = erasure;
      const isLast = sweptAt !== null && sweptAt.getTime() + this.maxWriteTime <= Date.now();
      if (sweptAt && !isLast) continue;
      await this.sweep(erasure, signal);
      if (signal.aborted) return;
      if (isLast) await erasures.deleteOne({ _id: erasure._id });
      else await erasures.updateOne({ _id: erasure._id }, { $set: { sweptAt: new Date() } });
    }
  }

  /** Backwards through the features: what comes later may refer to what comes before. Events come last, since the features write some. */
  private async sweep({ _id: user, anonymousId, sealed }: ErasureDocument, signal: AbortSignal): Promise<void> {
    const { handle, names, external } = openTraces(sealed, user, this.dependencies.keys);
    const erasure = { user, anonymousId, handle, redact: redactor(names), ...(external && { external }) };
    for (const { erase } of [this.events(), ...this.dependencies.personalData()].reverse()) await this.eraseAll(erase, erasure, signal);
  }

  private async eraseAll(erase: PersonalData['erase'], erasure: Erasure, signal: AbortSignal): Promise<void> {
    let found = maxOfStep;
    while (found === maxOfStep && !signal.aborted) {
      found = await this.dependencies.realtime.recordChange([`erase:${erasure.user.toHexString()}`], ({ session, emitMany }) =>
        erase({ ...erasure, session, emitMany, max: maxOfStep }),
      );
    }
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
