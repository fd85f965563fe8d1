/** The links of invitations: signed, and made of what is stored, so that no secret of theirs is. */
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';

/** Whom a link lets unsubscribe. */
export interface Unsubscribing {
  buyer: Types.ObjectId;
  /** The digest of the address that the mail went to; null in links of earlier releases. */
  addressDigest: string | null;
}

export class InvitationLinks {
  constructor(
    private readonly keys: DataKeys,
    private readonly publicUrl: string,
  ) {}

  reviewUrl(id: Types.ObjectId): string {
    return `${this.publicUrl}/review/${this.keys.tokenFor(id.toHexString(), 'review invitation')}`;
  }

  /** Which invitation a link is of; null for one that was not made here. It takes as long whatever is wrong. */
  invitationIn(token: string): Types.ObjectId | null {
    const id = this.keys.textIn(token, 'review invitation');
    return id === null ? null : new Types.ObjectId(id);
  }

  /** The address is in the link, for it may be nowhere else by the time that somebody follows it. */
  unsubscribeUrl(buyer: Types.ObjectId, addressDigest: string): string {
    return `${this.publicUrl}/review/unsubscribe/${this.keys.tokenFor(`${buyer.toHexString()}.${addressDigest}`, 'unsubscribe')}`;
  }

  /** @returns null for a link that was not made here */
  unsubscribingIn(token: string): Unsubscribing | null {
    const [buyer, addressDigest = null] = this.keys.textIn(token, 'unsubscribe')?.split('.') ?? [];
    return buyer === undefined ? null : { buyer: new Types.ObjectId(buyer), addressDigest };
  }
}
