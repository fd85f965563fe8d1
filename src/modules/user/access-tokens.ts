/** Short-lived access tokens (JWT, HS256). What they claim is checked against the session at every request. */
import { decodeJwt, errors as jose, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { Types } from 'mongoose';
import { RequestError } from '../../errors.js';
import { KeysUnavailable } from '../../outbound/published-keys.js';

const issuer = 'plaza';

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessClaims {
  userId: Types.ObjectId;
  sessionId: string;
}

export interface VerifiedClaims extends AccessClaims {
  expiresAt: Date;
}

export class AccessTokens {
  private readonly keys: readonly Uint8Array[];

  /**
   * @param secrets the first signs, all of them are accepted
   * @param lifetime in milliseconds
   */
  constructor(
    secrets: readonly [string, ...string[]],
    private readonly lifetime: number,
  ) {
    this.keys = secrets.map((secret) => new TextEncoder().encode(secret));
  }

  /** The same claims at the same time make the same token. @param at when the token begins */
  async issue({ userId, sessionId }: AccessClaims, at: Date): Promise<AccessToken> {
    const expiresAt = Math.floor((at.getTime() + this.lifetime) / 1000);
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setSubject(userId.toHexString())
      .setIssuedAt(Math.floor(at.getTime() / 1000))
      .setExpirationTime(expiresAt)
      .sign(this.keys[0]!);
    return { token, expiresAt: new Date(expiresAt * 1000) };
  }

  /** Whether a token says that it is one of these; only `verify` knows whether that is true. */
  issued(token: string): boolean {
    try {
      return decodeJwt(token).iss === issuer;
    } catch {
      return true;
    }
  }

  /** @throws RequestError UNAUTHENTICATED for a token that is forged or malformed, TOKEN_EXPIRED for one that was good. */
  async verify(token: string): Promise<VerifiedClaims> {
    try {
      const payload = await this.read(token);
      return {
        userId: new Types.ObjectId(payload.sub),
        sessionId: String(payload['sid']),
        expiresAt: new Date(payload.exp! * 1000),
      };
    } catch (error) {
      throw refusedToken(error);
    }
  }

  private async read(token: string, [key, ...others] = this.keys): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, key!, { algorithms: ['HS256'], issuer });
      return payload;
    } catch (error) {
      if (error instanceof jose.JWSSignatureVerificationFailed && others.length > 0) return this.read(token, others);
      throw error;
    }
  }
}

/** An access token that was good says so, since its owner can refresh it. */
export function refusedToken(error: unknown): RequestError {
  if (error instanceof jose.JWTExpired) return new RequestError('TOKEN_EXPIRED', 'The access token has expired. Refresh the session.');
  if (error instanceof KeysUnavailable) return uncheckedToken();
  return new RequestError('UNAUTHENTICATED', 'The access token is not valid.');
}

/** For tokens that may be good: whoever can tell is away. */
export function uncheckedToken(): RequestError {
  return new RequestError('SIGN_IN_UNAVAILABLE', 'Tokens cannot be checked at the moment. Try again later.');
}
