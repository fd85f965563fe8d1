/** Sessions: signing up, in and out, and the refresh tokens that keep a session alive. */
import { createHash, randomBytes } from 'node:crypto';
import { hash as hashPassword, verify as verifyPassword } from '@node-rs/argon2';
import { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Role, SignedIn } from '../../relay/context.js';
import type { Realtime } from '../../realtime/index.js';
import { duplicateKeyFields } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { AccessTokens } from './access-tokens.js';
import type { IdentityProvider } from './identity-provider.js';
import { publicProjection, type PublicUser } from './user.loader.js';
import type { UserDocument, UserModels } from './user.model.js';

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

interface SessionDependencies {
  models: UserModels;
  realtime: Realtime;
  tokens: AccessTokens;
  /** Where an identity provider of the shop's own is trusted too. */
  identityProvider: IdentityProvider | null;
  /** Milliseconds that a session stays open after it was last refreshed. */
  sessionLifetime: number;
}

export class SessionService {
  /** A user who does not exist takes as long to refuse as a wrong password. */
  private readonly hashOfNobody = hashPassword(randomBytes(16).toString('hex'));

  constructor(private readonly dependencies: SessionDependencies) {}

  /** @throws RulesBroken for a taken or invalid e-mail address, handle or password. */
  async signUp(input: SignUp): Promise<Credentials> {
    new InputRules()
      .require(
        input.email.length <= 254 && /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(input.email),
        'INVALID',
        'This is not an e-mail address.',
        'email',
      )
      .text(input.password, { least: 8, most: 200 }, 'password')
      .require(/^[A-Za-z0-9_]{3,30}$/.test(input.handle), 'INVALID', 'A handle has 3 to 30 letters, digits or underscores.', 'handle')
      .line(input.name, { least: 1, most: 100 }, 'name')
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
      await insert(this.dependencies.models.users, user);
    } catch (error) {
      throw takenError(error);
    }
    return this.open(user);
  }

  /** @throws RulesBroken INVALID_CREDENTIALS, the same whether the address or the password is wrong. */
  async signIn(email: string, password: string): Promise<Credentials> {
    const user = await this.dependencies.models.users
      .findOne({ email: email.toLowerCase() }, { ...publicProjection, passwordHash: 1, bannedAt: 1 })
      .lean();
    const matches = await verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
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
    const session = await this.dependencies.models.sessions
      .findOneAndUpdate(
        { _id: sessionId, refreshHash: digest(refreshToken), expiresAt: { $gt: new Date() } },
        { $set: { refreshHash: digest(next), expiresAt: new Date(Date.now() + this.dependencies.sessionLifetime) } },
      )
      .lean();
    if (!session) {
      await this.dependencies.models.sessions.deleteOne({ _id: sessionId });
      this.dependencies.realtime.announceSessionEnd([sessionId]);
      throw refused;
    }
    const user = await this.dependencies.models.users.findById(session.user, publicProjection).lean();
    if (!user) throw refused;
    return this.credentials(user, sessionId, next);
  }

  async signOut({ sessionId, userId }: SignedIn, everywhere: boolean): Promise<void> {
    const ended = everywhere
      ? (await this.dependencies.models.sessions.find({ user: userId }, { _id: 1 }).lean()).map(({ _id }) => _id)
      : [sessionId];
    await this.dependencies.models.sessions.deleteMany({ _id: { $in: ended } });
    this.dependencies.realtime.announceSessionEnd(ended);
  }

  /**
   * Who an access token speaks for, while its session is open.
   * @throws RequestError UNAUTHENTICATED
   */
  async authenticate(token: string): Promise<SignedIn> {
    const { identityProvider, tokens } = this.dependencies;
    if (identityProvider && !tokens.issued(token)) return authenticateOutside(identityProvider, token);
    const { sessionId, userId, expiresAt } = await tokens.verify(token);
    const [session, user] = await Promise.all([
      this.dependencies.models.sessions.exists({ _id: sessionId, user: userId, expiresAt: { $gt: new Date() } }),
      this.dependencies.models.users.findById(userId, { roles: 1, bannedAt: 1 }).lean(),
    ]);
    if (!session || !user || user.bannedAt) throw new RequestError('UNAUTHENTICATED', 'This session has ended. Sign in again.');
    return { userId, sessionId, roles: user.roles, expiresAt };
  }

  /** Whether a user's password is the given one; users of an outside provider have none. */
  async passwordMatches(userId: Types.ObjectId, password: string): Promise<boolean> {
    const user = await this.dependencies.models.users.findById(userId, { passwordHash: 1 }).lean();
    return verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
  }

  /** A banned user by their credentials, which no longer open anything; null for everybody else. */
  async bannedUser(email: string, password: string): Promise<Types.ObjectId | null> {
    const user = await this.dependencies.models.users.findOne({ email: email.toLowerCase() }, { passwordHash: 1, bannedAt: 1 }).lean();
    const matches = await verifyPassword(user?.passwordHash ?? (await this.hashOfNobody), password);
    return user?.bannedAt && matches ? user._id : null;
  }

  private async open(user: PublicUser): Promise<Credentials> {
    const _id = new Types.ObjectId();
    const refreshToken = newRefreshToken(_id);
    const now = Date.now();
    await insert(this.dependencies.models.sessions, {
      _id,
      user: user._id,
      refreshHash: digest(refreshToken),
      createdAt: new Date(now),
      expiresAt: new Date(now + this.dependencies.sessionLifetime),
    });
    return this.credentials(user, _id, refreshToken);
  }

  private async credentials(user: PublicUser, sessionId: Types.ObjectId, refreshToken: string): Promise<Credentials> {
    const { token, expiresAt } = await this.dependencies.tokens.issue({ userId: user._id, sessionId });
    return { accessToken: token, accessTokenExpiresAt: expiresAt, refreshToken, user };
  }
}

/** The provider keeps the session; here the user's own id stands for it, so that a ban ends what is open. */
async function authenticateOutside(provider: IdentityProvider, token: string): Promise<SignedIn> {
  const { user, expiresAt } = await provider.authenticate(token);
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
