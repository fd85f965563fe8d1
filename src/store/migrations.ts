/** The version of what is stored, and the steps that bring an older database to it: one process at a time takes them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Model } from 'mongoose';
import type { Logger } from '../log.js';
import { OperatorError } from '../operator-error.js';
import type { Database } from './database.js';
import { documentSchema, insertMissing } from './documents.js';

/** Changes what is stored. It may be ended anywhere and is then taken again from its beginning. */
export interface Migration {
  /** What it does, as the log says it. */
  description: string;
  run: (database: Database) => Promise<void>;
}

/** The state of the whole store; there is one. */
interface StoreState {
  _id: string;
  /** How many of the migrations have been taken. */
  version: number;
  /** The process that migrates now, and until when the others believe it. */
  holder: string | null;
  heldUntil: Date | null;
}

const stateId = 'store';
/** A process that dies while it migrates is replaced after so long. */
const leaseTime = 30_000;
const lookAgainAfter = 500;

export class Migrations {
  private readonly states: Model<StoreState>;
  private readonly holder = randomUUID();

  /** @param migrations in order; one that was released is never changed or taken out */
  constructor(
    private readonly database: Database,
    private readonly migrations: readonly Migration[],
    private readonly log: Logger,
  ) {
    const schema = documentSchema<StoreState>({
      _id: { type: String, required: true },
      version: { type: Number, required: true },
      holder: { type: String, default: null },
      heldUntil: { type: Date, default: null },
    });
    this.states = database.model('StoreState', schema, 'store_state');
  }

  /** The version of a store that is up to date. */
  get version(): number {
    return this.migrations.length;
  }

  /**
   * Takes the migrations that are missing, then aligns the indexes, or waits for another process that does.
   * @param indexes which indexes are built: those that the API cannot do without, or all
   * @throws OperatorError STORE_IS_NEWER where a later release has migrated the store
   */
  async run({ indexes }: { indexes: 'REQUIRED' | 'ALL' }): Promise<void> {
    if ((await this.isCurrent()) && !(await this.database.needsIndexes(indexes))) return;
    await this.hold();
    const renewal = setInterval(() => void this.renew().catch(() => {}), leaseTime / 3);
    try {
      await this.takeMissing();
      await this.database.alignIndexes(indexes);
    } finally {
      clearInterval(renewal);
      await this.states.updateOne({ _id: stateId, holder: this.holder }, { $set: { holder: null, heldUntil: null } });
    }
  }

  private async isCurrent(): Promise<boolean> {
    const state = await this.states.findById(stateId).lean();
    if (state && state.version > this.migrations.length) {
      const message = `The store has version ${state.version} and this release knows versions up to ${this.migrations.length}: start a later release on it, or restore a backup.`;
      throw new OperatorError('STORE_IS_NEWER', message);
    }
    return state?.version === this.migrations.length;
  }

  /** A store without anything in it needs no migration; one without a version is of the first release. */
  private async hold(): Promise<void> {
    const version = (await this.database.isEmpty()) ? this.migrations.length : 0;
    await insertMissing(this.states, [{ _id: stateId, version, holder: null, heldUntil: null }]);
    while (!(await this.tryToHold())) await wait(lookAgainAfter);
  }

  private async tryToHold(): Promise<boolean> {
    const { modifiedCount } = await this.states.updateOne(
      { _id: stateId, $or: [{ holder: null }, { heldUntil: { $lt: new Date() } }] },
      { $set: { holder: this.holder, heldUntil: new Date(Date.now() + leaseTime) } },
    );
    return modifiedCount === 1;
  }

  private async renew(): Promise<void> {
    await this.states.updateOne({ _id: stateId, holder: this.holder }, { $set: { heldUntil: new Date(Date.now() + leaseTime) } });
  }

  private async takeMissing(): Promise<void> {
    if (await this.isCurrent()) return;
    const { version } = (await this.states.findById(stateId).lean())!;
    for (const [at, { description, run }] of this.migrations.slice(version).entries()) {
      this.log.info({ version: version + at + 1 }, `migrating the store: ${description}`);
      await run(this.database);
      await this.states.updateOne({ _id: stateId, holder: this.holder }, { $set: { version: version + at + 1 } });
    }
  }
}
