/** Operations over WebSocket: the graphql-transport-ws protocol, authenticated in `connection_init`. */
import type { IncomingMessage } from 'node:http';
import { createSourceEventStream, GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { RequestError } from '../errors.js';
import { languageOf } from '../messages/index.js';
import { TopicSource, type Realtime } from '../realtime/index.js';
import { RequestContext, type Identity, type SignedIn, type Streams } from '../relay/context.js';
import { admit } from './admission.js';
import type { Answers, Broadcasts, DropReason, Joined, Sink } from './broadcast.js';
import type { CompiledOperations } from './compiled-operations.js';
import { formatError } from './errors.js';
import type { Report } from './operation-log.js';
import type { RateLimits } from './rate-limits.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { closeCode, closeFirmly, type Caller, type SocketExtra, type SocketMessage } from './socket-server.js';
import type { LiveConnections, LiveIdentities, LiveIdentity } from './live-connections.js';

export interface LiveOptions {
  realtime: Realtime;
  streams: Streams;
  operations: CompiledOperations;
  broadcasts: Broadcasts;
  connections: LiveConnections;
  identities: LiveIdentities;
  rateLimits: RateLimits;
  /** Null where any document runs. */
  trusted: TrustedDocuments | null;
  /** The address of whoever is behind a request, also where a proxy forwards it. */
  addressOf: (request: IncomingMessage) => string;
  /** @throws RequestError UNAUTHENTICATED or TOKEN_EXPIRED for a token that is not good */
  authenticate: (authorization: string | undefined) => Promise<SignedIn | null>;
  report: Report;
}

interface Connected extends SocketExtra {
  context?: RequestContext;
  identity?: LiveIdentity;
  leave?: (() => void)[];
  /** Those of whoever signed in. */
  subscriptions?: Set<Subscription>;
}

type Parameters = Record<string, unknown>;

const stranger: Identity = { signedIn: null };
const tokenExpired = 'TOKEN_EXPIRED: The access token has expired.';
/** Characters of what clients call their operations. It is sent with every event. */
const longestId = 200;

/** What an operation runs with, and which of a connection's it is. */
interface LiveArguments extends ExecutionArgs {
  contextValue: RequestContext;
  context: Context<Parameters, Connected>;
  message: SocketMessage;
  id: string;
  points: number;
  wantsCursor: boolean;
}

export function webSocketOptions(options: LiveOptions): ServerOptions<Parameters, Connected> {
  const { operations, broadcasts, connections, rateLimits, report } = options;
  const { subscriptionsPerConnection } = connections.limits;
  const format = (error: GraphQLError) => formatError(error.toJSON(), error, report);
  return {
    async onConnect({ connectionParams, extra }) {
      extra.begun = await connect(options, connectionParams ?? {}, extra);
      return extra.begun;
    },
    onClose: ({ extra }) => extra.leave?.forEach((leave) => leave()),
    async onSubscribe(context, id, payload): Promise<LiveArguments | readonly GraphQLError[]> {
      const { extra, subscriptions } = context;
      const { message } = extra;
      try {
        begin(extra, id);
        if (Object.keys(subscriptions).length > subscriptionsPerConnection) {
          throw new RequestError('RATE_LIMITED', `A connection holds at most ${subscriptionsPerConnection} subscriptions.`);
        }
        const { query, operationName, variables, extensions } = options.trusted?.resolve(payload) ?? payload;
        const document = operations.document(query);
        if (!('kind' in document)) {
          await rateLimits.chargeRefused(query, extra.context!.address);
          return document;
        }
        const name = operationName || undefined;
        if (extra.identity && !(await isCurrent(extra.identity, extra.socket))) return [wrapped(sessionEnded())];
        const contextValue = extra.context!.fresh();
        const { points } = await admit(options, document, name, variables ?? {}, contextValue);
        const execution = { schema: operations.schema, document, operationName: name, variableValues: variables, contextValue };
        return { ...execution, context, message, id, points, wantsCursor: asksForCursor(extensions) };
      } catch (error) {
        return [wrapped(error)];
      }
    },
    execute: ({ document, operationName, contextValue, variableValues }: ExecutionArgs) =>
      withoutThrowing(() => operations.run(document, operationName ?? undefined, {}, contextValue as RequestContext, variableValues ?? {})),
    subscribe: (args: ExecutionArgs) => withoutThrowing(() => subscribe(broadcasts, args as LiveArguments)),
    onError: (_context, _id, _payload, errors) => errors.map((error) => format(error)),
    onNext: (_context, _id, _payload, { contextValue }, result) => {
      const cost = rateLimits.chargeOf(contextValue as RequestContext);
      const errors = result.errors?.map((error) => format(error));
      return { ...result, ...(errors && { errors }), extensions: { ...result.extensions, cost } };
    },
  };
}

/** @throws RequestError for what another operation is called that has not ended, and for what is too much */
function begin({ message, operations }: Connected, id: string): void {
  if (id.length > longestId) throw new RequestError('BAD_USER_INPUT', `The id has more than ${longestId} characters.`);
  if (operations.has(id)) throw new RequestError('BAD_USER_INPUT', 'The last operation with this id has not ended yet. Use another id.');
  operations.add(id);
  message.operation = id;
  if (!message.fits) throw new RequestError('RATE_LIMITED', 'This address has too much open.');
}

/** Scripts in browsers cannot set the headers of a handshake, so that who chose a language sends it with the token. */
function languageFor(parameters: Parameters, caller: Caller): string | undefined {
  const { acceptLanguage } = parameters;
  return typeof acceptLanguage === 'string' ? languageOf(acceptLanguage) : caller.acceptLanguage;
}

async function connect(
  { realtime, streams, authenticate, connections, identities }: LiveOptions,
  parameters: Parameters,
  extra: Connected,
): Promise<boolean> {
  const authorization = parameters['authorization'] ?? parameters['Authorization'];
  const { socket, caller } = extra;
  const token = typeof authorization === 'string' ? authorization : undefined;
  let signedIn: SignedIn | null;
  try {
    signedIn = await authenticate(token);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    socket.close(closeCode.forbidden, `${error.code}: ${error.message}`);
    return false;
  }
  const client = { userAgent: caller.userAgent, acceptLanguage: languageFor(parameters, caller) };
  if (!signedIn) {
    extra.context = Object.assign(new RequestContext(stranger, caller.address, streams), client);
    return true;
  }
  // Whoever left while the token was checked is not counted, since nothing would count them out.
  if (socket.readyState !== socket.OPEN) return false;
  const leave = connections.enterUser(signedIn);
  if (!leave) {
    socket.close(closeCode.tooMany, 'Too many connections of this user');
    return false;
  }
  const identity = identities.watch(signedIn);
  identity.onChange = () => {
    if (!identity.ended && !holdsPersonal(extra)) return;
    realtime.metrics.subscribersDropped.inc({ reason: 'session ended' });
    if (identity.ended) socket.close(closeCode.sessionEnded, 'UNAUTHENTICATED: The session has ended.');
    else socket.close(closeCode.forbidden, tokenExpired);
  };
  extra.identity = identity;
  extra.context = Object.assign(new RequestContext(identity, caller.address, streams), client);
  extra.leave = [leave, () => identities.release(identity)];
  return true;
}

/** Whether something on the socket is for its user alone. What is for everybody goes on when the access token ends. */
function holdsPersonal({ subscriptions }: Connected): boolean {
  return [...(subscriptions ?? [])].some((subscription) => subscription.isPersonal);
}

/** Asked before every operation. After the access token has ended, whatever is new needs a new connection. */
async function isCurrent(identity: LiveIdentity, socket: WebSocket): Promise<boolean> {
  if (!identity.expired) return identity.renew();
  socket.close(closeCode.forbidden, tokenExpired);
  return false;
}

function sessionEnded(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'This session has ended. Sign in again.');
}

/** Whatever fails belongs to one operation; thrown, it would close the socket and end every other one with it. */
async function withoutThrowing<Result>(work: () => Promise<Result>): Promise<Result | ExecutionResult> {
  try {
    return await work();
  } catch (error) {
    return { errors: [wrapped(error)] };
  }
}

function wrapped(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error });
}

/** Clients ask with `extensions: { cursor: true }`, and get one answer without data before the first event. */
export function asksForCursor(extensions: unknown): boolean {
  return (extensions as { cursor?: unknown } | null | undefined)?.cursor === true;
}

/** Where a subscription field says to read a topic, or what is wrong with its arguments. */
export async function sourceOf(args: ExecutionArgs): Promise<SubscriptionSource | ExecutionResult> {
  const context = args.contextValue as RequestContext;
  context.askedWho = false;
  context.askedWhomTheySee = false;
  const topic = await createSourceEventStream(args);
  return topic instanceof TopicSource ? { topic, personal: context.askedWho || context.askedWhomTheySee } : (topic as ExecutionResult);
}

export interface SubscriptionSource {
  topic: TopicSource;
  /** Whether it is of one user alone. */
  personal: boolean;
}

async function subscribe(broadcasts: Broadcasts, args: LiveArguments): Promise<Subscription | ExecutionResult> {
  const source = await sourceOf(args);
  if (!('topic' in source)) return source;
  const subscription = new Subscription(args, source.personal);
  await subscription.join(broadcasts, source.topic, args);
  return subscription;
}

/**
 * What the protocol's server has for a subscription. It never yields, since events go to the socket as bytes that all
 * subscribers share, and is held by itself alone: the server would keep the message, and all that it waits for, with it.
 */
class Subscription implements AsyncGenerator<ExecutionResult, void, void>, Sink {
  private readonly context: Context<Parameters, Connected>;
  private readonly message: SocketMessage;
  private readonly id: string;
  /** What each of its messages begins with. */
  private readonly start: string;
  private joined: Joined | null = null;
  private ended = false;
  /** Whether the message that it came in ends with it. */
  private goesOn = false;

  constructor(
    { context, message, id }: LiveArguments,
    private readonly personal: boolean,
  ) {
    this.context = context;
    this.message = message;
    this.id = id;
    this.start = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  }

  /** @throws what `Broadcasts.join` does */
  async join(broadcasts: Broadcasts, source: TopicSource, args: LiveArguments): Promise<void> {
    const { extra } = this.context;
    const { document, operationName, variableValues, contextValue, points, wantsCursor } = args;
    const operation = {
      document,
      operationName: operationName ?? undefined,
      variables: { ...variableValues },
      context: contextValue,
      points,
      wantsCursor,
    };
    if (extra.identity) (extra.subscriptions ??= new Set()).add(this);
    try {
      this.joined = await broadcasts.join(source, operation, this);
    } catch (error) {
      this.leave();
      throw error;
    }
    if (this.ended) this.leave();
  }

  /** Whether its answers are for one user alone, as far as is known. */
  get isPersonal(): boolean {
    return this.personal || (this.joined?.isPersonal ?? false);
  }

  /** For the protocol's server it is done at once, and not to be completed; it takes its place again when the message is read. */
  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (!this.ended) {
      delete this.context.subscriptions[this.id];
      this.message.goesOn = () => this.goOn();
    }
    return { done: true, value: undefined };
  }

  private goOn(): boolean {
    const { extra, subscriptions } = this.context;
    const { socket } = extra;
    if (socket.readyState !== socket.OPEN) this.end();
    if (this.ended) return false;
    this.message.goesOn = null;
    subscriptions[this.id] = this;
    return (this.goesOn = true);
  }

  /** The client completes it, or goes. */
  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.end();
    return { done: true, value: undefined };
  }

  throw(): Promise<IteratorResult<ExecutionResult, void>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => {});
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.leave();
    if (this.goesOn) this.context.extra.end(this.message);
  }

  private leave(): void {
    this.joined?.leave();
    this.context.extra.subscriptions?.delete(this);
  }

  get backlog(): number {
    return this.context.extra.socket.bufferedAmount;
  }

  send(payload: string): void {
    const { socket } = this.context.extra;
    if (socket.readyState === socket.OPEN) socket.send(this.framed(payload));
  }

  /** Subscribers that chose the same id are sent the same bytes, so that their frames are made once. */
  sendAll(answers: Answers): void {
    const { socket, transport } = this.context.extra;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.extensions !== '') return answers.payloads.forEach((payload) => this.send(payload));
    transport.write(answers.as(this.id, () => Buffer.concat(answers.payloads.map((payload) => textFrame(this.framed(payload))))));
  }

  private framed(payload: string): string {
    return `${this.start}${payload}}`;
  }

  /** Ends it, which the client is told: by the protocol's server while that has it. */
  complete(): void {
    if (this.ended) return;
    const { extra, subscriptions } = this.context;
    if (this.message.goesOn || this.goesOn) void extra.send(JSON.stringify({ id: this.id, type: 'complete' }));
    if (this.goesOn) delete subscriptions[this.id];
    this.end();
  }

  close(reason: DropReason): void {
    const { socket } = this.context.extra;
    if (reason === 'expired') return socket.close(closeCode.forbidden, tokenExpired);
    if (reason === 'unavailable') closeFirmly(socket, closeCode.unavailable, 'Unavailable: resume after your last cursor');
    else closeFirmly(socket, closeCode.tooSlow, 'Too slow: resume after your last cursor');
  }
}

/** A whole message as servers frame it: final, of text, not masked (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, head);
  return frame;
}
