/** Short-lived access tokens (JWT, HS256). What they claim is checked against the session at every request. */
import { decodeJwt, errors as jose, jwtVerify, SignJWT } from 'jose';
import { Types } from 'mongoose';
import { RequestError } from '../../errors.js';

const issuer = 'plaza';

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessClaims {
  userId: Types.ObjectId;
  sessionId: Types.ObjectId;
}

export interface VerifiedClaims extends AccessClaims {
  expiresAt: Date;
}

export class AccessTokens {
  private readonly key: Uint8Array;

  /** @param lifetime in milliseconds */
  constructor(
    secret: string,
    private readonly lifetime: number,
  ) {
    this.key = new TextEncoder().encode(secret);
  }

  async issue({ userId, sessionId }: AccessClaims): Promise<AccessToken> {
    const expiresAt = Math.floor((Date.now() + this.lifetime) / 1000);
    const token = await new SignJWT({ sid: sessionId.toHexString() })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setSubject(userId.toHexString())
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
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

  /** @throws RequestError UNAUTHENTICATED for a token that is forged, malformed or expired. */
  async verify(token: string): Promise<VerifiedClaims> {
    try {
      const { payload } = await jwtVerify(token, this.key, { algorithms: ['HS256'], issuer });
      return {
        userId: new Types.ObjectId(payload.sub),
        sessionId: new Types.ObjectId(payload['sid'] as string),
        expiresAt: new Date(payload.exp! * 1000),
      };
    } catch (error) {
      const expired = error instanceof jose.JWTExpired;
      throw new RequestError('UNAUTHENTICATED', expired ? 'The access token has expired.' : 'The access token is not valid.');
    }
  }
}
