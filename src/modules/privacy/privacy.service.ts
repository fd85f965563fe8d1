/** What a user may ask about themselves: everything that is held on them, and that it goes. */
import escapeForRegExp from 'escape-string-regexp';
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { announceSessionEnd, recordChange, reassignEvents } from '../../realtime/index.js';
import type { ClientSession } from '../../store/transaction.js';
import { openSessionsOf, passwordMatches, personalData, UserModel, type UserDocument } from '../user/index.js';

/** Everything that is held on a user, by kind; ids are those of the store. Empty kinds are left out. */
export async function exportOf(user: Types.ObjectId): Promise<Record<string, unknown>> {
  const collected: Record<string, unknown> = {};
  for (const { name, collect } of personalData()) {
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
export async function erase(user: Types.ObjectId, password: string | null | undefined): Promise<void> {
  const account = await UserModel.findById(user, { passwordHash: 1 }).lean();
  if (account?.passwordHash && !(await passwordMatches(user, password ?? '')))
    throw broken('INVALID_CREDENTIALS', 'The password is wrong.', 'password');
  const sessions = await openSessionsOf(user);
  await recordChange([`erase:${user.toHexString()}`], async ({ session }) => {
    const found = await UserModel.findById(user).session(session).lean();
    if (!found) return;
    await requireReplaceable(session, found);
    const erasure = { session, user, ghost: new Types.ObjectId(), redact: redactor(found) };
    // The account goes last: what goes before it may still ask whose it is.
    for (const { erase } of [...personalData()].reverse()) await erase(erasure);
    await reassignEvents(session, user, erasure.ghost);
  });
  announceSessionEnd(sessions);
}

/** Somebody must be left to run the shop. */
async function requireReplaceable(session: ClientSession, { _id, roles }: UserDocument): Promise<void> {
  if (!roles.includes('ADMIN')) return;
  const other = await UserModel.exists({ _id: { $ne: _id }, roles: 'ADMIN' }).session(session);
  if (!other) throw broken('NOT_ALLOWED', 'You are the only administrator: name another one first.', 'password');
}

function redactor({ name, handle, email }: UserDocument): (text: string) => string {
  const needles = [email, name, handle].filter((needle) => needle !== undefined && needle !== '');
  const words = needles.map((needle) => escapeForRegExp(needle!)).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words})(?![\\p{L}\\p{N}_])`, 'giu');
  return (text) => text.replace(pattern, '[removed]');
}
