/** Sessions: opening, refreshing, listing and ending them, and whom an access token speaks for. */
import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import type { Realtime } from '../../realtime/index.js';
import { dependsOnMoment } from '../../store/cache/reads.js';
import { paginate } from '../../store/paging.js';
import { mapNodes, type Connection, type ConnectionArgs, type ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { findStored, insert } from '../../store/documents.js';
import type { AccessTokens } from './access-tokens.js';
import type { IdentityProvider } from './identity-provider.js';
import { RefreshTokens, type RefreshToken } from './refresh-tokens.js';
import { isOfEpoch } from './epoch.js';
import { publicProjection, type PublicUser } from './user.loader.js';
import type { SessionDocument, UserDocument, UserModels } from './user.model.js';

export interface Credentials {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  user: PublicUser;
}

/** A session as its owner sees it; `_id` names it and opens nothing. */
export interface OwnSession {
  _id: Types.ObjectId;
  device: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  isCurrent: boolean;
}

export interface SessionOptions {
  /** The first signs, all of them are accepted. */
  authSecrets: readonly [string, ...string[]];
  /** Milliseconds that a session stays open after it was last refreshed. */
  sessionLifetime: number;
  /** Milliseconds after which a session ends however often it is refreshed. */
  maxSessionLifetime: number;
  /** Milliseconds for which a refresh token that was exchanged is answered with the same successor. */
  refreshReuseInterval: number;
}

interface SessionDependencies extends SessionOptions {
  models: UserModels;
  realtime: Realtime;
  accessTokens: AccessTokens;
  /** Where an identity provider of the shop's own is trusted too. */
  identityProvider: IdentityProvider | null;
}

/** So many exchanges are remembered, for those who come late with a token that was just exchanged. */
const rememberedExchanges = 10;
const maxDeviceLength = 200;

export class SessionService {
  private readonly refreshTokens: RefreshTokens;

  constructor(private readonly dependencies: SessionDependencies) {
    this.refreshTokens = new RefreshTokens(dependencies.authSecrets);
  }

  /**
   * @param user as they were when their credentials were checked: what was changed since makes the session none
   * @param userAgent what the client says it is
   */
  async open(user: PublicUser & Pick<UserDocument, 'epoch'>, userAgent: string | null, session?: ClientSession): Promise<Credentials> {
    const now = new Date();
    const endsAt = new Date(now.getTime() + this.dependencies.maxSessionLifetime);
    const opened: SessionDocument = {
      _id: randomBytes(18).toString('base64url'),
      publicId: new Types.ObjectId(),
      user: user._id,
      epoch: user.epoch ?? 0,
      refreshSecret: randomBytes(32).toString('base64url'),
      generation: 0,
      exchanges: [],
      device: deviceOf(userAgent),
      createdAt: now,
      lastUsedAt: now,
      endsAt,
      expiresAt: this.expiryAt(now, endsAt),
    };
    await insert(this.dependencies.models.sessions, opened, session);
    return this.credentials(user, opened, 0, now);
  }

  /**
   * Exchanges a refresh token for fresh ones. For a while, a token that was exchanged is answered with the same
   * successor, so that tabs may refresh at once. Later that betrays theft, and the session ends. A token that never was
   * the session's changes nothing.
   * @throws RequestError UNAUTHENTICATED
   */
  async refresh(refreshToken: string): Promise<Credentials> {
    const given = this.refreshTokens.read(refreshToken);
    const session = given && (await this.find(given.sessionId));
    if (!session || !this.refreshTokens.belongs(refreshToken, session)) throw refusedRefresh();
    const user = await this.dependencies.models.users.findById(session.user, { ...publicProjection, bannedAt: 1, epoch: 1 }).lean();
    if (!user || user.bannedAt || !isOfEpoch(session, user)) throw refusedRefresh();
    return (await this.exchange(session, given, user)) ?? (await this.answerAgain(given, user));
  }

  async signOut({ sessionId, userId }: SignedIn, everywhere: boolean): Promise<void> {
    await this.dependencies.models.sessions.deleteMany(everywhere ? { user: userId } : { _id: sessionId });
    this.dependencies.realtime.announceAccountChange(userId);
  }

  /** Ends the session that a refresh token is, or was, of. */
  async signOutWith(refreshToken: string): Promise<void> {
    const given = this.refreshTokens.read(refreshToken);
    const session = given && (await this.find(given.sessionId));
    if (session && this.refreshTokens.belongs(refreshToken, session)) await this.end(session);
  }

  /** Ends one of a user's sessions by its public id. @returns whether there was one */
  async revoke(user: Types.ObjectId, publicId: Types.ObjectId): Promise<boolean> {
    const { deletedCount } = await this.dependencies.models.sessions.deleteOne({ user, publicId });
    this.dependencies.realtime.announceAccountChange(user);
    return deletedCount > 0;
  }

  /** A user's open sessions, the one used last first. */
  async list({ userId, sessionId }: SignedIn, args: ConnectionArgs): Promise<Connection<OwnSession>> {
    const page = await paginate<SessionDocument>(this.dependencies.models.sessions, sessionList(userId), args);
    return mapNodes(page, async (session) => ownSession(session, sessionId));
  }

  /** One of the viewer's own; null for everybody else's. */
  async findOwn({ userId, sessionId }: SignedIn, publicId: Types.ObjectId): Promise<OwnSession | null> {
    const found = await this.dependencies.models.sessions.findOne({ user: userId, publicId, expiresAt: { $gt: new Date() } }).lean();
    return found && ownSession(found, sessionId);
  }

  /**
   * Who an access token speaks for, while its session is open.
   * @throws RequestError UNAUTHENTICATED, or TOKEN_EXPIRED for a token that was good
   */
  async authenticate(token: string): Promise<SignedIn> {
    const { identityProvider, accessTokens } = this.dependencies;
    if (identityProvider && !accessTokens.issued(token)) return authenticateOutside(identityProvider, token);
    const { sessionId, userId, expiresAt } = await accessTokens.verify(token);
    const [current] = await this.currentOf([{ sessionId, userId, expiresAt, roles: [] }]);
    if (!current) throw new RequestError('UNAUTHENTICATED', 'This session has ended. Sign in again.');
    return current;
  }

  /** The same users as they are now: null for each whose session has ended, else with their roles of now. */
  async currentOf(signedIn: readonly SignedIn[]): Promise<(SignedIn | null)[]> {
    const { sessions, users } = this.dependencies.models;
    const own = signedIn.filter((session) => !isOutside(session)).map(({ sessionId }) => sessionId);
    const [open, found] = await Promise.all([
      own.length === 0
        ? []
        : findStored<SessionDocument>(sessions, { _id: { $in: own } }, { projection: { user: 1, expiresAt: 1, epoch: 1 } }),
      findStored<UserDocument>(
        users,
        { _id: { $in: signedIn.map(({ userId }) => userId) } },
        { projection: { roles: 1, bannedAt: 1, epoch: 1 } },
      ),
    ]);
    const now = Date.now();
    const sessionOf = new Map(open.map((session) => [session._id, session]));
    const userOf = new Map(found.map((user) => [user._id.toHexString(), user]));
    return signedIn.map((device) => {
      const id = device.userId.toHexString();
      const user = userOf.get(id);
      const session = sessionOf.get(device.sessionId);
      // Until the token ends, whoever asks again need not look at the time.
      if (session && session.expiresAt < device.expiresAt) dependsOnMoment();
      const isOpen = isOutside(device) || (session?.user.toHexString() === id && session.expiresAt.getTime() > now);
      const isCurrent = user && !user.bannedAt && (!session || isOfEpoch(session, user));
      return isOpen && isCurrent ? { ...device, roles: user.roles } : null;
    });
  }

  private find(sessionId: string): Promise<SessionDocument | null> {
    return this.dependencies.models.sessions.findOne({ _id: sessionId, expiresAt: { $gt: new Date() } }).lean();
  }

  private async end({ _id, user }: SessionDocument): Promise<void> {
    await this.dependencies.models.sessions.deleteOne({ _id });
    this.dependencies.realtime.announceAccountChange(user);
  }

  /** @returns null where the token is not the session's latest any more */
  private async exchange(session: SessionDocument, { generation }: RefreshToken, user: PublicUser): Promise<Credentials | null> {
    const now = new Date();
    const exchanges = [...session.exchanges, now].slice(-rememberedExchanges);
    const change = { generation: generation + 1, exchanges, lastUsedAt: now, expiresAt: this.expiryAt(now, session.endsAt) };
    const { matchedCount } = await this.dependencies.models.sessions.updateOne({ _id: session._id, generation }, { $set: change });
    return matchedCount === 0 ? null : this.credentials(user, { ...session, ...change }, generation + 1, now);
  }

  private async answerAgain({ sessionId, generation }: RefreshToken, user: PublicUser): Promise<Credentials> {
    const session = await this.find(sessionId);
    if (!session) throw refusedRefresh();
    const exchangedAt = session.exchanges.at(generation - session.generation);
    const isRecent = exchangedAt && Date.now() - exchangedAt.getTime() < this.dependencies.refreshReuseInterval;
    if (isRecent) return this.credentials(user, session, generation + 1, exchangedAt);
    await this.end(session);
    throw refusedRefresh();
  }

  private async credentials(user: PublicUser, session: SessionDocument, generation: number, at: Date): Promise<Credentials> {
    const { token, expiresAt } = await this.dependencies.accessTokens.issue({ userId: user._id, sessionId: session._id }, at);
    const refreshToken = this.refreshTokens.make(session, generation);
    return { accessToken: token, accessTokenExpiresAt: expiresAt, refreshToken, refreshTokenExpiresAt: session.expiresAt, user };
  }

  private expiryAt(now: Date, endsAt: Date): Date {
    return new Date(Math.min(now.getTime() + this.dependencies.sessionLifetime, endsAt.getTime()));
  }
}

export function sessionList(user: Types.ObjectId): ListDefinition {
  return {
    name: 'sessions',
    filter: { user, expiresAt: { $gt: new Date() } },
    order: [
      ['lastUsedAt', -1],
      ['publicId', -1],
    ],
  };
}

/** The provider keeps the session; here the user's own id stands for it. */
async function authenticateOutside(provider: IdentityProvider, token: string): Promise<SignedIn> {
  dependsOnMoment();
  const { user, expiresAt } = await provider.authenticate(token);
  if (user.bannedAt) throw new RequestError('UNAUTHENTICATED', 'This account is suspended.');
  return { userId: user._id, sessionId: user._id.toHexString(), roles: user.roles, expiresAt };
}

function isOutside({ userId, sessionId }: SignedIn): boolean {
  return sessionId === userId.toHexString();
}

function refusedRefresh(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'The refresh token is not valid. Sign in again.', 'refreshToken');
}

function deviceOf(userAgent: string | null): string | null {
  const shown = (userAgent ?? '').replace(/[^\x20-\x7e]/g, '').trim();
  return shown === '' ? null : shown.slice(0, maxDeviceLength);
}

function ownSession({ publicId, device, createdAt, lastUsedAt, _id }: SessionDocument, current: string): OwnSession {
  return { _id: publicId, device, createdAt, lastUsedAt, isCurrent: _id === current };
}
