/**
 * Accounts and what opens them: signing up, signing in, passwords and addresses. Nothing here tells who asks whether an
 * address has an account: answers are the same, and so is the work behind them.
 */
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { languageOf, message } from '../../messages/index.js';
import { InputRules } from '../../input/rules.js';
import type { Outbox } from '../../mail/index.js';
import type { DataKeys } from '../../data-keys.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import { duplicateKeyFields, type ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { enqueueAccountMail } from './account-mail.js';
import type { AccountTokens } from './account-tokens.js';
import { isEmail, type Addresses } from './addresses.js';
import { normalEmail, type Claims } from './claims.js';
import { isOfEpoch } from './epoch.js';
import { isHandle, isReserved } from './handles.js';
import type { ImportedUsers } from './imported-users.js';
import { passwordLength, type Passwords } from './passwords.js';
import type { DomainEventBus } from '../domain-events.js';
import type { Credentials, SessionService } from './session.service.js';
import { searchTermsOf } from './user-search.js';
import type { UserDocument, UserModels } from './user.model.js';

export interface SignUp {
  email: string;
  password: string;
  handle: string;
  name: string;
  merchant?: boolean | null;
}

type Refusable<Texts> = { [Name in keyof Texts]: Texts[Name] | null };

interface AccountDependencies {
  models: UserModels;
  realtime: Realtime;
  sessions: SessionService;
  passwords: Passwords;
  addresses: Addresses;
  claims: Claims;
  tokens: AccountTokens;
  keys: DataKeys;
  outbox: Outbox;
  events: DomainEventBus;
  importedUsers: ImportedUsers;
}

const wrongPassword = () => broken('INVALID_CREDENTIALS', 'The current password is wrong.', 'currentPassword');
const wrongToken = () => broken('INVALID', 'This link has expired or was already used. Request a new one.', 'token');

export class AccountService {
  constructor(private readonly dependencies: AccountDependencies) {}

  /**
   * Opens an account and a session, also where somebody else has an account with the address: the owner of the address
   * is told by mail, and the new account can be signed in to with its own password, but never confirm the address.
   * @throws RulesBroken for a taken handle, or an invalid address, handle or password
   */
  async signUp(input: SignUp, userAgent: string | null, acceptLanguage?: string): Promise<Credentials> {
    await this.requireSignUp(input);
    const { realtime, events, addresses, claims, passwords, sessions, outbox } = this.dependencies;
    const { email, handle, name, merchant } = input;
    const [passwordHash, signIn] = await Promise.all([passwords.hash(input.password), this.signInClaim(email, input.password)]);
    const user: UserDocument = addresses.sealed({
      ...{ _id: new Types.ObjectId(), handle, name, bio: null, avatarUrl: null, createdAt: new Date(), email, passwordHash },
      searchTerms: searchTermsOf({ name, handle }),
      roles: merchant ? (['BUYER', 'MERCHANT'] as const).slice() : (['BUYER'] as const).slice(),
      emailConfirmedAt: null,
      ...(acceptLanguage && { language: languageOf(acceptLanguage) }),
    });
    const work = async (change: Change): Promise<Credentials> => {
      const { session } = change;
      if (await claims.ownerOf(claims.ofHandle(handle), session)) throw handleTaken();
      await events.emit(change, 'profileWritten', { user: user._id, texts: { name } });
      const own = await this.freeClaim(email, signIn, user._id, session);
      await insert(this.dependencies.models.users, user, session);
      await claims.take([claims.ofHandle(handle), own], user._id, session);
      await enqueueAccountMail(outbox, 'account: signed up', { email, user: user._id.toHexString() }, session);
      return sessions.open(user, userAgent, session);
    };
    const credentials = await this.unlessTaken(() => realtime.recordChange([claims.ofHandle(handle), claims.ofEmail(email)], work));
    outbox.wake();
    return credentials;
  }

  /** @throws RulesBroken INVALID_CREDENTIALS, the same whether the address or the password is wrong. */
  async signIn(email: string, password: string, userAgent: string | null): Promise<Credentials> {
    const user = await this.userOf(email, password);
    if (!user) throw broken('INVALID_CREDENTIALS', 'The email address or password is wrong.', 'password');
    if (user.bannedAt) throw broken('SUSPENDED', 'This account is suspended.', 'email');
    return this.dependencies.sessions.open(user, userAgent);
  }

  /** Whether a user's password is the given one; users of an outside provider have none. */
  async passwordMatches(userId: Types.ObjectId, password: string): Promise<boolean> {
    const user = await this.dependencies.models.users.findById(userId, { passwordHash: 1 }).lean();
    return this.dependencies.passwords.matches(password, user?.passwordHash);
  }

  /** A banned user by their credentials, which no longer open anything; null for everybody else. */
  async bannedUser(email: string, password: string): Promise<Types.ObjectId | null> {
    const user = await this.userOf(email, password);
    return user?.bannedAt ? user._id : null;
  }

  /** Changes the viewer's password. Their other sessions end. @throws RulesBroken */
  async changePassword({ userId, sessionId }: SignedIn, current: string, next: string): Promise<void> {
    const user = await this.require(userId);
    if (!(await this.dependencies.passwords.matches(current, user.passwordHash))) throw wrongPassword();
    await this.dependencies.passwords.require(next, this.wordsOf(user), 'newPassword');
    // Somebody else may have changed it from the same one since.
    const requireSame = async (session: ClientSession): Promise<void> => {
      const { _id, passwordHash } = user;
      if (!(await this.dependencies.models.users.exists({ _id, passwordHash }).session(session))) throw wrongPassword();
    };
    await this.setPassword(user, next, { keep: sessionId, permit: requireSame });
  }

  /** Has a link mailed with which the password can be reset, where there is such an account. Nobody learns which. */
  async requestPasswordReset(email: string): Promise<void> {
    emailRules(email).check();
    await enqueueAccountMail(this.dependencies.outbox, 'account: reset password', { email });
    this.dependencies.outbox.wake();
  }

  /** Sets a new password with a mailed token. All sessions end. @throws RulesBroken INVALID for a token that is not good */
  async resetPassword(token: string, next: string): Promise<void> {
    const { claims, tokens, passwords } = this.dependencies;
    const found = await tokens.find(token, ['RESET_PASSWORD']);
    const user = found && (await this.dependencies.models.users.findById(found.user).lean());
    if (!user) throw wrongToken();
    await passwords.require(next, this.wordsOf(user), 'newPassword');
    const spend = async (session: ClientSession): Promise<void> => {
      // The address that it was mailed to may be another account's since.
      const owner = await claims.ownerOfEmail(found.email, session);
      if (!owner?.equals(user._id) || !(await tokens.spend(token, session))) throw wrongToken();
    };
    await this.setPassword(user, next, { keep: null, permit: spend });
  }

  /**
   * Confirms the address that a token was mailed to, or gives the account that address, and with it what imported users of
   * that address wrote and bought. @throws RulesBroken INVALID
   */
  async confirmEmail(token: string): Promise<void> {
    const { realtime, models, tokens, claims, addresses, outbox, importedUsers } = this.dependencies;
    const found = await tokens.find(token, ['CONFIRM_EMAIL', 'CHANGE_EMAIL']);
    if (!found) throw wrongToken();
    const { user: _id, email } = found;
    const work = async (change: Change): Promise<void> => {
      const { session } = change;
      const user = await models.users.findById(_id).session(session).lean();
      const owner = await claims.ownerOfEmail(email, session);
      if (!user || !isOfEpoch(found, user) || (owner && !owner.equals(_id))) throw wrongToken();
      if (!(await tokens.spend(token, session))) throw wrongToken();
      const { sealedEmail, addressKey } = addresses.sealed({ email });
      const before = user.sealedEmail && addresses.open(user.sealedEmail);
      await models.users.updateOne({ _id }, { $set: { sealedEmail, addressKey, emailConfirmedAt: new Date() } }, { session });
      await importedUsers.takeOver(change, _id, email);
      if (before !== undefined && normalEmail(before) === normalEmail(email)) return;
      if (before) await claims.releaseEmail(before, _id, session);
      if (before) await enqueueAccountMail(outbox, 'account: address changed', { email: before, user: _id.toHexString() }, session);
      await claims.releaseSignIns(_id, session);
      if (!owner) await claims.take([claims.ofEmail(email)], _id, session);
      await tokens.revokeAll(_id, ['CONFIRM_EMAIL', 'CHANGE_EMAIL', 'RESET_PASSWORD'], session);
    };
    await this.unlessTaken(() => realtime.recordChange([`account:${_id.toHexString()}`, claims.ofEmail(email)], work));
    outbox.wake();
  }

  /** Has a link mailed to a new address; the account has it once that is confirmed. @throws RulesBroken */
  async changeEmail({ userId }: SignedIn, email: string, password: string): Promise<void> {
    emailRules(email).check();
    const { models, passwords } = this.dependencies;
    const user = await models.users.findById(userId, { passwordHash: 1, epoch: 1 }).lean();
    if (!(await passwords.matches(password, user?.passwordHash))) throw broken('INVALID_CREDENTIALS', 'The password is wrong.', 'password');
    const asked = { email, user: userId.toHexString(), epoch: user?.epoch ?? 0 };
    await enqueueAccountMail(this.dependencies.outbox, 'account: change address', asked);
    this.dependencies.outbox.wake();
  }

  private async requireSignUp(given: SignUp): Promise<void> {
    const { email, password, handle, name } = given;
    const ownWords = [email.slice(0, 254), handle.slice(0, 30), name.slice(0, 100)];
    (await this.dependencies.passwords.judged(password, ownWords, 'password', signUpRules(given))).check();
  }

  /** Who signs in with these; an account that has the address comes before those that only signed up with it. */
  private async userOf(email: string, password: string): Promise<UserDocument | null> {
    const { claims, models, passwords } = this.dependencies;
    const [owner, signIn] = await Promise.all([claims.ownerOfEmail(email), this.signInClaim(email, password)]);
    const user = owner && (await models.users.findById(owner).lean());
    const matches = await passwords.matches(password, user?.passwordHash);
    const other = await claims.ownerOf(signIn);
    if (matches || !other) return matches ? user : null;
    const found = await models.users.findById(other).lean();
    // Only then it was read in the epoch of this password.
    return (await claims.ownerOf(signIn))?.equals(other) ? found : null;
  }

  /** What a second account with an address is found by when it signs in: its address and its password, hashed as slowly as any. */
  private async signInClaim(email: string, password: string): Promise<string> {
    const { keys, passwords } = this.dependencies;
    const derived = await passwords.derive(password, keys.digest(normalEmail(email), 'salt of sign-ins').subarray(0, 16));
    return `sign-in:${keys.digest(derived.toString('base64'), 'sign-ins').toString('base64url')}`;
  }

  /** What a user can still claim of an address: all of it, else what is found by the password too. */
  private async freeClaim(email: string, signIn: string, user: Types.ObjectId, session: ClientSession): Promise<string> {
    const { claims } = this.dependencies;
    const [owner, earlier] = [await claims.ownerOfEmail(email, session), await claims.ownerOf(signIn, session)];
    if (!owner) return claims.ofEmail(email);
    return earlier ? `${signIn}:${user.toHexString()}` : signIn;
  }

  private async setPassword(
    user: UserDocument,
    password: string,
    { keep, permit }: { keep: string | null; permit: (session: ClientSession) => Promise<void> },
  ): Promise<void> {
    const { models, passwords, claims, tokens, addresses, outbox, realtime, importedUsers } = this.dependencies;
    const { _id } = user;
    const email = user.sealedEmail && addresses.open(user.sealedEmail);
    const [passwordHash, signIn] = await Promise.all([passwords.hash(password), this.signInClaim(email ?? '', password)]);
    await realtime.recordChange([`account:${_id.toHexString()}`], async (change) => {
      const { session } = change;
      await permit(session);
      // Who has a token that was mailed has the address.
      const confirmed: Pick<UserDocument, 'emailConfirmedAt'> = keep === null && email ? { emailConfirmedAt: new Date() } : {};
      const changed = { $set: { passwordHash, ...confirmed }, $inc: { epoch: 1 } };
      const { epoch } = (await models.users.findOneAndUpdate({ _id }, changed, { session, returnDocument: 'after' }).lean()) ?? {};
      if (keep) await models.sessions.updateOne({ _id: keep, user: _id }, { $set: { epoch } }, { session });
      await models.sessions.deleteMany({ user: _id, ...(keep && { _id: { $ne: keep } }) }, { session });
      await tokens.revokeAll(_id, ['RESET_PASSWORD'], session);
      await claims.releaseSignIns(_id, session);
      if (!email) return;
      const owner = await claims.ownerOfEmail(email, session);
      if (!owner?.equals(_id)) await claims.take([await this.freeClaim(email, signIn, _id, session)], _id, session);
      if (confirmed.emailConfirmedAt && (!owner || owner.equals(_id))) await importedUsers.takeOver(change, _id, email);
      await enqueueAccountMail(outbox, 'account: password changed', { email, user: _id.toHexString() }, session);
    });
    realtime.announceAccountChange(_id);
    outbox.wake();
  }

  private async require(user: Types.ObjectId): Promise<UserDocument> {
    const found = await this.dependencies.models.users.findById(user).lean();
    if (!found) throw broken('NOT_FOUND', 'This account no longer exists.');
    return found;
  }

  private wordsOf({ sealedEmail, handle, name }: UserDocument): string[] {
    return [handle, name, ...(sealedEmail ? [this.dependencies.addresses.open(sealedEmail)] : [])];
  }

  /** Who is beaten to a claim by another process is told like everybody else. */
  private async unlessTaken<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!duplicateKeyFields(error)) throw error;
      return work();
    }
  }
}

function handleTaken() {
  return broken('HANDLE_TAKEN', 'This handle is taken. Choose another one.', 'handle');
}

export function emailRules(email: string | null): InputRules {
  return new InputRules().require(isEmail(email ?? ''), 'INVALID', 'This is not a valid email address.', 'email');
}

/** What is wrong with an account that is to be created, of which texts may have been refused already, but for whether its password is easily guessed. */
export function signUpRules({ email, password, handle, name }: Refusable<Omit<SignUp, 'merchant'>>): InputRules {
  return emailRules(email)
    .text(password, passwordLength, 'password')
    .require(
      isHandle(handle ?? ''),
      'INVALID',
      message('Use {min} to {max} letters, digits or underscores.', { min: 3, max: 30 }),
      'handle',
    )
    .require(!handle || !isHandle(handle) || !isReserved(handle), 'NOT_ALLOWED', 'This handle is reserved. Choose another one.', 'handle')
    .line(name, { min: 1, max: 100 }, 'name');
}
