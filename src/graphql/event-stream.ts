/**
 * Operations over server-sent events, for clients that WebSocket does not reach: the graphql-sse protocol
 * in its distinct connections mode. A subscription resumes through `Last-Event-ID`.
 */
import type { ServerResponse } from 'node:http';
import { GraphQLError, type FormattedExecutionResult } from 'graphql';
import { RequestError } from '../errors.js';
import { TopicSource } from '../realtime/index.js';
import { RequestContext } from '../relay/context.js';
import { formatError } from './errors.js';
import type { Sink } from './broadcast.js';
import { endWithSession, sessionCheck } from './live-connections.js';
import { sourceOf, type LiveOptions } from './websocket.js';

export interface StreamRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
  authorization: string | undefined;
  lastEventId: string | undefined;
  address: string;
  /** Whether the request may not change anything: GET. */
  readOnly: boolean;
}

const heartbeat = 12_000;

/** Answers one operation as a stream. */
export async function streamOperation(options: LiveOptions, request: StreamRequest, response: ServerResponse): Promise<void> {
  const { operations, broadcasts, connections, rateLimits, authenticate, report } = options;
  const leaveAddress = connections.enter(request.address);
  if (!leaveAddress) return refuse(response, 429, [failure('RATE_LIMITED', 'Too many connections of this address.')]);
  response.once('close', leaveAddress);
  try {
    const signedIn = await authenticate(request.authorization);
    const context = new RequestContext(signedIn, request.address, request.lastEventId);
    const { document, operationName, variables } = read(options, request);
    const operation = operations.operation(document, operationName);
    if (request.readOnly && operation.operation === 'mutation') {
      response.setHeader('allow', 'POST');
      return refuse(response, 405, [failure('BAD_USER_INPUT', 'Send mutations with POST.')]);
    }
    operations.cost(document, operation, variables);
    await rateLimits.charge(document, operationName, context);
    const stream = new EventStream(response);
    if (operation.operation !== 'subscription') {
      const result = await operations.run(document, operationName, {}, context, variables);
      stream.send(JSON.stringify({ ...result, errors: result.errors?.map((error) => formatError(error.toJSON(), error, report)) }));
      return stream.complete();
    }
    const source = await sourceOf({ schema: operations.schema, document, operationName, variableValues: variables, contextValue: context });
    if (!(source instanceof TopicSource)) {
      stream.send(JSON.stringify({ errors: source.errors?.map((error) => formatError(error.toJSON(), error, report)) }));
      return stream.complete();
    }
    const leave = await broadcasts.join(source, { document, operationName, variables, context }, stream);
    if (response.destroyed) return leave();
    stream.open();
    response.once('close', leave);
    if (signedIn) {
      response.once(
        'close',
        endWithSession(signedIn, sessionCheck(authenticate, request.authorization), () => stream.complete()),
      );
    }
  } catch (error) {
    if (!(error instanceof GraphQLError || error instanceof RequestError)) report(error);
    const formatted = formatError(
      { message: (error as Error).message, extensions: error instanceof GraphQLError ? error.extensions : {} },
      error,
      () => {},
    );
    const status = { UNAUTHENTICATED: 401, RATE_LIMITED: 429 }[String(formatted.extensions?.['code'])] ?? 400;
    refuse(response, status, [formatted]);
  }
}

function read({ operations }: LiveOptions, { query, operationName, variables }: StreamRequest) {
  const parsed = typeof variables === 'string' ? parseVariables(variables) : (variables ?? {});
  if (typeof query !== 'string' || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new RequestError('BAD_USER_INPUT', 'Send a query, and variables as an object.', 'query');
  }
  const document = operations.document(query);
  if (!('kind' in document)) throw document[0]!;
  const name = typeof operationName === 'string' && operationName !== '' ? operationName : undefined;
  return { document, operationName: name, variables: parsed as Record<string, unknown> };
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

function refuse(response: ServerResponse, status: number, errors: FormattedExecutionResult['errors']): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
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

  complete(): void {
    this.open();
    if (!this.response.writableEnded) this.response.end('event: complete\ndata:\n\n');
  }

  close(): void {
    this.response.destroy();
  }
}
