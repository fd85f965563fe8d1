/** The secrets of webhooks, sealed in the store. Those that were replaced sign along for a day. */
import { randomBytes } from 'node:crypto';
import type { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { WebhookDocument, WebhookModels, WebhookSecret } from './webhook.model.js';

const overlap = 24 * 60 * 60 * 1000;
const maxSecrets = 5;
const secretBytes = 32;
const batch = 200;

export class WebhookSecrets {
  constructor(private readonly keys: DataKeys) {}

  /** The first secrets of a webhook, or with an earlier one's after it. */
  next(webhook: Types.ObjectId, earlier: readonly WebhookSecret[] = []): Pick<WebhookDocument, 'secrets' | 'sealedBy'> {
    const now = Date.now();
    const secret = `whsec_${randomBytes(secretBytes).toString('base64')}`;
    const kept = earlier
      .map(({ sealed, expiresAt }) => ({ sealed, expiresAt: expiresAt ?? new Date(now + overlap) }))
      .filter(({ expiresAt }) => expiresAt.getTime() > now)
      .slice(0, maxSecrets - 1);
    const resealed = kept.map(({ sealed, expiresAt }) => ({ sealed: this.seal(webhook, this.open(webhook, sealed)), expiresAt }));
    return { secrets: [{ sealed: this.seal(webhook, secret), expiresAt: null }, ...resealed], sealedBy: this.keys.currentId };
  }

  /** The secret that a webhook's owner is shown once. */
  current({ _id, secrets }: WebhookDocument): string {
    return this.open(_id, secrets[0]!.sealed);
  }

  /** Every secret that signs now, the current one first. */
  valid({ _id, secrets }: WebhookDocument, now: Date): string[] {
    return secrets.filter(({ expiresAt }) => !expiresAt || expiresAt > now).map(({ sealed }) => this.open(_id, sealed));
  }

  /** Seals some secrets anew that an earlier key sealed. @returns how many webhooks had such */
  async renew({ webhooks }: WebhookModels): Promise<number> {
    if (this.keys.earlierIds.length === 0) return 0;
    const old = await webhooks
      .find({ sealedBy: { $in: this.keys.earlierIds } })
      .limit(batch)
      .lean();
    for (const { _id, secrets, sealedBy, updatedAt } of old) {
      const resealed = secrets.map(({ sealed, expiresAt }) => ({ sealed: this.seal(_id, this.open(_id, sealed)), expiresAt }));
      await webhooks.updateOne({ _id, sealedBy, updatedAt }, { $set: { secrets: resealed, sealedBy: this.keys.currentId } });
    }
    return old.length;
  }

  private seal(webhook: Types.ObjectId, secret: string): string {
    return this.keys.seal(secret, contextOf(webhook));
  }

  private open(webhook: Types.ObjectId, sealed: string): string {
    return this.keys.open(sealed, contextOf(webhook));
  }
}

function contextOf(webhook: Types.ObjectId): string {
  return `webhook ${webhook.toHexString()}`;
}
