/** The links of invitations: signed, and made of what is stored, so that no secret of theirs is. */
import { timingSafeEqual } from 'node:crypto';
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';

type Purpose = 'review invitation' | 'unsubscribe';

export class InvitationLinks {
  constructor(
    private readonly keys: DataKeys,
    private readonly publicUrl: string,
  ) {}

  tokenFor(purpose: Purpose, id: Types.ObjectId): string {
    const hex = id.toHexString();
    return `${hex}.${this.keys.digest(hex, purpose).toString('base64url')}`;
  }

  /** Whose link it is; null for one that was not made here. It takes as long whatever is wrong. */
  idIn(purpose: Purpose, token: string): Types.ObjectId | null {
    const match = /^([0-9a-f]{24})\.([\w-]{43})$/.exec(token);
    if (!match) return null;
    const given = Buffer.from(match[2]!, 'base64url');
    const isRight = this.keys.digests(match[1]!, purpose).map((digest) => given.length === digest.length && timingSafeEqual(given, digest));
    return isRight.includes(true) ? new Types.ObjectId(match[1]) : null;
  }

  reviewUrl(id: Types.ObjectId): string {
    return `${this.publicUrl}/review/${this.tokenFor('review invitation', id)}`;
  }

  unsubscribeUrl(id: Types.ObjectId): string {
    return `${this.publicUrl}/review/unsubscribe/${this.tokenFor('unsubscribe', id)}`;
  }
}
