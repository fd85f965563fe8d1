/**
 * What a mailed link carries: good once, for a while, for one thing. The store holds digests only. A token follows from
 * the mail's id, so that a mail that is sent again carries the same.
 */
import { createHash } from 'node:crypto';
import type { Model, Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { SealedField } from '../../resealing.js';
import type { ClientSession, Database } from '../../store/database.js';

export type TokenPurpose = 'CONFIRM_EMAIL' | 'CHANGE_EMAIL' | 'RESET_PASSWORD';

export interface AccountTokenDocument {
  /** SHA-256 of the token. */
  _id: string;
  user: Types.ObjectId;
  /** `NOTICE` is no token: it counts a mail that only told something. */
  purpose: TokenPurpose | 'NOTICE';
  /** The account's epoch when it was asked for with the password, where it was. */
  epoch?: number;
  /** The address that the mail went to, sealed. */
  sealedEmail: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What a token is good for. */
export interface GoodFor extends Pick<AccountTokenDocument, 'user' | 'epoch'> {
  purpose: TokenPurpose;
  email: string;
}

const hour = 60 * 60 * 1000;
/** So many mails an hour about one account, whoever asks for them. */
const maxMails = 5;
const sealedAs = 'address of a mail';

/** The addresses of mailed links. */
export function sealedInTokens(model: Model<AccountTokenDocument>): SealedField {
  return { model, field: 'sealedEmail', contextOf: () => sealedAs };
}

export class AccountTokens {
  constructor(
    private readonly database: Database,
    private readonly model: Model<AccountTokenDocument>,
    private readonly keys: DataKeys,
  ) {}

  /**
   * Makes the token of a mail.
   * @param lifetime in milliseconds
   * @returns null where the account got too many mails lately
   */
  async issue(
    mail: string,
    purpose: AccountTokenDocument['purpose'],
    user: Types.ObjectId,
    email: string,
    lifetime: number,
    epoch?: number,
  ): Promise<string | null> {
    const token = this.keys.digest(mail, 'account token').toString('base64url');
    const _id = digestOf(token);
    const now = Date.now();
    const lately = { user, createdAt: { $gt: new Date(now - hour) }, _id: { $ne: _id } };
    const sealedEmail = this.keys.seal(email, sealedAs);
    const document = {
      user,
      purpose,
      sealedEmail,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetime),
      ...(epoch !== undefined && { epoch }),
    };
    // Mails are made several at a time, which are counted one after the other.
    return this.database.inTransaction([`mails:${user.toHexString()}`], async (session) => {
      if ((await this.model.countDocuments(lately).session(session)) >= maxMails) return null;
      await this.model.updateOne({ _id }, { $setOnInsert: document }, { upsert: true, session });
      return token;
    });
  }

  /** What a token is good for, while it is. */
  async find(token: string, purposes: TokenPurpose[]): Promise<GoodFor | null> {
    const found = await this.model.findOne({ _id: digestOf(token), purpose: { $in: purposes }, expiresAt: { $gt: new Date() } }).lean();
    if (!found) return null;
    const { user, purpose, sealedEmail, epoch } = found;
    return { user, purpose: purpose as TokenPurpose, email: this.keys.open(sealedEmail, sealedAs), ...(epoch !== undefined && { epoch }) };
  }

  /** @returns whether it was still good: one of many who come with it at once gets true */
  async spend(token: string, session: ClientSession): Promise<boolean> {
    const { deletedCount } = await this.model.deleteOne({ _id: digestOf(token), expiresAt: { $gt: new Date() } }, { session });
    return deletedCount > 0;
  }

  /** Makes what was mailed so far useless. */
  async revokeAll(user: Types.ObjectId, purposes: TokenPurpose[], session: ClientSession): Promise<void> {
    await this.model.deleteMany({ user, purpose: { $in: purposes } }, { session });
  }

  async deleteAll(user: Types.ObjectId, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ user }, { session });
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
