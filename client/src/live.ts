/** Live events that survive cuts, sleep, expired tokens and networks without WebSocket, without a gap or a repetition. */
import { absolute, browser, onWindow, pause } from './platform.js';
import { ResumingSubscription, type SubscriptionPayload, type SubscriptionResult } from './resume.js';
import type { Session } from './session.js';
import { EventStreamTransport, WebSocketTransport, type End, type GraphqlError, type Transport } from './transports.js';

export type TransportName = 'websocket' | 'event-stream';

export interface LiveOptions {
  /** Address of `/graphql`. */
  url: string;
  session: Session;
  /** What to try, in order. Defaults to a WebSocket, then event streams. A WebSocket is left out where there is no class for it. */
  transports?: TransportName[];
  /** Milliseconds before the first attempt to connect again; it doubles with each, up to 30 seconds. Defaults to 500. */
  retryDelay?: number;
  /** In Node before 22, the class of `ws`. */
  webSocketImpl?: unknown;
}

export interface Sink {
  next(result: SubscriptionResult): void;
  /** With GraphQL errors: the subscription was refused. `CURSOR_EXPIRED` after a long absence, or where events come too fast: fetch the list again. */
  error(errors: readonly GraphqlError[]): void;
  complete(): void;
}

/** `idle` while nothing is subscribed to. */
export type LiveStatus = 'idle' | 'connecting' | 'live';

const longestDelay = 30_000;
/** A transport is left when so many attempts in a row failed while the server answers otherwise. */
const attemptsBeforeFallback = 2;

export class LiveClient {
  private readonly transports: Transport[];
  private readonly listeners = new Set<(status: LiveStatus) => void>();
  private readonly stopListening: (() => void)[];
  private chosen = 0;
  private failures = 0;
  private waiting: Promise<void> | null = null;
  private readonly subscriptions = new Set<AbortController>();
  private wake = (): void => {};
  private currentStatus: LiveStatus = 'idle';

  constructor(private readonly options: LiveOptions) {
    const { session, transports = ['websocket', 'event-stream'], webSocketImpl = browser.WebSocket } = options;
    const given = { url: absolute(options.url), session, webSocketImpl, onConnected: () => this.connected() };
    const usable = transports.filter((name) => name !== 'websocket' || webSocketImpl !== undefined);
    this.transports = usable.map((name) => (name === 'websocket' ? new WebSocketTransport(given) : new EventStreamTransport(given)));
    const wake = (): void => {
      if (browser.document?.visibilityState !== 'hidden') this.wake();
    };
    // What was asked as somebody must not go on as somebody else.
    const online = (): void => {
      // Another network may let through what the last one did not.
      this.chosen = 0;
      wake();
    };
    this.stopListening = [session.onChange(() => this.transports[this.chosen]?.cut()), onWindow('online', online), onWindow('focus', wake)];
  }

  get status(): LiveStatus {
    return this.currentStatus;
  }

  /** Calls back with each change of the status. @returns stops it */
  onStatus(listener: (status: LiveStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * @returns ends the subscription
   * @throws TypeError where only WebSockets are to be tried and there is no class for them
   */
  subscribe(payload: SubscriptionPayload, sink: Sink): () => void {
    if (this.transports.length === 0)
      throw new TypeError('There is no WebSocket here: pass the class of "ws" as webSocketImpl, or add "event-stream" to transports.');
    const stop = new AbortController();
    this.subscriptions.add(stop);
    if (this.currentStatus === 'idle') this.setStatus('connecting');
    void this.follow(new ResumingSubscription(payload), guarded(sink), stop.signal).finally(() => {
      this.subscriptions.delete(stop);
      if (this.subscriptions.size === 0) this.setStatus('idle');
    });
    return () => stop.abort();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.abort();
    this.stopListening.forEach((stop) => stop());
    this.listeners.clear();
  }

  private get transport(): Transport {
    return this.transports[this.chosen]!;
  }

  private async follow(subscription: ResumingSubscription, sink: Sink, signal: AbortSignal): Promise<void> {
    let expired: readonly GraphqlError[] | undefined;
    const next = (result: SubscriptionResult): void => {
      const received = signal.aborted ? null : subscription.receive(result);
      if (!received) return;
      expired = expiryIn(received);
      if (!expired) sink.next(received);
    };
    while (!signal.aborted) {
      const { transport } = this;
      const token = await this.options.session.token();
      const end = await transport.run(subscription.payload, next, signal);
      if (signal.aborted) return;
      if (end.kind === 'complete') return expired ? sink.error(expired) : sink.complete();
      if (end.kind === 'refused') return sink.error(end.errors);
      // Without a session, it is the subscription that nobody but a user may have.
      if (end.errors && token === null) return sink.error(end.errors);
      await this.recover(end, transport, token);
    }
  }

  /** Waits until it makes sense to connect again. Subscriptions that were cut together wait together. */
  private async recover({ reason, retryAfter }: Extract<End, { kind: 'cut' }>, transport: Transport, token: string | null): Promise<void> {
    if (reason === 'turn') return;
    this.setStatus('connecting');
    if (reason !== 'lost' && token !== null && (await this.hasOtherToken(token))) return;
    await (this.waiting ??= this.backOff(transport, retryAfter).finally(() => (this.waiting = null)));
  }

  /** Whether there is another token than the refused one now, or none because the session has ended. */
  private hasOtherToken(refused: string): Promise<boolean> {
    return this.options.session.next(refused).then(
      (next) => next !== refused,
      () => false,
    );
  }

  private async backOff(transport: Transport, retryAfter = 0): Promise<void> {
    const { retryDelay = 500 } = this.options;
    const delay = Math.min(longestDelay, retryDelay * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.failures++;
    if (transport === this.transport && this.failures >= attemptsBeforeFallback && (await this.isReachable())) this.useNextTransport();
    await pause(Math.max(delay, retryAfter), (end) => {
      this.wake = retryAfter ? () => {} : end;
      return () => (this.wake = () => {});
    });
  }

  /** Whether the server is there, so that it is the transport that does not get through. */
  private async isReachable(): Promise<boolean> {
    if (this.chosen === this.transports.length - 1) return false;
    const body = JSON.stringify({ query: '{ __typename }' });
    const { url, session } = this.options;
    const answer = session.fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return answer.then(
      ({ ok }) => ok,
      () => false,
    );
  }

  private useNextTransport(): void {
    this.chosen++;
    this.failures = 0;
  }

  private connected(): void {
    this.failures = 0;
    this.setStatus('live');
  }

  private setStatus(status: LiveStatus): void {
    if (status === this.currentStatus) return;
    this.currentStatus = status;
    for (const listener of this.listeners) listener(status);
  }
}

/** Why the list has to be fetched again, where the server can't deliver what happened. */
function expiryIn({ data, errors }: SubscriptionResult): readonly GraphqlError[] | undefined {
  const given = errors as readonly GraphqlError[] | undefined;
  return !data && given?.some(({ extensions }) => extensions?.['code'] === 'CURSOR_EXPIRED') ? given : undefined;
}

/** What a subscriber throws is its own affair: it must not cut the others off. */
function guarded(sink: Sink): Sink {
  const alone =
    <Args extends unknown[]>(call: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        call(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    };
  return {
    next: alone((result) => sink.next(result)),
    error: alone((errors) => sink.error(errors)),
    complete: alone(() => sink.complete()),
  };
}
