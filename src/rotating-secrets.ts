/** Shared secrets, sealed in the store. Those that were replaced stay good for a day, so that both sides can change over. */
import { randomBytes } from 'node:crypto';
import type { Types } from 'mongoose';
import type { DataKeys } from './data-keys.js';
import type { AnyModel } from './store/documents.js';

const overlap = 24 * 60 * 60 * 1000;
const maxSecrets = 5;
const secretBytes = 32;
const batch = 200;

export interface SealedSecret {
  sealed: string;
  /** When it is good no more; null for the current one. */
  expiresAt: Date | null;
}

interface Holder {
  _id: Types.ObjectId;
  /** The current one first. */
  secrets: SealedSecret[];
}

/** A secret in the form of the Standard Webhooks specification. */
export function newSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString('base64')}`;
}

export class RotatingSecrets {
  /** @param kind of what has the secrets: sealed text opens as that and nothing else */
  constructor(
    private readonly keys: DataKeys,
    private readonly kind: string,
  ) {}

  /** The first secrets of a holder, or with an earlier one's after it. */
  next(holder: Types.ObjectId, secret: string, earlier: readonly SealedSecret[] = []): { secrets: SealedSecret[]; sealedBy: string } {
    const now = Date.now();
    const kept = earlier
      .map(({ sealed, expiresAt }) => ({ sealed, expiresAt: expiresAt ?? new Date(now + overlap) }))
      .filter(({ expiresAt }) => expiresAt.getTime() > now)
      .slice(0, maxSecrets - 1);
    const resealed = kept.map(({ sealed, expiresAt }) => ({ sealed: this.seal(holder, this.open(holder, sealed)), expiresAt }));
    return { secrets: [{ sealed: this.seal(holder, secret), expiresAt: null }, ...resealed], sealedBy: this.keys.currentId };
  }

  /** The secret that a holder's owner is shown once. */
  current({ _id, secrets }: Holder): string {
    return this.open(_id, secrets[0]!.sealed);
  }

  /** Every secret that is good now, the current one first. */
  valid({ _id, secrets }: Holder, now: Date): string[] {
    return secrets.filter(({ expiresAt }) => !expiresAt || expiresAt > now).map(({ sealed }) => this.open(_id, sealed));
  }

  /** Seals some secrets anew that an earlier key sealed. @returns how many holders had such */
  async renew(model: AnyModel): Promise<number> {
    if (this.keys.earlierIds.length === 0) return 0;
    const old = (await model
      .find({ sealedBy: { $in: this.keys.earlierIds } })
      .limit(batch)
      .lean()) as unknown as (Holder & { sealedBy: string; updatedAt: Date })[];
    for (const { _id, secrets, sealedBy, updatedAt } of old) {
      const resealed = secrets.map(({ sealed, expiresAt }) => ({ sealed: this.seal(_id, this.open(_id, sealed)), expiresAt }));
      await model.updateOne({ _id, sealedBy, updatedAt }, { $set: { secrets: resealed, sealedBy: this.keys.currentId } });
    }
    return old.length;
  }

  private seal(holder: Types.ObjectId, secret: string): string {
    return this.keys.seal(secret, this.contextOf(holder));
  }

  private open(holder: Types.ObjectId, sealed: string): string {
    return this.keys.open(sealed, this.contextOf(holder));
  }

  private contextOf(holder: Types.ObjectId): string {
    return `${this.kind} ${holder.toHexString()}`;
  }
}
