/** What a user may ask about themselves: everything that is held on them, and that it goes. */
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import { broken } from '../../errors.js';
import type { Realtime } from '../../realtime/index.js';
import type { ClientSession, Database } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { DomainEvents } from '../domain-events.js';
import type { PersonalData } from '../personal-data.js';
import type { Account, UserVerbs } from '../user/index.js';
import type { ErasureJob } from './erasure.job.js';
import { sealTraces, type ErasureDocument, type PrivacyModels } from './erasure.model.js';

interface PrivacyDependencies {
  database: Database;
  realtime: Realtime;
  models: PrivacyModels;
  users: UserVerbs;
  erasures: ErasureJob;
  keys: DataKeys;
  /** What every feature holds on users, the accounts themselves first. */
  personalData: () => readonly PersonalData[];
}

export class PrivacyService {
  constructor(private readonly dependencies: PrivacyDependencies) {}

  /** Everything that is held on a user, by kind; ids are those of the store. Empty kinds are left out. */
  async exportOf(user: Types.ObjectId): Promise<Record<string, unknown>> {
    const collected: Record<string, unknown> = {};
    for (const { name, collect } of this.dependencies.personalData()) {
      const rows = await collect(user);
      if (rows.length > 0) collected[name] = JSON.parse(JSON.stringify(rows));
    }
    return { exportedAt: new Date().toISOString(), ...collected };
  }

  /**
   * Takes a user's account away at once; what it left behind is erased by a job: personal data goes, contributions stay
   * under an id that leads to nobody, and without the user's name, handle and address in their text.
   * @throws RulesBroken INVALID_CREDENTIALS where the account has a password and it is another
   */
  async erase(user: Types.ObjectId, password: string | null | undefined): Promise<void> {
    const { users } = this.dependencies;
    const account = await users.accountOf(user);
    if (account?.passwordHash && !(await users.passwordMatches(user, password ?? '')))
      throw broken('INVALID_CREDENTIALS', 'The password is wrong.', 'password');
    await this.eraseCustomer(user);
  }

  /** The same where the customer asked the shop for it. Nothing happens where there is no such user. @throws RulesBroken NOT_ALLOWED */
  async eraseCustomer(user: Types.ObjectId): Promise<void> {
    const { database, realtime, users, models, erasures, keys } = this.dependencies;
    await database.inTransaction([`erase:${user.toHexString()}`], async (session) => {
      const found = await users.accountOf(user, session);
      if (!found) return;
      await this.requireReplaceable(session, found);
      await users.removeAccount(session, user);
      await insert(models.erasures, erasureOf(found, keys), session);
    });
    realtime.announceAccountChange(user);
    erasures.worker.wake();
  }

  /** What a customer left behind who has joined an account of their own becomes the account's, as it is; settings and the like go. */
  async mergeCustomer(session: ClientSession, { imported, account }: DomainEvents['importedUserClaimed']): Promise<void> {
    const { users, models, keys } = this.dependencies;
    const found = await users.accountOf(imported, session);
    if (found?.externalId === undefined) return;
    const sealed = sealTraces({ handle: found.handle, names: [] }, imported, keys);
    const merge = { _id: imported, anonymousId: account, isMerge: true, sealed, at: new Date(), sweptAt: null };
    await insert(models.erasures, merge, session);
  }

  /** Somebody must be left to run the shop. */
  private async requireReplaceable(session: ClientSession, { _id, roles }: Account): Promise<void> {
    if (roles.includes('ADMIN') && !(await this.dependencies.users.hasOtherAdmin(_id, session)))
      throw broken('NOT_ALLOWED', 'You are the only administrator. Make someone else an administrator first.', 'password');
  }
}

function erasureOf(account: Account, keys: DataKeys): ErasureDocument {
  const { _id, name, handle, email, importedEmail, externalId, externalSource } = account;
  const names = [email, importedEmail, name, handle].filter((text) => text !== undefined && text !== '') as string[];
  const external = externalId && externalSource ? { source: externalSource, externalId } : undefined;
  const sealed = sealTraces({ handle, names, ...(external && { external }) }, _id, keys);
  return { _id, anonymousId: new Types.ObjectId(), sealed, at: new Date(), sweptAt: null };
}
