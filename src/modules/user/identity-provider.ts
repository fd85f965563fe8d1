/** Access tokens of an outside identity provider, checked against its published keys (JWKS). */
import { createHash } from 'node:crypto';
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Types } from 'mongoose';
import { givenLine } from '../../input/text.js';
import type { Logger } from '../../log.js';
import { publishedKeys } from '../../outbound/published-keys.js';
import { duplicateKeyFields, type ClientSession, type Database } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { refusedToken } from './access-tokens.js';
import type { Claims } from './claims.js';
import { searchTermsOf } from './user-search.js';
import type { UserDocument, UserModels } from './user.model.js';

export interface IdentityProviderOptions {
  jwksUrl: string;
  issuer: string;
  audience: string;
}

/** Signatures by a key pair only: with a shared secret, whoever can check a token could make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export class IdentityProvider {
  private readonly keys: JWTVerifyGetKey;

  constructor(
    private readonly provider: IdentityProviderOptions,
    private readonly database: Database,
    private readonly models: UserModels,
    private readonly claims: Claims,
    log: Logger,
  ) {
    this.keys = publishedKeys(provider.jwksUrl, (err) => log.warn({ err }, 'the keys of the identity provider cannot be fetched'));
  }

  /**
   * Whom a token of the provider speaks for. Someone who comes for the first time gets an account.
   * @throws RequestError UNAUTHENTICATED for a token that is forged or meant for somebody else, TOKEN_EXPIRED,
   * SIGN_IN_UNAVAILABLE while the provider's keys cannot be fetched
   */
  async authenticate(token: string): Promise<{ user: Pick<UserDocument, '_id' | 'roles' | 'bannedAt'>; expiresAt: Date }> {
    const payload = await this.verify(token);
    const claim = this.claims.ofIdentity(payload.iss!, payload.sub!);
    const known = await this.find(claim);
    return { user: known ?? (await this.open(claim, payload)), expiresAt: new Date(payload.exp! * 1000) };
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.provider;
    try {
      const { payload } = await jwtVerify(token, this.keys, { issuer, audience, algorithms, requiredClaims: ['sub', 'exp'] });
      return payload;
    } catch (error) {
      throw refusedToken(error);
    }
  }

  private async find(claim: string, session: ClientSession | null = null): Promise<UserDocument | null> {
    const owner = await this.claims.ownerOf(claim, session);
    return owner && this.models.users.findById(owner).session(session).lean();
  }

  private async open(claim: string, payload: JWTPayload): Promise<UserDocument> {
    const identity = `${payload.iss} ${payload.sub}`;
    const handle = handleOf(identity, payload['preferred_username']);
    const name = givenLine(payload['name'], 100) ?? handle;
    const user: UserDocument = {
      ...{ _id: new Types.ObjectId(), handle, name, bio: null, avatarUrl: null },
      ...{ roles: ['BUYER'], createdAt: new Date(), identity, searchTerms: searchTermsOf({ name, handle }) },
    };
    const work = async (session: ClientSession): Promise<UserDocument> => {
      const other = await this.find(claim, session);
      if (other) return other;
      await insert(this.models.users, user, session);
      await this.claims.take([claim, this.claims.ofHandle(handle)], user._id, session);
      return user;
    };
    try {
      return await this.database.inTransaction([claim], work);
    } catch (error) {
      const other = duplicateKeyFields(error) && (await this.find(claim));
      if (!other) throw error;
      return other;
    }
  }
}

/** The wished name where it makes a handle, with a part of the identity so that it is nobody else's. */
function handleOf(identity: string, wished: unknown): string {
  const mark = createHash('sha256').update(identity).digest('hex').slice(0, 10);
  const base = typeof wished === 'string' ? wished.replace(/[^A-Za-z0-9_]/g, '').slice(0, 19) : '';
  return `${base || 'user'}_${mark}`;
}
