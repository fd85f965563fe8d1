/** How a subscription’s events get here: over one WebSocket for all, or over an event stream for each. */
import { createClient, type Client } from 'graphql-ws';
import { later } from './platform.js';
import type { SubscriptionPayload, SubscriptionResult } from './resume.js';
import type { Session } from './session.js';

/** How one connection’s part of a subscription ended. */
export type End =
  /** The server has nothing more to say, or nobody listens any more. */
  | { kind: 'complete' }
  /** The server refuses it, with GraphQL errors. */
  | { kind: 'refused'; errors: readonly GraphqlError[] }
  /** The connection was lost. */
  | { kind: 'cut'; reason: CutReason; retryAfter?: number; errors?: readonly GraphqlError[] };

/** `expired`: the access token has expired. `ended`: the session has. `turn`: it is another stream’s turn. */
export type CutReason = 'expired' | 'ended' | 'turn' | 'lost';

export interface GraphqlError {
  message: string;
  extensions?: { code?: string };
}

export interface Transport {
  /** Runs until the subscription or the connection ends. */
  run(payload: SubscriptionPayload, next: (result: SubscriptionResult) => void, signal: AbortSignal): Promise<End>;
  /** Cuts what is open. */
  cut(): void;
}

const ended: End = { kind: 'complete' };
/** Where nothing comes for so long, the connection is dead: the server answers pings, and streams have a heartbeat. */
const silence = 30_000;
const pingInterval = 12_000;

export interface TransportOptions {
  url: string;
  session: Session;
  /** Told of each connection that stands. */
  onConnected: () => void;
  webSocketImpl?: unknown;
}

export class WebSocketTransport implements Transport {
  private readonly client: Client;
  private stopWatch = (): void => {};

  constructor({ url, session, onConnected, webSocketImpl }: TransportOptions) {
    const alive = (): void => {
      this.stopWatch();
      this.stopWatch = later(() => this.client.terminate(), silence);
    };
    this.client = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl,
      retryAttempts: 0,
      keepAlive: pingInterval,
      connectionAckWaitTimeout: silence / 2,
      async connectionParams() {
        const token = await session.token();
        const language = session.language();
        return { ...(token && { authorization: `Bearer ${token}` }), ...(language && { acceptLanguage: language }) };
      },
      on: {
        connected: () => {
          alive();
          onConnected();
        },
        message: alive,
        closed: () => this.stopWatch(),
      },
    });
  }

  run(payload: SubscriptionPayload, next: (result: SubscriptionResult) => void, signal: AbortSignal): Promise<End> {
    let stop = (): void => {};
    return new Promise<End>((resolve) => {
      const unsubscribe = this.client.subscribe(payload as never, {
        next: (result) => next(result as SubscriptionResult),
        error: (error) => resolve(endOf(error)),
        complete: () => resolve(ended),
      });
      stop = () => {
        unsubscribe();
        resolve(ended);
      };
      signal.addEventListener('abort', stop);
    }).finally(() => signal.removeEventListener('abort', stop));
  }

  cut(): void {
    this.client.terminate();
  }
}

function endOf(error: unknown): End {
  if (Array.isArray(error)) return { kind: 'refused', errors: error as GraphqlError[] };
  const { code = 0, reason = '' } = (error ?? {}) as { code?: number; reason?: string };
  if (code === 4401 || (code === 4403 && reason.startsWith('UNAUTHENTICATED'))) return { kind: 'cut', reason: 'ended' };
  return { kind: 'cut', reason: code === 4403 ? 'expired' : 'lost' };
}

/** A browser opens six connections to a host without HTTP/2. These streams leave two for everything else. */
const maxStreams = 4;
/** Where more subscriptions than that want a stream, they take turns. Nothing is lost, since each goes on where it was. */
const turn = 3_000;

interface OpenStream {
  connection: AbortController;
  startedAt: number;
  yielded: boolean;
}

export class EventStreamTransport implements Transport {
  private readonly open = new Set<OpenStream>();
  private readonly waiting: (() => void)[] = [];
  private slots = maxStreams;
  private rotating = false;

  constructor(private readonly options: TransportOptions) {}

  async run(payload: SubscriptionPayload, next: (result: SubscriptionResult) => void, signal: AbortSignal): Promise<End> {
    await this.takeSlot();
    const stream: OpenStream = { connection: new AbortController(), startedAt: Date.now(), yielded: false };
    const stop = (): void => stream.connection.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    this.open.add(stream);
    this.rotate();
    try {
      return await this.read(payload, next, stream);
    } catch {
      return signal.aborted ? ended : { kind: 'cut', reason: stream.yielded ? 'turn' : 'lost' };
    } finally {
      signal.removeEventListener('abort', stop);
      this.open.delete(stream);
      this.freeSlot();
    }
  }

  cut(): void {
    for (const { connection } of this.open) connection.abort();
  }

  private async takeSlot(): Promise<void> {
    if (this.slots > 0) return void this.slots--;
    const given = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.rotate();
    await given;
  }

  /** Whoever waits gets it at once, before anybody else can ask. */
  private freeSlot(): void {
    const first = this.waiting.shift();
    if (first) first();
    else this.slots++;
  }

  /** While somebody waits, the stream that is open for longest gives way once it had its turn. */
  private rotate(): void {
    const oldest = [...this.open].find(({ yielded }) => !yielded);
    if (this.rotating || this.waiting.length === 0 || !oldest) return;
    this.rotating = true;
    later(
      () => {
        this.rotating = false;
        if (this.waiting.length > 0 && this.open.has(oldest)) {
          oldest.yielded = true;
          oldest.connection.abort();
        }
        this.rotate();
      },
      Math.max(0, oldest.startedAt + turn - Date.now()),
    );
  }

  private async read(payload: SubscriptionPayload, next: (result: SubscriptionResult) => void, { connection }: OpenStream): Promise<End> {
    const { url, session, onConnected } = this.options;
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const response = await session.fetch(url, { method: 'POST', headers, body: JSON.stringify(payload), signal: connection.signal });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return refusalOf(response);
    onConnected();
    const reader = response.body!.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>;
    const events = new EventParser();
    for (;;) {
      const stopWatch = later(() => connection.abort(), silence);
      const { done, value } = await reader.read().finally(stopWatch);
      if (done) return { kind: 'cut', reason: 'lost' };
      for (const { event, data } of events.add(value)) {
        if (event === 'complete') return ended;
        const result = JSON.parse(data) as SubscriptionResult & { errors?: GraphqlError[] };
        if (result.errors && !('data' in result)) return failure(result.errors);
        next(result);
      }
    }
  }
}

function failure(errors: readonly GraphqlError[]): End {
  return errors[0]?.extensions?.code === 'UNAUTHENTICATED' ? { kind: 'cut', reason: 'ended', errors } : { kind: 'refused', errors };
}

async function refusalOf(response: Response): Promise<End> {
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: GraphqlError[] };
  const retryAfter = Number(response.headers.get('retry-after')) * 1000 || undefined;
  if (!errors || response.status >= 500) return { kind: 'cut', reason: 'lost', retryAfter };
  return response.status === 429 ? { kind: 'cut', reason: 'lost', retryAfter } : failure(errors);
}

interface ServerEvent {
  event: string;
  data: string;
}

/** Cuts the text of an event stream into its events. */
export class EventParser {
  private text = '';

  add(text: string): ServerEvent[] {
    const blocks = (this.text + text).split(/\r?\n\r?\n/);
    this.text = blocks.pop()!;
    return blocks.map(eventOf).filter(({ event }) => event !== '');
  }
}

function eventOf(block: string): ServerEvent {
  const found: ServerEvent = { event: '', data: '' };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(event|data): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') found.event = value;
    if (field === 'data') found.data += value;
  }
  return found;
}
