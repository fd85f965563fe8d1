/**
 * What only one user can have: an address, a handle, an outside identity. Each is a document of its own whose key says
 * what is claimed, so that it is unique however users are spread over shards. Addresses are there as keyed digests.
 */
import type { Model, Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { ClientSession } from '../../store/database.js';
import { insert, insertNew } from '../../store/documents.js';
import { foldHandle } from './handles.js';

export interface ClaimDocument {
  /** `handle:<handle in lower case>`, `email:<digest>`, `identity:<issuer>|<subject>`, `sign-in:<digest>` or `imported:<digest>:<user>`. */
  _id: string;
  user: Types.ObjectId;
}

export class Claims {
  constructor(
    private readonly model: Model<ClaimDocument>,
    private readonly keys: DataKeys,
  ) {}

  ofHandle(handle: string): string {
    return `handle:${foldHandle(handle)}`;
  }

  ofIdentity(issuer: string, subject: string): string {
    return `identity:${issuer}|${subject}`;
  }

  ofEmail(email: string): string {
    return `email:${this.keys.digest(normalEmail(email), 'email').toString('base64url')}`;
  }

  /** The address that an imported user had: there may be several such users, and none has the address by it. */
  ofImportedUser(email: string, user: Types.ObjectId): string {
    return `imported:${this.keys.digest(normalEmail(email), 'email').toString('base64url')}:${user.toHexString()}`;
  }

  async ownerOf(claim: string, session: ClientSession | null = null): Promise<Types.ObjectId | null> {
    return (await this.model.findById(claim).session(session).lean())?.user ?? null;
  }

  /** Whose an address is, by whichever key its digest was made. */
  async ownerOfEmail(email: string, session: ClientSession | null = null): Promise<Types.ObjectId | null> {
    return (
      (
        await this.model
          .findOne({ _id: { $in: this.allOfEmail(email) } })
          .session(session)
          .lean()
      )?.user ?? null
    );
  }

  /** The same of many addresses; those nobody has are left out. */
  async ownersOfEmails(emails: readonly string[]): Promise<Map<string, Types.ObjectId>> {
    const addresses = new Map(emails.flatMap((email) => this.allOfEmail(email).map((claim) => [claim, email])));
    if (addresses.size === 0) return new Map();
    const found = await this.model.find({ _id: { $in: [...addresses.keys()] } }).lean();
    return new Map(found.map(({ _id, user }) => [addresses.get(_id)!, user]));
  }

  /** The imported users who had an address. */
  async importedUsersOf(email: string, session: ClientSession): Promise<Types.ObjectId[]> {
    const ranges = this.allOfEmail(email).map((claim) => {
      const digest = claim.slice('email:'.length);
      return { _id: { $gte: `imported:${digest}:`, $lt: `imported:${digest};` } };
    });
    const found = await this.model.find({ $or: ranges }).session(session).lean();
    return found.map(({ user }) => user);
  }

  /** The users behind some handles; those nobody has are left out. */
  async ownersOfHandles(handles: string[]): Promise<Types.ObjectId[]> {
    const found = await this.model.find({ _id: { $in: handles.map((handle) => this.ofHandle(handle)) } }).lean();
    return found.map(({ user }) => user);
  }

  /** @throws a duplicate key error where somebody has it already */
  async take(claims: string[], user: Types.ObjectId, session: ClientSession): Promise<void> {
    await insert(
      this.model,
      claims.map((_id) => ({ _id, user })),
      session,
    );
  }

  /** The same in bulk. @returns the claims that somebody else has */
  async takeFree(claims: readonly ClaimDocument[]): Promise<Set<string>> {
    const { taken } = await insertNew(this.model, claims);
    const wanted = new Map(taken.map(({ document }) => [document._id, document.user]));
    const owners = await this.model.find({ _id: { $in: [...wanted.keys()] } }).lean();
    return new Set(owners.filter(({ _id, user }) => !wanted.get(_id)!.equals(user)).map(({ _id }) => _id));
  }

  /** Gives an address back, where it is the user's. */
  async releaseEmail(email: string, user: Types.ObjectId, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ _id: { $in: this.allOfEmail(email) }, user }, { session });
  }

  async changeHandle(user: Types.ObjectId, before: string, after: string, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ _id: this.ofHandle(before), user }, { session });
    await this.take([this.ofHandle(after)], user, session);
  }

  /** Makes the claim of an imported user's address anew, with the key of today. */
  async renewImported(email: string, user: Types.ObjectId, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ user, _id: { $gte: 'imported:', $lt: 'imported;' } }, { session });
    await this.take([this.ofImportedUser(email, user)], user, session);
  }

  async releaseSignIns(user: Types.ObjectId, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ user, _id: { $gte: 'sign-in:', $lt: 'sign-in;' } }, { session });
  }

  async releaseAll(user: Types.ObjectId, session: ClientSession): Promise<void> {
    await this.model.deleteMany({ user }, { session });
  }

  private allOfEmail(email: string): string[] {
    return this.keys.digests(normalEmail(email), 'email').map((digest) => `email:${digest.toString('base64url')}`);
  }
}

/** Addresses that are the same in this are the same address. */
export function normalEmail(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
