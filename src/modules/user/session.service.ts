/** Sessions: signing up, in and out, and the refresh tokens that keep a session alive. */
import { createHash, randomBytes } from 'node:crypto';
import { hash as hashPassword, verify as verifyPassword } from '@node-rs/argon2';
import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { Role, SignedIn } from '../../relay/context.js';
import { IdempotencyModel } from '../../store/idempotency.js';
import { duplicateKeyFields } from '../../store/transaction.js';
import { announceSessionEnd, sessionTopic, type Change } from '../../realtime/index.js';
import type { AccessTokens } from './access-tokens.js';
import type { OutsideIdentities } from './outside-identities.js';
import { registerOwnedDocuments, registerPersonalData } from './personal-data.js';
import { publicProjection, type PublicUser } from './user.loader.js';
import { SessionModel, UserModel, type UserDocument } from './user.model.js';

export interface Credentials {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  user: PublicUser;
}

export interface SignUp {
  email: string;
  password: string;
  handle: string;
  name: string;
  merchant?: boolean | null;
}

/** Somebody who does not exist takes as long to refuse as a wrong password. */
const nobodysHash = hashPassword(randomBytes(16).toString('hex'));

export class SessionService {
  /**
   * @param sessionLifetime in milliseconds, from the last refresh on
   * @param outside where an identity provider of the shop's own is trusted too
   */
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessionLifetime: number,
    private readonly outside: OutsideIdentities | null = null,
  ) {}

  /** @throws RulesBroken for a taken or invalid e-mail address, handle or password. */
  async signUp(input: SignUp): Promise<Credentials> {
    new InputRules()
      .require(
        /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(input.email) && input.email.length <= 254,
        'INVALID',
        'This is not an e-mail address.',
        'email',
      )
      .text(input.password, { least: 8, most: 200 }, 'password')
      .require(/^[A-Za-z0-9_]{3,30}$/.test(input.handle), 'INVALID', 'A handle has 3 to 30 letters, digits or underscores.', 'handle')
      .text(input.name, { least: 1, most: 100 }, 'name')
      .check();
    const roles: Role[] = input.merchant ? ['BUYER', 'MERCHANT'] : ['BUYER'];
    const user: UserDocument = {
      _id: new Types.ObjectId(),
      handle: input.handle,
      handleKey: input.handle.toLowerCase(),
      name: input.name,
      bio: null,
      avatarUrl: null,
      roles,
      createdAt: new Date(),
      email: input.email.toLowerCase(),
      passwordHash: await hashPassword(input.password),
    };
    try {
      await UserModel.collection.insertOne(user);
    } catch (error) {
      throw takenError(error);
    }
    return this.open(user);
  }

  /** @throws RulesBroken INVALID_CREDENTIALS, the same whether the address or the password is wrong. */
  async signIn(email: string, password: string): Promise<Credentials> {
    const user = await UserModel.findOne({ email: email.toLowerCase() }, { ...publicProjection, passwordHash: 1, bannedAt: 1 }).lean();
    const matches = await verifyPassword(user?.passwordHash ?? (await nobodysHash), password);
    if (!user || !matches) throw broken('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong.', 'password');
    if (user.bannedAt) throw broken('SUSPENDED', 'This account is suspended.', 'email');
    return this.open(user);
  }

  /**
   * Exchanges a refresh token for fresh ones. A token that was exchanged before betrays theft: the session ends.
   * @throws RequestError UNAUTHENTICATED
   */
  async refresh(refreshToken: string): Promise<Credentials> {
    const refused = new RequestError('UNAUTHENTICATED', 'The refresh token is not valid.', 'refreshToken');
    const match = /^([0-9a-f]{24})\.([\w-]{43})$/.exec(refreshToken);
    if (!match) throw refused;
    const sessionId = new Types.ObjectId(match[1]);
    const next = newRefreshToken(sessionId);
    const session = await SessionModel.findOneAndUpdate(
      { _id: sessionId, refreshHash: digest(refreshToken), expiresAt: { $gt: new Date() } },
      { $set: { refreshHash: digest(next), expiresAt: new Date(Date.now() + this.sessionLifetime) } },
    ).lean();
    if (!session) {
      await SessionModel.deleteOne({ _id: sessionId });
      announceSessionEnd([sessionId]);
      throw refused;
    }
    const user = await UserModel.findById(session.user, publicProjection).lean();
    if (!user) throw refused;
    return this.credentials(user, sessionId, next);
  }

  async signOut({ sessionId, userId }: SignedIn, everywhere: boolean): Promise<void> {
    const ended = everywhere ? (await SessionModel.find({ user: userId }, { _id: 1 }).lean()).map(({ _id }) => _id) : [sessionId];
    await SessionModel.deleteMany({ _id: { $in: ended } });
    announceSessionEnd(ended);
  }

  /**
   * Who an access token speaks for, while its session is open.
   * @throws RequestError UNAUTHENTICATED
   */
  async authenticate(token: string): Promise<SignedIn> {
    if (this.outside && !this.tokens.issued(token)) return authenticateOutside(this.outside, token);
    const { sessionId, userId, expiresAt } = await this.tokens.verify(token);
    const [session, user] = await Promise.all([
      SessionModel.exists({ _id: sessionId, user: userId, expiresAt: { $gt: new Date() } }),
      UserModel.findById(userId, { roles: 1, bannedAt: 1 }).lean(),
    ]);
    if (!session || !user || user.bannedAt) throw new RequestError('UNAUTHENTICATED', 'This session has ended. Sign in again.');
    return { userId, sessionId, roles: user.roles, expiresAt };
  }

  private async open(user: PublicUser): Promise<Credentials> {
    const _id = new Types.ObjectId();
    const refreshToken = newRefreshToken(_id);
    const now = Date.now();
    await SessionModel.collection.insertOne({
      _id,
      user: user._id,
      refreshHash: digest(refreshToken),
      createdAt: new Date(now),
      expiresAt: new Date(now + this.sessionLifetime),
    });
    return this.credentials(user, _id, refreshToken);
  }

  private async credentials(user: PublicUser, sessionId: Types.ObjectId, refreshToken: string): Promise<Credentials> {
    const { token, expiresAt } = await this.tokens.issue({ userId: user._id, sessionId });
    return { accessToken: token, accessTokenExpiresAt: expiresAt, refreshToken, user };
  }
}

/** The provider keeps the session; here the user's own id stands for it, so that a ban ends what is open. */
async function authenticateOutside(outside: OutsideIdentities, token: string): Promise<SignedIn> {
  const { user, expiresAt } = await outside.authenticate(token);
  if (user.bannedAt) throw new RequestError('UNAUTHENTICATED', 'This account is suspended.');
  return { userId: user._id, sessionId: user._id, roles: user.roles, expiresAt };
}

function newRefreshToken(sessionId: Types.ObjectId): string {
  return `${sessionId.toHexString()}.${randomBytes(32).toString('base64url')}`;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function takenError(error: unknown): unknown {
  const fields = duplicateKeyFields(error);
  if (fields?.includes('email')) return broken('EMAIL_TAKEN', 'There is an account with this e-mail address.', 'email');
  if (fields?.includes('handleKey')) return broken('HANDLE_TAKEN', 'This handle is taken.', 'handle');
  return error;
}

/** Shuts a user out at once, on every device and in every process, or lets them in again. @returns whether there is such a user */
export async function banUser(change: Change, user: Types.ObjectId, banned: boolean): Promise<boolean> {
  const { session } = change;
  const { matchedCount } = await UserModel.updateOne({ _id: user }, { $set: { bannedAt: banned ? new Date() : null } }, { session });
  if (matchedCount === 0) return false;
  if (banned) {
    const sessions = await SessionModel.find({ user }, { _id: 1 }).session(session).lean();
    await SessionModel.deleteMany({ user }, { session });
    for (const { _id } of [...sessions, { _id: user }]) change.announce(sessionTopic(_id));
  }
  return true;
}

/** Every open session of a user, the one that an outside provider keeps included. */
export async function openSessionsOf(user: Types.ObjectId): Promise<Types.ObjectId[]> {
  const sessions = await SessionModel.find({ user }, { _id: 1 }).lean();
  return [...sessions.map(({ _id }) => _id), user];
}

/** Whether a user's password is the given one; users of an outside provider have none. */
export async function passwordMatches(userId: Types.ObjectId, password: string): Promise<boolean> {
  const user = await UserModel.findById(userId, { passwordHash: 1 }).lean();
  return verifyPassword(user?.passwordHash ?? (await nobodysHash), password);
}

/** A banned user by their credentials, which open nothing any more; null for everybody else. */
export async function bannedUser(email: string, password: string): Promise<Types.ObjectId | null> {
  const user = await UserModel.findOne({ email: email.toLowerCase() }, { passwordHash: 1, bannedAt: 1 }).lean();
  const matches = await verifyPassword(user?.passwordHash ?? (await nobodysHash), password);
  return user?.bannedAt && matches ? user._id : null;
}

registerOwnedDocuments({ name: 'idempotencyKeys', model: IdempotencyModel, owner: 'user', erase: 'DELETE' });

registerPersonalData({
  name: 'sessions',
  collect: (user) => SessionModel.find({ user }, { refreshHash: 0 }).lean(),
  erase: async ({ session, user }) => void (await SessionModel.deleteMany({ user }, { session })),
});

registerPersonalData({
  name: 'account',
  collect: (user) => UserModel.find({ _id: user }, { passwordHash: 0 }).lean(),
  erase: async ({ session, user }) => void (await UserModel.deleteOne({ _id: user }, { session })),
});
