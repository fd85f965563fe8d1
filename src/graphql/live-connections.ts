/** What holds for connections that stay open: how many there may be, and that they end with the session behind them. */
import type { Realtime } from '../realtime/index.js';
import type { Identity, SignedIn } from '../relay/context.js';

export interface ConnectionLimits {
  connectionsPerAddress: number;
  connectionsPerUser: number;
  subscriptionsPerConnection: number;
}

/** How much of what clients sent is held while its operations last, for each connection that an address may have. */
const heldBytesPerConnection = 128 * 1024;

export class LiveConnections {
  private readonly open = new Map<string, number>();

  constructor(readonly limits: ConnectionLimits) {}

  /** Counts a connection of an address in. @returns false where there are too many, and it is not counted */
  enter(address: string): boolean {
    return this.count(`address:${address}`, this.limits.connectionsPerAddress);
  }

  leave(address: string): void {
    this.uncount(`address:${address}`);
  }

  /**
   * The same for the connections of a user or an API key, from wherever they are.
   * @returns what counts it out again, or null where there are too many
   */
  enterUser({ userId, key }: SignedIn): (() => void) | null {
    const counted = key ? `key:${key.prefix}` : `user:${userId.toHexString()}`;
    return this.count(counted, this.limits.connectionsPerUser) ? () => this.uncount(counted) : null;
  }

  /** The same for the bytes of what an address has sent, for as long as they are held. One message fits in any case. */
  hold(address: string, bytes: number): boolean {
    return this.count(`bytes:${address}`, Math.max(bytes, this.limits.connectionsPerAddress * heldBytesPerConnection), bytes);
  }

  release(address: string, bytes: number): void {
    this.uncount(`bytes:${address}`, bytes);
  }

  private count(key: string, limit: number, amount = 1): boolean {
    const count = this.open.get(key) ?? 0;
    if (count + amount > limit) return false;
    this.open.set(key, count + amount);
    return true;
  }

  private uncount(key: string, amount = 1): void {
    const left = this.open.get(key)! - amount;
    if (left === 0) this.open.delete(key);
    else this.open.set(key, left);
  }
}

/** The longest time that a timer takes. */
const maxDelay = 2 ** 31 - 1;

/** Calls back at a time, however far away. @returns what calls it off */
function onTime(time: Date, work: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = Math.max(0, time.getTime() - Date.now());
    timer = left > maxDelay ? setTimeout(wait, maxDelay).unref() : setTimeout(work, left).unref();
  };
  wait();
  return () => clearTimeout(timer);
}

export interface LiveIdentityOptions {
  realtime: Realtime;
  /** The same users as they are now; null for each whose session has ended. */
  currentOf: (signedIn: readonly SignedIn[]) => Promise<(SignedIn | null)[]>;
}

/**
 * Who is behind a connection that stays open: with the roles of now, until the access token ends or the session does.
 * What may have changed is announced; what is announced and lost, `LiveIdentities` finds.
 */
export class LiveIdentity implements Identity {
  signedIn: SignedIn;
  /** Whether the access token has ended. */
  expired = false;
  /** Whether the session has. */
  ended = false;
  /** Told when either has. */
  onChange = (): void => {};
  private readonly stopWatching: () => void;
  private renewing: Promise<void> | null = null;

  constructor(
    signedIn: SignedIn,
    private readonly options: LiveIdentityOptions,
  ) {
    this.signedIn = signedIn;
    const stopTimer = onTime(signedIn.expiresAt, () => this.expire());
    const stopListening = options.realtime.onAccountChange(signedIn.userId, () => {
      const renewing = Promise.all([this.renewing, this.renew().catch(() => {})]).then(() => {
        if (this.renewing === renewing) this.renewing = null;
      });
      this.renewing = renewing;
    });
    this.stopWatching = () => {
      stopTimer();
      stopListening();
    };
  }

  /** An access token can be refreshed; an API key has no session that goes on. */
  private expire(): void {
    if (this.signedIn.key) return void this.become(null);
    this.expired = true;
    this.onChange();
  }

  settled(): Promise<void> | null {
    return this.renewing;
  }

  /** Asks who this is now. @returns whether the session is still open */
  async renew(): Promise<boolean> {
    const [current] = await this.options.currentOf([this.signedIn]);
    return this.become(current ?? null);
  }

  become(current: SignedIn | null): boolean {
    if (current) this.signedIn = current;
    this.ended = current === null;
    if (this.ended) this.onChange();
    return !this.ended;
  }

  stop(): void {
    this.stopWatching();
  }
}

const checkInterval = 15_000;
const checkedAtOnce = 1_000;

/** Everybody who holds something open. Where an announcement was lost, a look at the store once in a while finds it. */
export class LiveIdentities {
  private readonly open = new Set<LiveIdentity>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: LiveIdentityOptions) {}

  watch(signedIn: SignedIn): LiveIdentity {
    const identity = new LiveIdentity(signedIn, this.options);
    this.open.add(identity);
    this.timer ??= setInterval(() => void this.check().catch(() => {}), checkInterval).unref();
    return identity;
  }

  release(identity: LiveIdentity): void {
    identity.stop();
    this.open.delete(identity);
    if (this.open.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private async check(): Promise<void> {
    const all = [...this.open];
    for (let from = 0; from < all.length; from += checkedAtOnce) {
      const some = all.slice(from, from + checkedAtOnce);
      const current = await this.options.currentOf(some.map(({ signedIn }) => signedIn));
      some.forEach((identity, at) => this.open.has(identity) && identity.become(current[at] ?? null));
    }
  }
}
