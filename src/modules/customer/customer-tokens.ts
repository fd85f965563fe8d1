/**
 * Tokens by which the shop's backend says who a customer is: JWTs that live for minutes and are exchanged once. They are
 * signed with the secret that an API key got for it (HS256, the key's prefix as `kid`), or by a key of the shop's JWKS.
 */
import { createHash } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Model } from 'mongoose';
import { broken, type RulesBroken } from '../../errors.js';
import { flawInLine, givenLine, isBlank, isLongerThan, tidy } from '../../input/text.js';
import type { Logger } from '../../log.js';
import { KeysUnavailable, publishedKeys } from '../../outbound/published-keys.js';
import { duplicateKeyFields } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { ApiKeyVerbs } from '../api-key/index.js';
import { uncheckedToken } from '../user/index.js';
import type { SpentTokenDocument } from './customer-token.model.js';

/** Signatures by a key pair only: a shared secret belongs to an API key. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const maxLifetime = 10 * 60;
const clockTolerance = 30;

export interface CustomerClaims {
  source: string;
  externalId: string;
  email: string | null;
  /** Whether the shop knows that the address is the customer's. */
  emailVerified: boolean;
  name: string | null;
  /** A BCP 47 tag. */
  language: string | null;
}

export interface CustomerTokenOptions {
  /** Where the shop publishes its keys; null where tokens are signed with secrets of API keys only. */
  jwksUrl: string | null;
  /** Whom tokens must be meant for. */
  audience: string;
}

export class CustomerTokens {
  private readonly jwks: JWTVerifyGetKey | null;

  constructor(
    private readonly options: CustomerTokenOptions,
    private readonly apiKeys: ApiKeyVerbs,
    private readonly spent: Model<SpentTokenDocument>,
    log: Logger,
  ) {
    const { jwksUrl } = options;
    this.jwks =
      jwksUrl === null ? null : publishedKeys(jwksUrl, (err) => log.warn({ err }, 'the keys of customer tokens cannot be fetched'));
  }

  /** Takes a token, which cannot be taken again. @throws RulesBroken INVALID_CREDENTIALS, RequestError SIGN_IN_UNAVAILABLE */
  async spend(token: string): Promise<CustomerClaims> {
    const { signer, payload } = await this.verify(token);
    const claims = claimsOf(payload);
    const { jti, exp = 0, iat } = payload;
    const now = Date.now() / 1000;
    const isIssued = iat === undefined || (iat - now <= clockTolerance && exp - iat <= maxLifetime);
    const isShort = exp - now <= maxLifetime + clockTolerance && isIssued;
    if (!claims || !isShort || typeof jti !== 'string' || jti === '' || jti.length > 200) throw refused();
    const _id = createHash('sha256').update(`${signer} ${jti}`).digest('base64url');
    try {
      await insert(this.spent, { _id, expiresAt: new Date((exp + 2 * clockTolerance) * 1000) });
    } catch (error) {
      throw duplicateKeyFields(error) ? refused() : error;
    }
    return claims;
  }

  private async verify(token: string): Promise<{ signer: string; payload: JWTPayload }> {
    try {
      const { alg, kid } = decodeProtectedHeader(token);
      const checked = { audience: this.options.audience, requiredClaims: ['sub', 'exp', 'jti', 'aud'], clockTolerance };
      if (alg !== 'HS256') {
        if (!this.jwks) throw refused();
        return { signer: 'jwks', payload: (await jwtVerify(token, this.jwks, { ...checked, algorithms })).payload };
      }
      const signer = await this.apiKeys.customerTokenSigner(kid ?? '');
      if (!signer) throw refused();
      const attempts = signer.secrets.map((secret) =>
        jwtVerify(token, new TextEncoder().encode(secret), { ...checked, algorithms: ['HS256'] }),
      );
      return { signer: signer.id.toHexString(), payload: (await Promise.any(attempts)).payload };
    } catch (error) {
      throw error instanceof KeysUnavailable ? uncheckedToken() : refused();
    }
  }
}

/** @returns null for claims that name nobody */
function claimsOf(payload: JWTPayload): CustomerClaims | null {
  const { email, name, locale } = payload as Record<string, unknown>;
  const [externalId, source] = [idOf(payload.sub, 200), idOf(payload['source'], 100)];
  if (externalId === null || source === null) return null;
  const emailVerified = payload['email_verified'] === true;
  return { source, externalId, email: givenLine(email, 320), emailVerified, name: givenLine(name, 100), language: givenLine(locale, 100) };
}

/** An ID as bulk writes take it, so that both name the same customer; null for what they refuse. */
function idOf(value: unknown, max: number): string | null {
  const id = typeof value === 'string' ? tidy(value) : '';
  return isBlank(id) || isLongerThan(id, max) || flawInLine(id) !== null ? null : id;
}

function refused(): RulesBroken {
  return broken('INVALID_CREDENTIALS', 'This token is not valid, has expired or was already used.', 'token');
}
