/**
 * Refresh tokens. Each names a session and counts on from the one before; its last part follows from the server's
 * secret and the session's own, so that only who was given a token has it, the store holds none, and whoever exchanges
 * the same token again can be given the same successor.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a session's refresh tokens follow from. */
export interface TokenSource {
  _id: string;
  /** Random, and nowhere but in the store. */
  refreshSecret: string;
}

export interface RefreshToken {
  sessionId: string;
  /** How often the session was refreshed before this token was made. */
  generation: number;
}

export class RefreshTokens {
  private readonly keys: Buffer[];

  /** @param secrets the first makes tokens, all of them are accepted */
  constructor(secrets: readonly [string, ...string[]]) {
    this.keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'plaza refresh tokens', 32)));
  }

  make(session: TokenSource, generation: number): string {
    return tokenOf(this.keys[0]!, session, generation);
  }

  /** What a token says of itself, or null for what is no such token; whether it is true, `belongs` knows. */
  read(token: string): RefreshToken | null {
    const match = /^([\w-]{24})\.(\d{1,9})\.[\w-]{43}$/.exec(token);
    return match && { sessionId: match[1]!, generation: Number(match[2]) };
  }

  /** Whether the token is, or once was, the session's. */
  belongs(token: string, session: TokenSource): boolean {
    const { generation } = this.read(token)!;
    return this.keys.some((key) => timingSafeEqual(Buffer.from(token), Buffer.from(tokenOf(key, session, generation))));
  }
}

function tokenOf(key: Buffer, { _id, refreshSecret }: TokenSource, generation: number): string {
  const proof = createHmac('sha256', key).update(`${_id}.${generation}.${refreshSecret}`).digest();
  return `${_id}.${generation}.${proof.toString('base64url')}`;
}
