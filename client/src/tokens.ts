/** Where a session’s tokens are kept, and how the tabs of a shop share them. */
import { browser, localStorage, onWindow, pause, store } from './platform.js';

/**
 * - `storage`: both tokens in the browser’s storage, shared by all tabs and kept between visits.
 * - `cookie`: the refresh token in a cookie that no script can read (`REFRESH_TOKEN_COOKIE=true` at the server); the
 *   access token in memory, shared with the other tabs by messages.
 * - `memory`: both tokens in this tab’s memory, gone with it.
 */
export type SessionMode = 'storage' | 'cookie' | 'memory';

export interface Tokens {
  accessToken: string;
  /** Null where it is in a cookie. */
  refreshToken: string | null;
  /** When the access token expires by this device’s clock, in milliseconds since 1970. */
  expiresAt: number;
}

/** How long a tab waits for another one to hand over the tokens it has. */
const handOver = 300;

type Message = 'ask' | { tokens: Tokens | null };

export class SharedTokens {
  /** What this tab has. In cookie mode, a new tab has none before it asked. */
  current: Tokens | null = null;
  private readonly storage = localStorage();
  private readonly channel: InstanceType<typeof BroadcastChannel> | null;
  private readonly stop: () => void;
  private readonly key: string;

  /** @param onChange told when another tab signed in or out or refreshed */
  constructor(
    endpoint: string,
    private readonly mode: SessionMode,
    private readonly onChange: () => void,
  ) {
    this.key = `plaza.session ${endpoint}`;
    this.channel = mode === 'cookie' && browser.document && typeof BroadcastChannel === 'function' ? new BroadcastChannel(this.key) : null;
    if (this.channel) this.channel.onmessage = (event: { data: unknown }) => this.receive(event.data as Message);
    if (mode === 'storage') this.current = this.stored();
    this.stop = onWindow('storage', ({ key }) => key === this.key && this.storageChanged());
  }

  /** Whether there is a session, also where its tokens have not been asked for yet. */
  get exists(): boolean {
    return this.current !== null || (this.mode === 'cookie' && this.stored() !== null);
  }

  /** What the tabs have by now. */
  async latest(): Promise<Tokens | null> {
    if (this.mode === 'storage' && this.storage) this.current = this.stored();
    if (this.mode === 'cookie') await this.askTabs();
    return this.current;
  }

  set(tokens: Tokens | null): void {
    this.current = tokens;
    if (this.mode === 'memory') return;
    const kept = tokens && this.mode === 'cookie' ? { expiresAt: tokens.expiresAt } : tokens;
    store(this.storage, this.key, kept && JSON.stringify(kept));
    this.channel?.postMessage({ tokens } satisfies Message);
  }

  close(): void {
    this.stop();
    this.channel?.close();
  }

  private stored(): Tokens | null {
    try {
      return JSON.parse(this.storage?.getItem(this.key) ?? 'null') as Tokens | null;
    } catch {
      return null;
    }
  }

  private storageChanged(): void {
    const stored = this.stored();
    if (this.mode === 'storage') this.current = stored;
    if (!stored) this.current = null;
    this.onChange();
  }

  private receive(message: Message): void {
    if (message === 'ask') {
      if (this.current) this.channel?.postMessage({ tokens: this.current } satisfies Message);
      return;
    }
    if (message.tokens?.accessToken === this.current?.accessToken) return;
    this.current = message.tokens;
    this.onChange();
  }

  /** Another tab may have refreshed what this one has, or never had: the storage says until when its token is good. */
  private async askTabs(): Promise<void> {
    const kept = this.stored();
    if (!kept || !this.channel || kept.expiresAt <= Math.max(Date.now(), this.current?.expiresAt ?? 0)) return;
    const had = this.current?.accessToken;
    this.channel.postMessage('ask' satisfies Message);
    const answered = (end: () => void): (() => void) => {
      const timer = setInterval(() => this.current?.accessToken !== had && end(), 5);
      return () => clearInterval(timer);
    };
    await pause(handOver, answered);
  }
}
