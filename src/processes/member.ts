/** One of several processes that serve the same port, as it sees the others. */
import cluster from 'node:cluster';
import { AggregatorRegistry, Gauge, type Registry } from 'prom-client';
import { isOurs, type ToMember, type ToPrimary } from './messages.js';

/** How long a question to the others may stay open, in milliseconds. */
const timeout = 5_000;

type Begin = Extract<ToMember, { plaza: 'begin' }>;

export class Member {
  private lastId = 0;
  private readonly answers = new Map<number, (message: ToMember) => void>();
  private onTopics: (topics: string[]) => void = () => {};
  private catchUpTo: (place: bigint) => Promise<void> = async () => {};
  private onBegin: (begin: Begin) => void = () => {};
  private end: () => void = () => {};
  /** Resolves when the first process says to end, which it may do before this one listens to signals. */
  readonly toldToEnd = new Promise<void>((resolve) => (this.end = resolve));

  /** Null where this process serves alone. */
  static get(): Member | null {
    return cluster.isWorker ? new Member() : null;
  }

  private constructor() {
    process.on('message', (message: unknown) => {
      if (isOurs<ToMember>(message)) this.take(message);
    });
    // The process that started this one says when to end; a terminal tells both.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  }

  /** Waits for what the first process knows: where the store is, if it runs it, and whether this is the first to serve. */
  begin(): Promise<Begin> {
    const begun = new Promise<Begin>((resolve) => (this.onBegin = resolve));
    send({ plaza: 'started' });
    return begun;
  }

  /** Says that this process answers requests. */
  ready(): void {
    send({ plaza: 'ready' });
  }

  announce(topics: string[]): void {
    send({ plaza: 'announce', topics });
  }

  onAnnounced(listener: (topics: string[]) => void): void {
    this.onTopics = listener;
  }

  /** The metrics of all processes, added up. @param own what the others add to theirs */
  metricsWith(own: Registry): { contentType: string; metrics: () => Promise<string> } {
    new Gauge({ name: 'plaza_process_info', help: 'Processes that serve the port.', labelNames: ['pid'], registers: [own] }).set(
      { pid: process.pid },
      1,
    );
    AggregatorRegistry.setRegistries([own]);
    // It answers what the first process asks.
    const { contentType } = new AggregatorRegistry();
    return {
      contentType,
      metrics: async () => {
        const answer = await this.ask((id) => ({ plaza: 'metrics', id }), timeout);
        return answer?.plaza === 'metrics' ? answer.text : own.metrics();
      },
    };
  }

  /**
   * Waits until no other process answers anything older than a place in the store's order.
   * @param longest after which they no longer do, whatever they have heard, in milliseconds
   */
  async agree(place: bigint, longest: number): Promise<void> {
    await this.ask((id) => ({ plaza: 'agree', id, place: String(place), longest }), longest);
  }

  /** @param catchUpTo resolves when this process answers nothing older than the place */
  onAsked(catchUpTo: (place: bigint) => Promise<void>): void {
    this.catchUpTo = catchUpTo;
  }

  private ask(question: (id: number) => ToPrimary, longest: number): Promise<ToMember | null> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const settle = (answer: ToMember | null): void => {
        clearTimeout(timer);
        this.answers.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(null), longest);
      this.answers.set(id, settle);
      send(question(id));
    });
  }

  private take(message: ToMember): void {
    if (message.plaza === 'begin') this.onBegin(message);
    else if (message.plaza === 'stop') this.end();
    else if (message.plaza === 'announce') this.onTopics(message.topics);
    else if (message.plaza === 'catchUp')
      void this.catchUpTo(BigInt(message.place)).then(() => send({ plaza: 'caughtUp', id: message.id }));
    else this.answers.get(message.id)?.(message);
  }
}

function send(message: ToPrimary): void {
  // Without the first process this one ends.
  if (process.connected) process.send!(message);
}
