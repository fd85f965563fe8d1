/** What subscribers get while the store is away: nothing instead of a failure, and everything once it is back. */
import { parse, type DocumentNode, type ExecutionResult } from 'graphql';
import mongoose, { Types } from 'mongoose';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { Broadcasts, type Answers, type Sink } from '../../src/graphql/broadcast.js';
import { RequestError } from '../../src/errors.js';
import type { CompiledOperations } from '../../src/graphql/compiled-operations.js';
import type { RateLimits } from '../../src/graphql/rate-limits.js';
import type { EventLog, LoggedEvent } from '../../src/realtime/event-log.js';
import { HiddenAuthors, TopicSource, type Realtime } from '../../src/realtime/index.js';
import { Announcements } from '../../src/realtime/announcements.js';
import { RealtimeMetrics } from '../../src/realtime/metrics.js';
import { ExactCache } from '../../src/store/cache/exact-cache.js';
import { noteRead } from '../../src/store/cache/reads.js';
import { noStreams, RequestContext } from '../../src/relay/context.js';

const topic = 'comments:1';
const document = parse('subscription { commentAdded { body } }');

/** A topic and whoever answers its events, of which anything may be away. */
class Shop {
  readonly events: LoggedEvent[] = [];
  /** How many more reads of the log, and answers, fail. */
  failures = { reads: 0, answers: 0 };
  /** Whether what fails takes too long instead. */
  isSlow = false;
  /** How many answers were made. */
  made = 0;
  readonly kept = new ExactCache(1_000_000, { onEvict: () => {}, onInvalidate: () => {} });
  readonly reported: unknown[] = [];
  readonly announcements = new Announcements();
  readonly broadcasts: Broadcasts;

  constructor() {
    const log: Pick<EventLog, 'after' | 'latestSequence' | 'latestSequences'> = {
      after: async (_topic, sequence, limit) => {
        this.fail('reads');
        return this.events.filter((event) => event.sequence > sequence).slice(0, limit);
      },
      latestSequence: async () => this.events.length,
      latestSequences: async () => [[topic, this.events.length]],
    };
    const operations = {
      sizeOf: () => 1,
      operation: (given: DocumentNode) => given.definitions[0],
      run: async (_document: DocumentNode, _name: undefined, event: LoggedEvent): Promise<ExecutionResult> => {
        this.fail('answers');
        this.made++;
        noteRead('comments', { text: String(event.sequence) });
        return { data: { commentAdded: event.sequence } };
      },
    };
    const realtime = { announcements: this.announcements, metrics: new RealtimeMetrics(new Registry()), eventLog: log };
    this.broadcasts = new Broadcasts(
      operations as unknown as CompiledOperations,
      new HiddenAuthors(this.announcements, async () => new Set()),
      { chargeMissedEvent: async () => {}, chargeEvent: () => {} } as unknown as RateLimits,
      realtime as unknown as Realtime,
      pino({ level: 'silent' }),
      1_000_000,
      (error) => this.reported.push(error),
      {
        get: async <Value>(key: string, work: () => Promise<Value>, sizeOf: (value: Value) => number | null) => {
          const known = this.kept.get<Value>(key);
          return known === undefined ? this.kept.make(key, work, sizeOf) : { value: known, isCacheable: true };
        },
      },
    );
  }

  write(): void {
    this.events.push(event(this.events.length + 1));
    this.announcements.announce([topic]);
  }

  /** @param after a cursor's place; null for new events only */
  async subscriber(after: number | null = null): Promise<string[]> {
    const received: string[] = [];
    const sink: Sink = {
      send: (payload) => void received.push(payload),
      sendAll: ({ payloads }: Answers) => void received.push(...payloads),
      backlog: 0,
      complete: () => void received.push('complete'),
      close: (reason) => void received.push(reason),
    };
    const context = new RequestContext({ signedIn: null }, '127.0.0.1', noStreams);
    const source = new TopicSource(topic, after, null, null);
    await this.broadcasts.join(source, { document, operationName: undefined, variables: {}, context, points: 1 }, sink);
    return received;
  }

  private fail(what: 'reads' | 'answers'): void {
    if (this.failures[what] === 0) return;
    this.failures[what]--;
    if (this.isSlow) throw new RequestError('OPERATION_TIMEOUT', 'The operation took too long.');
    throw new mongoose.mongo.MongoNetworkError('the connection is lost');
  }
}

const answer = (sequence: number): string => JSON.stringify({ data: { commentAdded: sequence } });
const patience = { timeout: 120_000 };

test.concurrent('an event whose answer fails with the store comes when the store is back, once and in order', async () => {
  const shop = new Shop();
  const subscribers = await Promise.all([shop.subscriber(), shop.subscriber()]);
  shop.failures.answers = 2;
  shop.write();
  shop.write();
  await vi.waitFor(
    () =>
      expect(subscribers).toEqual([
        [answer(1), answer(2)],
        [answer(1), answer(2)],
      ]),
    patience,
  );
});

test.concurrent('who cannot be answered in time is cut off without the event, and has it when resuming', async () => {
  const shop = new Shop();
  const received = await shop.subscriber();
  shop.isSlow = true;
  shop.failures.answers = 2;
  shop.write();
  await vi.waitFor(() => expect(received).toEqual(['unavailable']), patience);
  const resumed = await shop.subscriber(0);
  await vi.waitFor(() => expect(resumed).toEqual([answer(1)]), patience);
});

test.concurrent('an event that cannot be read is read again without another announcement', async () => {
  const shop = new Shop();
  const received = await shop.subscriber();
  await vi.waitFor(() => expect(shop.failures.reads).toBe(0), patience);
  shop.failures.reads = 1;
  shop.write();
  await vi.waitFor(() => expect(received).toEqual([answer(1)]), { timeout: 4_000 });
});

test.concurrent.each(['reads', 'answers'] as const)(
  'a subscriber catches up where %s fail meanwhile, and then gets what is new',
  async (what) => {
    const shop = new Shop();
    const first = await shop.subscriber();
    for (let at = 0; at < 300; at++) shop.write();
    await vi.waitFor(() => expect(first).toHaveLength(300), patience);
    shop.failures[what] = 2;
    const received = await shop.subscriber(0);
    await vi.waitFor(() => expect(received).toHaveLength(300), patience);
    shop.write();
    await vi.waitFor(() => expect(received).toEqual(shop.events.map(({ sequence }) => answer(sequence))), patience);
    expect(shop.reported).toEqual([]);
  },
);

function event(sequence: number): LoggedEvent {
  return { _id: new Types.ObjectId(), topic, sequence, type: 'ADDED', data: {}, at: new Date() };
}

test('an answer is made once for all who are told or resume, and anew once what it was made from has changed', async () => {
  const shop = new Shop();
  const first = await shop.subscriber();
  shop.write();
  await vi.waitFor(() => expect(first).toEqual([answer(1)]), patience);
  const resume = async (): Promise<number> => {
    const received = await shop.subscriber(0);
    await vi.waitFor(() => expect(received).toEqual([answer(1)]), patience);
    return shop.made;
  };
  expect(await resume()).toBe(1);
  const change = (text: string) => ({ collection: 'comments', images: { before: () => ({ text }), after: () => null } });
  shop.kept.onChanges([change('2')]);
  expect(await resume()).toBe(1);
  shop.kept.onChanges([change('1')]);
  expect(await resume()).toBe(2);
});
