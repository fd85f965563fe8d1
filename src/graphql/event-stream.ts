/**
 * Operations over server-sent events, for clients that WebSocket does not reach: the graphql-sse protocol
 * in its distinct connections mode. A subscription resumes through `Last-Event-ID`.
 */
import type { ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { RateLimited, RequestError } from '../errors.js';
import type { RequestFacts } from '../log.js';
import { RequestContext } from '../relay/context.js';
import { admit } from './admission.js';
import { formatError, statusOf } from './errors.js';
import { noteErrors, noteOperation } from './operation-log.js';
import type { Answers, DropReason, Sink } from './broadcast.js';
import { isObject } from './trusted-documents.js';
import { asksForCursor, sourceOf, type LiveOptions } from './websocket.js';

export interface StreamRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
  extensions?: unknown;
  authorization: string | undefined;
  userAgent: string | null;
  acceptLanguage: string | undefined;
  lastEventId: string | undefined;
  address: string;
  /** Characters of what was sent, which is held while the stream is open. */
  size: number;
  facts: RequestFacts;
  /** Whether the request may not change anything: GET. */
  readOnly: boolean;
}

const heartbeat = 12_000;

/** Answers one operation as a stream. */
export async function streamOperation(options: LiveOptions, request: StreamRequest, response: ServerResponse): Promise<void> {
  const { connections } = options;
  const { address, size } = request;
  if (!connections.enter(address)) return refuse(response, [failure('RATE_LIMITED', 'Too many connections of this address.')]);
  response.once('close', () => connections.leave(address));
  if (!connections.hold(address, size)) return refuse(response, [failure('RATE_LIMITED', 'This address has too much open.')]);
  response.once('close', () => connections.release(address, size));
  try {
    await answer(options, request, response);
  } catch (error) {
    const formatted = asFailure(error, options.report);
    noteErrors(request.facts, [formatted]);
    if (!response.headersSent) return refuse(response, [formatted], error instanceof RateLimited ? error.retryAfter : undefined);
    response.end(`event: next\ndata: ${JSON.stringify({ errors: [formatted] })}\n\nevent: complete\ndata:\n\n`);
  }
}

async function answer(options: LiveOptions, request: StreamRequest, response: ServerResponse): Promise<void> {
  const { operations, broadcasts, rateLimits, authenticate, identities, report } = options;
  const signedIn = await authenticate(request.authorization);
  const identity = signedIn && identities.watch(signedIn);
  if (identity) response.once('close', () => identities.release(identity));
  const context = new RequestContext(identity ?? { signedIn }, request.address, options.streams, request.lastEventId);
  context.userAgent = request.userAgent;
  context.acceptLanguage = request.acceptLanguage;
  const { document, operationName, variables } = await read(options, request);
  context.facts = request.facts;
  noteOperation(context, operations.operation(document, operationName));
  if (request.readOnly && request.facts.kind === 'mutation') {
    response.setHeader('allow', 'POST');
    return refuse(response, [failure('BAD_USER_INPUT', 'Send mutations with POST.')], undefined, 405);
  }
  const { operation, points } = await admit(options, document, operationName, variables, context);
  if (operation.operation !== 'subscription') {
    const result = await operations.run(document, operationName, {}, context, variables);
    const errors = result.errors?.map((error) => formatError(error.toJSON(), error, report));
    noteErrors(request.facts, errors);
    const stream = new EventStream(response);
    stream.send(JSON.stringify({ ...result, errors, extensions: { cost: rateLimits.chargeOf(context) } }));
    return stream.complete();
  }
  const source = await sourceOf({ schema: operations.schema, document, operationName, variableValues: variables, contextValue: context });
  const stream = new EventStream(response);
  if (!('topic' in source)) {
    const errors = source.errors?.map((error) => formatError(error.toJSON(), error, report));
    noteErrors(request.facts, errors);
    stream.send(JSON.stringify({ errors }));
    return stream.complete();
  }
  const joined = await broadcasts
    .join(source.topic, { document, operationName, variables, context, points, wantsCursor: asksForCursor(request.extensions) }, stream)
    .catch((error: unknown) => {
      if (!(error instanceof RequestError) || error.code !== 'NOT_FOUND') throw error;
      const formatted = asFailure(error, report);
      noteErrors(request.facts, [formatted]);
      stream.fail(formatted);
    });
  if (!joined) return;
  if (response.destroyed) return joined.leave();
  stream.open();
  response.once('close', () => joined.leave());
  if (!identity) return;
  identity.onChange = () => {
    if (identity.ended) stream.fail(failure('UNAUTHENTICATED', 'This session has ended. Sign in again.'));
    else if (identity.expired && (source.personal || joined.isPersonal)) stream.close('expired');
  };
  identity.onChange();
}

function asFailure(error: unknown, report: (error: unknown) => void): GraphQLFormattedError {
  const { message } = error as Error;
  return formatError({ message, extensions: error instanceof GraphQLError ? error.extensions : {} }, error, report);
}

async function read({ operations, rateLimits }: LiveOptions, { query, operationName, variables, extensions, address }: StreamRequest) {
  if (query === undefined && isObject(extensions) && 'persistedQuery' in extensions)
    throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
  const parsed = typeof variables === 'string' ? parseVariables(variables) : (variables ?? {});
  if (typeof query !== 'string' || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new RequestError('BAD_USER_INPUT', 'Send a query, and variables as an object.', 'query');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new RequestError('BAD_USER_INPUT', 'The name of the operation is a text.', 'operationName');
  }
  const document = operations.document(query);
  if (!('kind' in document)) {
    await rateLimits.chargeRefused(query, address);
    throw document[0]!;
  }
  return { document, operationName: operationName || undefined, variables: parsed as Record<string, unknown> };
}

function parseVariables(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError('BAD_USER_INPUT', 'The variables are not valid JSON.', 'variables');
  }
}

function failure(code: string, message: string) {
  return { message, extensions: { code } };
}

function refuse(response: ServerResponse, errors: GraphQLFormattedError[], retryAfter?: number, status?: number): void {
  if (retryAfter) response.setHeader('retry-after', retryAfter);
  response.writeHead(status ?? statusOf(String(errors[0]?.extensions?.['code'])), { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors }));
}

class EventStream implements Sink {
  constructor(private readonly response: ServerResponse) {}

  /** Begins the answer. A subscription's begins once it is joined, so that a client that has it misses nothing. */
  open(): void {
    const { response } = this;
    if (response.headersSent) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    // A comment, so that proxies and clients know the stream is open.
    response.write(':\n\n');
    const beating = setInterval(() => response.write(':\n\n'), heartbeat).unref();
    response.once('close', () => clearInterval(beating));
  }

  get backlog(): number {
    return this.response.writableLength;
  }

  send(payload: string, cursor?: string): void {
    this.open();
    if (!this.response.writableEnded) this.response.write(`${cursor ? `id: ${cursor}\n` : ''}event: next\ndata: ${payload}\n\n`);
  }

  sendAll({ cursors, payloads }: Answers): void {
    this.response.cork();
    payloads.forEach((payload, at) => this.send(payload, cursors[at]));
    this.response.uncork();
  }

  complete(): void {
    this.open();
    if (!this.response.writableEnded) this.response.end('event: complete\ndata:\n\n');
  }

  fail(error: GraphQLFormattedError): void {
    this.send(JSON.stringify({ errors: [error] }));
    this.complete();
  }

  /** Without completing it: clients then ask again, with a fresh token, and resume. */
  close(reason: DropReason): void {
    if (reason === 'expired') this.response.end();
    else this.response.destroy();
  }
}
