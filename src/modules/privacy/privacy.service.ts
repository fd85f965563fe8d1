/** What a user may ask about themselves: everything that is held on them, and that it goes. */
import escapeForRegExp from 'escape-string-regexp';
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import type { PersonalData } from '../personal-data.js';
import type { UserDocument, UserVerbs } from '../user/index.js';

interface PrivacyDependencies {
  realtime: Realtime;
  users: UserVerbs;
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
   * Erases a user, all at once: personal data goes, contributions stay under an id that leads to nobody, and without
   * the user's name, handle and address in their text.
   * @throws RulesBroken INVALID_CREDENTIALS where the account has a password and it is another
   */
  async erase(user: Types.ObjectId, password: string | null | undefined): Promise<void> {
    const { realtime, users, personalData } = this.dependencies;
    const account = await users.accountOf(user);
    if (account?.passwordHash && !(await users.passwordMatches(user, password ?? '')))
      throw broken('INVALID_CREDENTIALS', 'The password is wrong.', 'password');
    const sessions = await users.openSessionsOf(user);
    await realtime.recordChange([`erase:${user.toHexString()}`], async ({ session }) => {
      const found = await users.accountOf(user, session);
      if (!found) return;
      await this.requireReplaceable(session, found);
      const erasure = { session, user, anonymousId: new Types.ObjectId(), redact: redactor(found) };
      // The account goes last: what goes before it may still ask whose it is.
      for (const { erase } of [...personalData()].reverse()) await erase(erasure);
      await realtime.eventLog.reassign(session, user, erasure.anonymousId);
    });
    realtime.announceSessionEnd(sessions);
  }

  /** Somebody must be left to run the shop. */
  private async requireReplaceable(session: ClientSession, { _id, roles }: UserDocument): Promise<void> {
    if (roles.includes('ADMIN') && !(await this.dependencies.users.hasOtherAdmin(_id, session)))
      throw broken('NOT_ALLOWED', 'You are the only administrator: name another one first.', 'password');
  }
}

function redactor({ name, handle, email }: UserDocument): (text: string) => string {
  const needles = [email, name, handle].filter((needle) => needle !== undefined && needle !== '');
  const words = needles.map((needle) => escapeForRegExp(needle!)).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words})(?![\\p{L}\\p{N}_])`, 'giu');
  return (text) => text.replace(pattern, '[removed]');
}
