/** The links of invitations: signed, and made of what is stored, so that no secret of theirs is. */
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';

type Purpose = 'review invitation' | 'unsubscribe';

export class InvitationLinks {
  constructor(
    private readonly keys: DataKeys,
    private readonly publicUrl: string,
  ) {}

  tokenFor(purpose: Purpose, id: Types.ObjectId): string {
    return this.keys.tokenFor(id.toHexString(), purpose);
  }

  /** Whose link it is; null for one that was not made here. It takes as long whatever is wrong. */
  idIn(purpose: Purpose, token: string): Types.ObjectId | null {
    const id = this.keys.textIn(token, purpose);
    return id === null ? null : new Types.ObjectId(id);
  }

  reviewUrl(id: Types.ObjectId): string {
    return `${this.publicUrl}/review/${this.tokenFor('review invitation', id)}`;
  }

  unsubscribeUrl(id: Types.ObjectId): string {
    return `${this.publicUrl}/review/unsubscribe/${this.tokenFor('unsubscribe', id)}`;
  }
}
