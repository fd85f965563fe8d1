/** Access tokens of an outside identity provider, checked against its published keys (JWKS). */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Types } from 'mongoose';
import { duplicateKeyFields } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { refusedToken } from './access-tokens.js';
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
    private readonly models: UserModels,
  ) {
    this.keys = createRemoteJWKSet(new URL(provider.jwksUrl));
  }

  /**
   * Whom a token of the provider speaks for. Someone who comes for the first time gets an account.
   * @throws RequestError UNAUTHENTICATED for a token that is forged or meant for somebody else, TOKEN_EXPIRED
   */
  async authenticate(token: string): Promise<{ user: Pick<UserDocument, '_id' | 'roles' | 'bannedAt'>; expiresAt: Date }> {
    const claims = await this.verify(token);
    const identity = `${claims.iss} ${claims.sub}`;
    const known = await this.find(identity);
    return { user: known ?? (await this.open(identity, claims)), expiresAt: new Date(claims.exp! * 1000) };
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

  private async find(identity: string): Promise<UserDocument | null> {
    return await this.models.users.findOne({ identity }).lean();
  }

  private async open(identity: string, claims: JWTPayload): Promise<UserDocument> {
    const handle = handleOf(identity, claims['preferred_username']);
    const user: UserDocument = {
      _id: new Types.ObjectId(),
      handle,
      handleKey: handle.toLowerCase(),
      name: typeof claims['name'] === 'string' && claims['name'].trim() !== '' ? claims['name'].slice(0, 100) : handle,
      bio: null,
      avatarUrl: null,
      roles: ['BUYER'],
      createdAt: new Date(),
      identity,
    };
    try {
      await insert(this.models.users, user);
      return user;
    } catch (error) {
      const other = duplicateKeyFields(error) && (await this.find(identity));
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
