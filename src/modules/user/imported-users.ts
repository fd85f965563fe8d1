/** Users who came with an import: whoever proves to have the address of one takes over what they wrote and bought. */
import type { Types } from 'mongoose';
import { accountTopic, type Change, type Realtime } from '../../realtime/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { Claims } from './claims.js';
import type { UserModels } from './user.model.js';

interface ImportedUsersDependencies {
  models: UserModels;
  realtime: Realtime;
  events: DomainEventBus;
  claims: Claims;
}

/** An imported user, and the account that has their address. */
export interface ProvenUser {
  imported: Types.ObjectId;
  account: Types.ObjectId;
}

export class ImportedUsers {
  constructor(private readonly dependencies: ImportedUsersDependencies) {}

  /** Hands over the imported users of an address, of every source, in the transaction in which an account proved to have it. */
  async takeOver(change: Change, account: Types.ObjectId, email: string): Promise<void> {
    const users = await this.dependencies.claims.importedUsersOf(email, change.session);
    for (const imported of users) await this.handOver(change, { imported, account });
  }

  /** Those of some imported users whose addresses accounts have proved to have. */
  async provenAmong(users: readonly { _id: Types.ObjectId; email: string }[]): Promise<ProvenUser[]> {
    const { claims, models } = this.dependencies;
    const owners = await claims.ownersOfEmails(users.map(({ email }) => email));
    if (owners.size === 0) return [];
    const confirmed = { _id: { $in: [...owners.values()] }, emailConfirmedAt: { $ne: null } };
    const proven = new Set((await models.users.find(confirmed, { _id: 1 }).lean()).map(({ _id }) => _id.toHexString()));
    return users.flatMap(({ _id, email }) => {
      const account = owners.get(email);
      return account && proven.has(account.toHexString()) ? [{ imported: _id, account }] : [];
    });
  }

  /** Hands over imported users whose reviews are all there. */
  async handOverAll(users: readonly ProvenUser[]): Promise<void> {
    for (const user of users)
      await this.dependencies.realtime.recordChange([`account:${user.account.toHexString()}`], (change) => this.handOver(change, user));
  }

  /** Hands over what a user without a sign-in of their own wrote and bought, and removes them. */
  async handOver(change: Change, user: ProvenUser): Promise<void> {
    const { claims, events, models } = this.dependencies;
    const { session } = change;
    await events.emit(change, 'importedUserClaimed', user);
    await claims.releaseAll(user.imported, session);
    await models.sessions.deleteMany({ user: user.imported }, { session });
    await models.users.deleteOne({ _id: user.imported }, { session });
    change.announce(accountTopic(user.imported));
  }
}
