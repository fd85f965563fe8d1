/**
 * What visitors do, for recommendations to learn from: in batches, also when the tab is closed, each event counted once.
 * Events are kept in the browser’s storage until the server has them. What is sent again has the same ID.
 */
import { absolute, browser, later, localStorage, onWindow, store, type ElementObserver } from './platform.js';
import type { Session } from './session.js';

export interface TrackerOptions {
  /** Address of `/graphql`. */
  url: string;
  session: Session;
  /** Whether to track at all: what the visitor agreed to. While false, nothing is kept or sent. Defaults to false. */
  enabled?: boolean;
  /** Milliseconds that events are gathered. Defaults to 2,000. */
  flushInterval?: number;
}

interface TrackedEvent {
  eventId: string;
  kind: 'VIEW' | 'CLICK' | 'ADD_TO_CART' | 'IMPRESSION';
  occurredAt: string;
  productId?: string;
  impressionId?: string;
}

interface Queued extends TrackedEvent {
  /** Whose it is: a user, or null for the visitor. */
  user: string | null;
}

const query = 'mutation TrackEvents($input:TrackEventsInput!){trackEvents(input:$input){acceptedCount userErrors{code}}}';
const maxBatch = 100;
const maxQueued = 500;
/** The server takes no older events. */
const maxAge = 7 * 24 * 60 * 60 * 1000;
const visibleShare = 0.5;
const visibleFor = 500;

export class Tracker {
  private readonly url: string;
  private readonly storage = localStorage();
  private readonly key: string;
  private queue: Queued[];
  private isEnabled: boolean;
  private stopTimer: (() => void) | null = null;
  private sending: Promise<void> | null = null;
  private visitor: string | null = null;
  private observer: ElementObserver | null = null;
  private readonly observed = new Map<object, { impressionId: string; stop: () => void }>();
  private readonly stopListening: (() => void)[];

  constructor(private readonly options: TrackerOptions) {
    this.url = absolute(options.url);
    this.key = `plaza.tracking ${this.url}`;
    this.isEnabled = options.enabled ?? false;
    this.queue = this.isEnabled ? this.kept() : [];
    const leave = (): void => this.sendNow();
    this.stopListening = [onWindow('pagehide', leave), onWindow('online', () => this.schedule())];
    browser.document?.addEventListener('visibilitychange', () => browser.document?.visibilityState === 'hidden' && leave());
    if (this.queue.length > 0) this.schedule();
  }

  /** The anonymous visitor’s ID, for `visitorId` of other fields. Null while tracking is off. */
  get visitorId(): string | null {
    if (!this.isEnabled) return null;
    this.visitor ??= this.storage?.getItem(`${this.key} visitor`) ?? null;
    if (!this.visitor) store(this.storage, `${this.key} visitor`, (this.visitor = newId()));
    return this.visitor;
  }

  /** What the visitor agrees to. Withdrawing forgets what was not sent, and the visitor’s ID. */
  setEnabled(enabled: boolean): void {
    this.isEnabled = enabled;
    if (enabled) return;
    this.visitor = null;
    store(this.storage, `${this.key} visitor`, null);
    this.keep([]);
  }

  viewed(productId: string): void {
    this.add({ kind: 'VIEW', productId });
  }

  clicked(productId: string): void {
    this.add({ kind: 'CLICK', productId });
  }

  addedToCart(productId: string): void {
    this.add({ kind: 'ADD_TO_CART', productId });
  }

  /** A recommendation came into view. Counted once for each `impressionId`. */
  shown(impressionId: string): void {
    this.add({ kind: 'IMPRESSION', impressionId }, `i${impressionId.slice(-60)}`);
  }

  /** Calls `shown` once half of the element was in view for half a second. @returns stops watching it */
  observe(element: object, impressionId: string): () => void {
    if (!browser.IntersectionObserver) return () => {};
    this.observer ??= new browser.IntersectionObserver((entries) => entries.forEach((entry) => this.seen(entry)), {
      threshold: visibleShare,
    });
    this.observed.set(element, { impressionId, stop: () => {} });
    this.observer.observe(element);
    return () => this.unobserve(element);
  }

  /** Sends what waits. Resolves once the server has it, or could not be reached. */
  flush(): Promise<void> {
    return (this.sending ??= this.sendAll().finally(() => (this.sending = null)));
  }

  close(): void {
    this.stopTimer?.();
    this.stopListening.forEach((stop) => stop());
    this.observer?.disconnect();
  }

  private seen({ target, isIntersecting }: { target: object; isIntersecting: boolean }): void {
    const watched = this.observed.get(target);
    watched?.stop();
    if (!watched || !isIntersecting) return;
    watched.stop = later(() => {
      this.unobserve(target);
      this.shown(watched.impressionId);
    }, visibleFor);
  }

  private unobserve(element: object): void {
    this.observed.get(element)?.stop();
    this.observed.delete(element);
    this.observer?.unobserve(element);
  }

  private add(event: Omit<TrackedEvent, 'eventId' | 'occurredAt'>, eventId = newId()): void {
    if (!this.isEnabled || this.queue.some((queued) => queued.eventId === eventId)) return;
    const occurredAt = new Date().toISOString();
    this.keep([...this.queue, { eventId, occurredAt, ...event, user: this.options.session.userKey }].slice(-maxQueued));
    if (this.queue.length >= maxBatch) void this.flush();
    else this.schedule();
  }

  private schedule(): void {
    this.stopTimer ??= later(() => {
      this.stopTimer = null;
      void this.flush();
    }, this.options.flushInterval ?? 2_000);
  }

  private async sendAll(): Promise<void> {
    const token = await this.options.session.token();
    for (let batch = this.nextBatch(); batch; batch = this.nextBatch()) {
      const sent = await this.send(batch, batch.user === null ? null : token).catch(() => false);
      if (!sent) return this.schedule();
      this.drop(batch.events);
    }
  }

  /** The events of one person. Those of a user who is signed out are for nobody any more. */
  private nextBatch(): { user: string | null; events: Queued[] } | null {
    const { userKey } = this.options.session;
    const since = Date.now() - maxAge;
    const fresh = this.queue.filter(({ user, occurredAt }) => (user === null || user === userKey) && Date.parse(occurredAt) > since);
    if (fresh.length < this.queue.length) this.keep(fresh);
    const user = fresh[0]?.user ?? null;
    const events = fresh.filter((event) => event.user === user).slice(0, maxBatch);
    return events.length > 0 ? { user, events } : null;
  }

  /** @returns whether the server has decided about the events: what it refuses, it would refuse again */
  private async send({ user, events }: { user: string | null; events: Queued[] }, token: string | null): Promise<boolean> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(this.url, { method: 'POST', headers, body: this.bodyOf(events, user) });
    return response.ok || response.status === 400;
  }

  /** The page may be gone in a moment: nobody will be there for the answer, so that the events stay in the queue. */
  private sendNow(): void {
    const batch = this.isEnabled ? this.nextBatch() : null;
    if (!batch) return;
    const body = this.bodyOf(batch.events, batch.user);
    const token = batch.user === null ? null : this.options.session.currentToken;
    if (token) {
      // A beacon cannot carry a token.
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      fetch(this.url, { method: 'POST', headers, body, keepalive: true }).catch(() => {});
    } else browser.navigator?.sendBeacon?.(this.url, new Blob([body], { type: 'application/json' }));
  }

  private bodyOf(events: Queued[], user: string | null): string {
    const visitorId = user === null ? this.visitorId : undefined;
    return JSON.stringify({ query, variables: { input: { visitorId, events: events.map(({ user: _user, ...event }) => event) } } });
  }

  private drop(sent: Queued[]): void {
    const ids = new Set(sent.map(({ eventId }) => eventId));
    this.keep(this.queue.filter(({ eventId }) => !ids.has(eventId)));
  }

  private keep(queue: Queued[]): void {
    this.queue = queue;
    store(this.storage, this.key, queue.length > 0 ? JSON.stringify(queue) : null);
  }

  private kept(): Queued[] {
    try {
      return JSON.parse(this.storage?.getItem(this.key) ?? '[]') as Queued[];
    } catch {
      return [];
    }
  }
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
