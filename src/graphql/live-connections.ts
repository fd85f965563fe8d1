/** What holds for connections that stay open: how many there may be, and that they end with the session behind them. */
import { RequestError } from '../errors.js';
import type { Realtime } from '../realtime/index.js';
import type { SignedIn } from '../relay/context.js';

export interface ConnectionLimits {
  connectionsPerAddress: number;
  connectionsPerUser: number;
  subscriptionsPerConnection: number;
}

export class LiveConnections {
  private readonly open = new Map<string, number>();

  constructor(readonly limits: ConnectionLimits) {}

  /** Counts a connection of an address in. @returns what counts it out again, or null where there are too many */
  enter(address: string): (() => void) | null {
    return this.count(`address:${address}`, this.limits.connectionsPerAddress);
  }

  /** The same for a user's connections, from wherever they are. */
  enterUser({ userId }: SignedIn): (() => void) | null {
    return this.count(`user:${userId.toHexString()}`, this.limits.connectionsPerUser);
  }

  private count(key: string, limit: number): (() => void) | null {
    const count = this.open.get(key) ?? 0;
    if (count >= limit) return null;
    this.open.set(key, count + 1);
    return () => {
      const left = this.open.get(key)! - 1;
      if (left === 0) this.open.delete(key);
      else this.open.set(key, left);
    };
  }
}

/** Asks whether a token is still good; where that cannot be told now, it is taken to be. */
export function sessionCheck(
  authenticate: (authorization: string | undefined) => Promise<SignedIn | null>,
  authorization: string | undefined,
) {
  return (): Promise<boolean> =>
    authenticate(authorization).then(
      () => true,
      (error: unknown) => !(error instanceof RequestError),
    );
}

/**
 * Ends a connection when its access token does, and at once when its session does.
 * @param isOpen whether the session is still open, asked when something may have ended it
 * @returns what stops watching
 */
export function endWithSession(
  realtime: Realtime,
  { sessionId, expiresAt }: SignedIn,
  isOpen: () => Promise<boolean>,
  end: (reason: string) => void,
): () => void {
  const timer = setTimeout(() => end('The access token has expired.'), Math.max(0, expiresAt.getTime() - Date.now()));
  timer.unref();
  const stopListening = realtime.onSessionChange(sessionId, () => {
    isOpen().then(
      (open) => open || end('The session has ended.'),
      () => {},
    );
  });
  return () => {
    clearTimeout(timer);
    stopListening();
  };
}
