/** Lets one process at a time tell the search engine of changes. */
import { randomUUID } from 'node:crypto';
import type { Model } from 'mongoose';
import { duplicateKeyFields, type Database } from '../../../store/database.js';
import { documentSchema } from '../../../store/documents.js';

const duration = 30_000;

interface LeaseDocument {
  _id: 'search';
  holder: string;
  until: Date;
}

export class EngineLease {
  private readonly leases: Model<LeaseDocument>;
  private readonly holder = randomUUID();
  private until = 0;

  constructor(database: Database) {
    const schema = documentSchema<LeaseDocument>({
      _id: { type: String, required: true },
      holder: { type: String, required: true },
      until: { type: Date, required: true },
    });
    this.leases = database.model('SearchEngineLease', schema, 'search_engine_leases');
  }

  /** Takes or prolongs it. @returns whether this process has it */
  async take(): Promise<boolean> {
    const { holder } = this;
    const now = Date.now();
    if (this.until - now > duration / 2) return true;
    const current = await this.leases.findById('search').lean();
    if (current && current.holder !== holder && current.until.getTime() > now) return false;
    const free = { _id: 'search' as const, $or: [{ holder }, { until: { $lte: new Date(now) } }] };
    try {
      await this.leases.updateOne(free, { $set: { holder, until: new Date(now + duration) } }, { upsert: true });
      this.until = now + duration;
      return true;
    } catch (error) {
      // Another process has just taken it: the upsert met that.
      if (duplicateKeyFields(error)) return false;
      throw error;
    }
  }

  async release(): Promise<void> {
    this.until = 0;
    await this.leases.deleteOne({ _id: 'search', holder: this.holder });
  }
}
