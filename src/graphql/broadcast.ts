/**
 * Fan-out: subscribers that run the same operation on the same topic share one execution and one
 * serialisation of each event. Where an answer turns out to depend on who asks, each user gets their own.
 */
import type { DocumentNode, ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import {
  accountTopic,
  encodeEventCursor,
  endOfStream,
  hiddenAuthorsTopic,
  TopicFeeds,
  Turns,
  type HiddenAuthors,
  type Realtime,
  type Follower,
  type LoggedEvent,
  type TopicFeed,
  allDone,
  type TopicSource,
} from '../realtime/index.js';
import type { Logger, RequestFacts } from '../log.js';
import { SharedContext, type RequestContext } from '../relay/context.js';
import type { CompiledOperations } from './compiled-operations.js';
import { RequestError } from '../errors.js';
import { isStoreUnavailable } from '../store/unavailable.js';
import { formatError, rootOf } from './errors.js';
import { HeldDocuments } from './held-documents.js';
import type { RateLimits } from './rate-limits.js';
import type { StoreCache } from '../store/cache/index.js';
import type { Report } from './operation-log.js';
import { textOfVariables } from './variables-text.js';

/** Where a subscriber's events go. */
export interface Sink {
  /** @param payload the execution result as JSON @param cursor where the event stands in its topic */
  send(payload: string, cursor: string): void;
  /** The same for several, in one write where it can. */
  sendAll(answers: Answers): void;
  /** Bytes handed to it that the client has not taken yet. */
  readonly backlog: number;
  /** Says that nothing follows. */
  complete(): void;
  close(reason: DropReason): void;
}

/** Answers to events that go to many subscribers alike. */
export class Answers {
  private readonly forms = new Map<string, Buffer>();

  /** @param cursors where each event stands in its topic */
  constructor(
    readonly payloads: readonly string[],
    readonly cursors: readonly string[],
  ) {}

  /** The bytes of all of them in a form, made once for all subscribers that have the same. */
  as(form: string, make: () => Buffer): Buffer {
    let bytes = this.forms.get(form);
    if (!bytes) this.forms.set(form, (bytes = make()));
    return bytes;
  }
}

/** Why a subscriber is cut off: it may connect anew, and resume. */
export type DropReason = 'too slow' | 'expired' | 'unavailable';

export interface Joined {
  /** Ends it. */
  leave(): void;
  /** Whether an event so far was answered to each user apart. */
  readonly isPersonal: boolean;
}

export interface SubscribedOperation {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  context: RequestContext;
  /** What an event costs. */
  points: number;
  /** Whether the client asks where the stream stands when it begins. */
  wantsCursor?: boolean;
}

/** Catching up pauses while more than this share of the largest backlog waits. */
const comfortableShare = 1 / 4;
const catchUpPause = 20;
const longestCatchUpPause = 30_000;
/** Milliseconds until catching up is tried again after it failed, at first and at most, and after how many it is given up. */
const catchUpAgain = { first: 50, max: 2_000, giveUp: 60_000 } as const;
/** Milliseconds; who would get events later than this is told to read the list anew. */
const longestLag = 30_000;
const tooFarBehind = JSON.stringify({
  errors: [
    {
      message: 'Events come faster than they can be delivered. Fetch the list again, then resubscribe.',
      extensions: { code: 'CURSOR_EXPIRED' },
    },
  ],
});

export class Broadcasts {
  private readonly feeds: TopicFeeds;
  private readonly groups = new Map<string, Group>();
  private readonly documentNumbers = new WeakMap<DocumentNode, number>();
  private documents = 0;
  private readonly heldDocuments = new HeldDocuments();
  private groupsMade = 0;
  private readonly turns = new Turns();

  /**
   * @param maxBacklog bytes; a client that lets more than this wait is cut off, and may resume
   * @param report told of defects
   * @param cache keeps what events came to, for those who resume; null where nothing is kept
   */
  constructor(
    private readonly operations: CompiledOperations,
    private readonly hiddenAuthors: HiddenAuthors,
    private readonly rateLimits: RateLimits,
    private readonly realtime: Realtime,
    log: Logger,
    private readonly maxBacklog: number,
    private readonly report: Report,
    private readonly cache: Pick<StoreCache, 'get'> | null,
  ) {
    this.feeds = new TopicFeeds(realtime, log);
  }

  /**
   * Joins a subscriber: first what it missed, then what happens, each event once and in order.
   * @throws RequestError RATE_LIMITED where the address has too many different live operations, NOT_FOUND where what it
   * is about is not there for the viewer
   */
  async join(source: TopicSource, operation: SubscribedOperation, sink: Sink): Promise<Joined> {
    const { metrics } = this.realtime;
    const user = operation.context.signedIn?.userId;
    const release = this.heldDocuments.hold(operation.context.address, operation.document, this.operations.sizeOf(operation.document));
    let unwatch: (() => void) | null = null;
    let feed: TopicFeed;
    try {
      unwatch = user ? await this.hiddenAuthors.watch(user) : null;
      // One that was closed while we waited for it is opened anew.
      do feed = await this.feeds.open(source.topic);
      while (feed.closed);
    } catch (error) {
      unwatch?.();
      release();
      throw error;
    }
    const group = this.groupOf(feed, source, operation);
    const position = source.after ?? feed.position;
    const member = new Member(operation, group, sink, position);
    const recheck = (): void => void member.recheck();
    const topics = user && source.mayClose ? [hiddenAuthorsTopic(user), accountTopic(user)] : [];
    const unlisten = topics.map((topic) => this.realtime.announcements.listen(topic, recheck));
    member.atEnd = [release, ...(unwatch ? [unwatch] : []), ...unlisten];
    metrics.subscribers.inc();
    group.expect(member);
    // Not before: the end of what it is about is in the topic after the place where the member begins.
    await source.requireOpen(operation.context).catch((error: unknown) => {
      member.leave();
      throw error;
    });
    metrics.subscribersAdmitted.inc();
    if (source.after !== null) metrics.subscribersResumed.inc();
    // Before the first event: whoever is cut off before any comes can still resume.
    if (operation.wantsCursor) {
      const cursor = encodeEventCursor({ topic: source.topic, sequence: position });
      sink.send(JSON.stringify({ extensions: { cursor } }), cursor);
    }
    void group.admit(member).catch((error: unknown) => {
      this.report(error, operation.context.facts);
      member.drop('unavailable');
    });
    return member;
  }

  private groupOf(feed: TopicFeed, source: TopicSource, { document, operationName, variables }: SubscribedOperation): Group {
    const declared = this.operations.operation(document, operationName).variableDefinitions ?? [];
    const names = declared.map(({ variable }) => variable.name.value).filter((name) => name !== 'after');
    const given = Object.fromEntries(names.filter((name) => name in variables).map((name) => [name, variables[name]]));
    const key = JSON.stringify([feed.topic, this.numberOf(document), operationName, textOfVariables(given)]);
    let group = this.groups.get(key);
    if (!group) {
      const execute = (event: LoggedEvent, context: RequestContext): Promise<string> =>
        this.execute(document, operationName, variables, event, context);
      // The document names the field, so all of a group want the same events.
      const delivers = (event: LoggedEvent): boolean => source.delivers(event);
      // It is about the same for all of them, too.
      const isOpen = (context: RequestContext): Promise<boolean> => source.isOpen(context);
      const { hiddenAuthors, cache, rateLimits, turns, maxBacklog } = this;
      const { latestOnly } = source;
      const dismiss = (empty: Group): void => this.dismiss(empty);
      group = new Group(
        key,
        ++this.groupsMade,
        feed,
        { delivers, isOpen, execute, latestOnly },
        { hiddenAuthors, cache, rateLimits, turns, maxBacklog, metrics: this.realtime.metrics, dismiss },
      );
      this.groups.set(key, group);
      feed.follow(group);
    }
    return group;
  }

  private dismiss(group: Group): void {
    this.groups.delete(group.key);
    group.feed.unfollow(group);
    this.feeds.release(group.feed);
  }

  private numberOf(document: DocumentNode): number {
    let number = this.documentNumbers.get(document);
    if (number === undefined) this.documentNumbers.set(document, (number = ++this.documents));
    return number;
  }

  /** @throws what passes, since that is no answer: the store cannot be reached, or takes too long. The event is there still. */
  private async execute(
    document: DocumentNode,
    operationName: string | undefined,
    variables: Record<string, unknown>,
    event: LoggedEvent,
    context: RequestContext,
  ): Promise<string> {
    const facts = { operation: operationName, ...context.facts };
    try {
      const result = await this.operations.run(document, operationName, event, context, variables);
      const passing = result.errors?.map(rootOf).find(isPassing);
      if (passing) throw passing as Error;
      return JSON.stringify(this.format(result, facts));
    } catch (error) {
      if (isPassing(error)) throw error;
      const report = (cause: unknown): void => this.report(cause, facts);
      return JSON.stringify({ errors: [formatError({ message: (error as Error).message }, error, report)] });
    }
  }

  private format(result: ExecutionResult, facts: RequestFacts): FormattedExecutionResult {
    if (!result.errors) return result;
    const errors = result.errors.map((error: GraphQLError) => formatError(error.toJSON(), error, (cause) => this.report(cause, facts)));
    return { ...(result as FormattedExecutionResult), errors };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'OPERATION_TIMEOUT';
}

function isPassing(error: unknown): boolean {
  return isTimeout(error) || isStoreUnavailable(error);
}

/** There are as many as there are subscribers: what they have in common is their group's. */
class Member implements Joined {
  left = false;
  /** What ends with it. */
  atEnd: (() => void)[] = [];
  readonly context: RequestContext;
  readonly points: number;

  constructor(
    { context, points }: SubscribedOperation,
    private readonly group: Group,
    readonly sink: Sink,
    /** The sequence of the last event it was sent. */
    public position: number,
  ) {
    this.context = context;
    this.points = points;
  }

  /** Whether the client has taken most of what it was sent. */
  get hasRoom(): boolean {
    return this.sink.backlog <= this.group.around.maxBacklog * comfortableShare;
  }

  get isPersonal(): boolean {
    return this.group.isPersonal;
  }

  leave(): void {
    if (this.left) return;
    this.left = true;
    this.group.around.metrics.subscribers.dec();
    for (const work of this.atEnd) work();
    this.group.remove(this);
  }

  /** Sends the event unless it has it already; cuts off a client that does not read. */
  send(event: LoggedEvent, payload: string, cursor: string): void {
    if (this.left || event.sequence <= this.position) return;
    const { maxBacklog, metrics } = this.group.around;
    if (this.sink.backlog > maxBacklog) return this.drop();
    this.position = event.sequence;
    if (this.mayNotSee(event)) return;
    this.sink.send(payload, cursor);
    metrics.eventsDelivered.inc();
  }

  /** The same for several that others are sent too; a member that may see some of them only is sent those. */
  sendAll(events: readonly LoggedEvent[], answers: Answers): void {
    if (this.left) return;
    const takes = (event: LoggedEvent): boolean => event.sequence > this.position && !this.mayNotSee(event);
    if (!events.every(takes)) return events.forEach((event, at) => this.send(event, answers.payloads[at]!, answers.cursors[at]!));
    const { maxBacklog, metrics } = this.group.around;
    if (this.sink.backlog > maxBacklog) return this.drop();
    this.position = events.at(-1)!.sequence;
    this.sink.sendAll(answers);
    metrics.eventsDelivered.inc(events.length);
  }

  private mayNotSee({ data }: LoggedEvent): boolean {
    const { signedIn } = this.context;
    if (signedIn === null) return false;
    const { hiddenAuthors } = this.group.around;
    return [data.author, data.owner].some((user) => user !== undefined && hiddenAuthors.hides(signedIn.userId, user));
  }

  /** Ends the subscription unless the viewer still sees what it is about. */
  async recheck(): Promise<void> {
    await this.context.identitySettled();
    const isOpen = await this.group.isOpenTo(this.context).catch(() => true);
    if (isOpen || this.left) return;
    this.sink.complete();
    this.leave();
  }

  /** Ends the subscription: the client reads the list anew, and subscribes again. */
  fallBehind(): void {
    if (this.left) return;
    this.group.around.metrics.subscribersDropped.inc({ reason: 'behind' });
    this.sink.send(tooFarBehind, '');
    this.sink.complete();
    this.leave();
  }

  drop(reason: DropReason = 'too slow'): void {
    if (this.left) return;
    this.group.around.metrics.subscribersDropped.inc({ reason });
    this.sink.close(reason);
    this.leave();
  }
}

type Execute = (event: LoggedEvent, context: RequestContext) => Promise<string>;

/** What a group delivers, and how. */
interface Delivery {
  delivers: (event: LoggedEvent) => boolean;
  /** Whether a viewer may see what it is about. */
  isOpen: (context: RequestContext) => Promise<boolean>;
  execute: Execute;
  latestOnly: boolean;
}

interface GroupSurroundings {
  hiddenAuthors: HiddenAuthors;
  cache: Pick<StoreCache, 'get'> | null;
  rateLimits: RateLimits;
  turns: Turns;
  /** Bytes that may wait for a member. */
  maxBacklog: number;
  metrics: Realtime['metrics'];
  /** Told that nobody is left. */
  dismiss: (group: Group) => void;
}

class Group implements Follower {
  private readonly live = new Set<Member>();
  private readonly waiting = new Set<Member>();
  private personal = false;
  /** The last event that went out to whoever was live then. */
  private delivered = 0;
  /** The least time from an event to its delivery so far, in milliseconds: clocks of processes differ. */
  private leastLag = Number.POSITIVE_INFINITY;

  constructor(
    readonly key: string,
    /** No other group has it, not even a later one with the same key. */
    private readonly number: number,
    readonly feed: TopicFeed,
    private readonly delivery: Delivery,
    readonly around: GroupSurroundings,
  ) {}

  /** Whether answers turned out to depend on who asks. */
  get isPersonal(): boolean {
    return this.personal;
  }

  isOpenTo(context: RequestContext): Promise<boolean> {
    return this.delivery.isOpen(context);
  }

  expect(member: Member): void {
    this.waiting.add(member);
  }

  remove(member: Member): void {
    this.live.delete(member);
    this.waiting.delete(member);
    if (this.live.size === 0 && this.waiting.size === 0) this.around.dismiss(this);
  }

  /** Brings a member up to the feed's place, however often the store is gone meanwhile. @throws where it stays away */
  async admit(member: Member): Promise<void> {
    const end = performance.now() + catchUpAgain.giveUp;
    for (let pause = catchUpAgain.first as number; ; pause = Math.min(catchUpAgain.max, 2 * pause)) {
      try {
        return await this.tryToAdmit(member);
      } catch (error) {
        if (member.left) return;
        if (!isPassing(rootOf(error)) || performance.now() > end) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  /** Between the last look and joining nothing is awaited, so there is no gap. */
  private async tryToAdmit(member: Member): Promise<void> {
    while (!member.left && member.position < Math.max(this.feed.position, this.delivered)) {
      const events = await this.feed.after(member.position);
      if (events.length === 0) break;
      if (events[0]!.sequence > member.position + 1 && !this.delivery.latestOnly) return member.fallBehind();
      for (const event of events) {
        await this.catchUp(member, event);
        if (member.left) return;
      }
    }
    if (member.left) return;
    this.waiting.delete(member);
    this.live.add(member);
  }

  private async catchUp(member: Member, event: LoggedEvent): Promise<void> {
    if (event.type === endOfStream) await member.recheck();
    if (event.hidden || !this.delivery.delivers(event)) {
      member.position = event.sequence;
      return;
    }
    if (!(await this.hasRoom(member))) return member.drop();
    await this.around.rateLimits.chargeMissedEvent(member.context, member.points, () => member.left);
    member.send(event, await this.payloadFor(event, member), encodeEventCursor(event));
  }

  /** In order: what stands before an end is delivered before it. */
  async deliver(events: readonly LoggedEvent[]): Promise<void> {
    let together: LoggedEvent[] = [];
    for (const event of events) {
      if (this.delivery.delivers(event)) together.push(event);
      if (event.type !== endOfStream) continue;
      await this.deliverTogether(together);
      together = [];
      for (const member of this.live) await member.recheck();
    }
    await this.deliverTogether(together);
    this.delivered = events.at(-1)!.sequence;
  }

  private async deliverTogether(all: readonly LoggedEvent[]): Promise<void> {
    const events = this.delivery.latestOnly ? all.slice(-1) : all;
    if (events.length === 0) return;
    if (this.isTooLate(events[0]!)) return this.giveUp();
    const cursors = events.map(encodeEventCursor);
    try {
      if (this.personal || !(await this.deliverShared(events, cursors)))
        for (const [at, event] of events.entries()) await this.deliverEach(event, cursors[at]!);
    } catch (error) {
      // The next try may take as long, and others would wait for it. Whoever resumes keeps nobody waiting.
      if (!isTimeout(error)) throw error;
      for (const member of [...this.live]) member.drop('unavailable');
    }
    for (const event of events) this.around.metrics.deliveryLag.observe((Date.now() - event.at.getTime()) / 1000);
  }

  private isTooLate({ at }: LoggedEvent): boolean {
    const lag = Date.now() - at.getTime();
    this.leastLag = Math.min(this.leastLag, lag);
    return lag - this.leastLag > longestLag;
  }

  miss(): void {
    if (!this.delivery.latestOnly) this.giveUp();
  }

  /** Events come faster than they can be delivered: who reads the list has them all at once. */
  private giveUp(): void {
    for (const member of [...this.live]) member.fallBehind();
  }

  /** @returns false where the answers depend on who asks, so that nothing was sent */
  private async deliverShared(events: readonly LoggedEvent[], cursors: readonly string[]): Promise<boolean> {
    if (this.live.size === 0 && this.waiting.size === 0) return true;
    const payloads: string[] = [];
    for (const event of events) payloads.push(await this.shared(event));
    await this.around.hiddenAuthors.settled();
    if (this.personal) return false;
    this.delivered = events.at(-1)!.sequence;
    const answers = new Answers(payloads, cursors);
    await this.around.turns.forEach(this.live, (member) => member.sendAll(events, answers));
    return true;
  }

  private async deliverEach(event: LoggedEvent, cursor: string): Promise<void> {
    await this.around.hiddenAuthors.settled();
    this.delivered = event.sequence;
    const made = new Map<string, Promise<string>>();
    await allDone([...this.live].map((member) => this.deliverTo(member, event, cursor, made)));
  }

  /** @param made what the event came to for others, by user and language */
  private async deliverTo(member: Member, event: LoggedEvent, cursor: string, made: Map<string, Promise<string>>): Promise<void> {
    const settling = member.context.identitySettled();
    if (settling) await settling;
    member.send(event, await this.payloadFor(event, member, made), cursor);
    this.around.rateLimits.chargeEvent(member.context, member.points);
    // Its answers turned out to be of one user only after that user's access token had ended.
    if (member.context.expired && !member.left) member.drop('expired');
  }

  private async payloadFor(event: LoggedEvent, member: Member, made = new Map<string, Promise<string>>()): Promise<string> {
    if (!this.personal) {
      const payload = await this.shared(event);
      if (!this.personal) return payload;
    }
    const { apiKey, signedIn, language } = member.context;
    const key = `${apiKey?.prefix ?? signedIn?.userId.toHexString() ?? ''}:${language}`;
    const payload = made.get(key) ?? this.delivery.execute(event, member.context.fresh());
    made.set(key, payload);
    return payload;
  }

  /** What an event comes to for all alike, from memory for as long as it would come to the same. */
  private async shared(event: LoggedEvent): Promise<string> {
    const execute = async (): Promise<string> => {
      const context = new SharedContext();
      const payload = await this.delivery.execute(event, context);
      this.personal ||= context.askedWho || context.askedWhomTheySee;
      return payload;
    };
    const { cache } = this.around;
    if (!cache) return execute();
    const bytesOf = (payload: string): number | null => (this.personal ? null : 2 * payload.length);
    return (await cache.get(`event ${this.number} ${event.sequence}`, execute, bytesOf)).value;
  }

  /** Waits until the client has taken most of what it was sent, but not for ever. */
  private async hasRoom(member: Member): Promise<boolean> {
    for (let waited = 0; !member.hasRoom; waited += catchUpPause) {
      if (waited >= longestCatchUpPause) return false;
      await new Promise((resolve) => setTimeout(resolve, catchUpPause));
    }
    return true;
  }
}
