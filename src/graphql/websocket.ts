/** Operations over WebSocket: the graphql-transport-ws protocol, authenticated in `connection_init`. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createSourceEventStream, GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { RequestError } from '../errors.js';
import { languageOf } from '../messages/index.js';
import { TopicSource, type Realtime } from '../realtime/index.js';
import { RequestContext, type SignedIn, type Streams } from '../relay/context.js';
import { admit } from './admission.js';
import type { Answers, Broadcasts, DropReason, Joined, Sink } from './broadcast.js';
import type { CompiledOperations } from './compiled-operations.js';
import { formatError } from './errors.js';
import type { Report } from './operation-log.js';
import type { RateLimits } from './rate-limits.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { closeCode, closeFirmly, type SocketExtra } from './socket-server.js';
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
}

type Parameters = Record<string, unknown>;

const tokenExpired = 'TOKEN_EXPIRED: The access token has expired.';
/** Characters of what clients call their operations. It is sent with every event. */
const longestId = 200;

/** Which socket and which of its subscriptions an execution belongs to. */
const places = new WeakMap<object, { socket: WebSocket; connection: Socket; id: string; points: number; wantsCursor: boolean }>();
/** The subscriptions of each socket. */
const subscriptionsOf = new WeakMap<WebSocket, Set<Subscription>>();

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
    async onSubscribe({ extra, subscriptions }, id, payload) {
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
        places.set(contextValue, {
          socket: extra.socket,
          connection: extra.request.socket,
          id,
          points,
          wantsCursor: asksForCursor(extensions),
        });
        return { schema: operations.schema, document, operationName: name, variableValues: variables, contextValue };
      } catch (error) {
        return [wrapped(error)];
      }
    },
    execute: ({ document, operationName, contextValue, variableValues }: ExecutionArgs) =>
      withoutThrowing(() => operations.run(document, operationName ?? undefined, {}, contextValue as RequestContext, variableValues ?? {})),
    subscribe: (args: ExecutionArgs) => withoutThrowing(() => subscribe(broadcasts, args)),
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
  message.atEnd.push(() => operations.delete(id));
  if (!message.fits) throw new RequestError('RATE_LIMITED', 'This address has too much open.');
}

/** Scripts in browsers cannot set the headers of a handshake, so that who chose a language sends it with the token. */
function languageFor({ acceptLanguage }: Parameters, { headers }: IncomingMessage): string | undefined {
  return typeof acceptLanguage === 'string' ? languageOf(acceptLanguage) : headers['accept-language'];
}

async function connect(
  { realtime, streams, authenticate, connections, identities, addressOf }: LiveOptions,
  parameters: Parameters,
  extra: Connected,
): Promise<boolean> {
  const authorization = parameters['authorization'] ?? parameters['Authorization'];
  const { socket, request } = extra;
  const token = typeof authorization === 'string' ? authorization : undefined;
  let signedIn: SignedIn | null;
  try {
    signedIn = await authenticate(token);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    socket.close(closeCode.forbidden, `${error.code}: ${error.message}`);
    return false;
  }
  const client = { userAgent: request.headers['user-agent'] ?? null, acceptLanguage: languageFor(parameters, request) };
  if (!signedIn) {
    extra.context = Object.assign(new RequestContext({ signedIn }, addressOf(request), streams), client);
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
    if (!identity.ended && !holdsPersonal(socket)) return;
    realtime.metrics.subscribersDropped.inc({ reason: 'session ended' });
    if (identity.ended) socket.close(closeCode.sessionEnded, 'UNAUTHENTICATED: The session has ended.');
    else socket.close(closeCode.forbidden, tokenExpired);
  };
  extra.identity = identity;
  extra.context = Object.assign(new RequestContext(identity, addressOf(request), streams), client);
  extra.leave = [leave, () => identities.release(identity)];
  return true;
}

/** Whether something on the socket is for its user alone. What is for everybody goes on when the access token ends. */
function holdsPersonal(socket: WebSocket): boolean {
  return [...(subscriptionsOf.get(socket) ?? [])].some((subscription) => subscription.isPersonal);
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

async function subscribe(
  broadcasts: Broadcasts,
  args: ExecutionArgs,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const source = await sourceOf(args);
  if (!('topic' in source)) return source;
  return new Subscription(broadcasts, source, args);
}

/**
 * What the protocol's server holds for a subscription: it never yields, since events go to the socket
 * as bytes that all subscribers share, and ends when the client completes it.
 */
class Subscription implements AsyncGenerator<ExecutionResult, void, void> {
  private end: (() => void) | null = null;
  private ended = false;

  constructor(
    private readonly broadcasts: Broadcasts,
    private readonly source: SubscriptionSource,
    private readonly args: ExecutionArgs,
  ) {}

  next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.end = () => resolve({ done: true, value: undefined });
      this.join().catch((error: unknown) => {
        this.ended = true;
        resolve({ done: false, value: { errors: [wrapped(error)] } });
      });
    });
  }

  /** Whether its answers are for one user alone, as far as is known. */
  get isPersonal(): boolean {
    return this.source.personal || (this.joined?.isPersonal ?? false);
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.ended = true;
    this.leave();
    this.end?.();
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

  private joined: Joined | null = null;

  private leave(): void {
    this.joined?.leave();
    subscriptionsOf.get(places.get(this.args.contextValue as object)!.socket)?.delete(this);
  }

  private async join(): Promise<void> {
    const { document, operationName, variableValues, contextValue } = this.args;
    const context = contextValue as RequestContext;
    const { connection, socket, id, points, wantsCursor } = places.get(context)!;
    const operation = {
      document: document,
      operationName: operationName ?? undefined,
      variables: { ...variableValues },
      context,
      points,
      wantsCursor,
    };
    const siblings = subscriptionsOf.get(socket) ?? new Set();
    subscriptionsOf.set(socket, siblings.add(this));
    const sink = new SocketSink(socket, connection, id, () => void this.return());
    this.joined = await this.broadcasts.join(this.source.topic, operation, sink);
    if (this.ended) this.leave();
  }
}

class SocketSink implements Sink {
  private readonly start: string;

  constructor(
    private readonly socket: WebSocket,
    /** What the socket writes to. */
    private readonly connection: Socket,
    id: string,
    /** Ends the subscription, which the client is told. */
    readonly complete: () => void,
  ) {
    this.start = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  }

  get backlog(): number {
    return this.socket.bufferedAmount;
  }

  send(payload: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(`${this.start}${payload}}`);
  }

  /** Subscribers that chose the same id are sent the same bytes, so that their frames are made once. */
  sendAll(answers: Answers): void {
    const { connection, socket, start } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.extensions !== '') return answers.payloads.forEach((payload) => this.send(payload));
    connection.write(answers.as(start, () => Buffer.concat(answers.payloads.map((payload) => textFrame(`${start}${payload}}`)))));
  }

  close(reason: DropReason): void {
    if (reason === 'expired') return this.socket.close(closeCode.forbidden, tokenExpired);
    if (reason === 'unavailable') closeFirmly(this.socket, closeCode.unavailable, 'Unavailable: resume after your last cursor');
    else closeFirmly(this.socket, closeCode.tooSlow, 'Too slow: resume after your last cursor');
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
