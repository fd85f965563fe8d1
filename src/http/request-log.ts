/** Request ids, and one line in the log for each request. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocketServer } from 'ws';
import type { EndedRequests } from '../graphql/operation-log.js';
import type { RequestFacts } from '../log.js';

export const requestIdHeader = 'x-request-id';

/** Asked for every few seconds by machines: no line at `info`. */
const probes = new Set(['/health/live', '/health/ready', '/metrics']);

/** An id that a client or proxy sends is kept if it is short and has no unusual characters. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader];
  if (typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given)) return given;
  // Put together of many strings, which take ten times the memory until they are made one.
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

interface Started {
  facts: RequestFacts;
  startedAt: number;
}

function startedNow(requestId: string): Started {
  return { facts: { requestId }, startedAt: performance.now() };
}

/** The requests of a server that are being answered. */
export class RequestLog {
  private readonly requests = new WeakMap<IncomingMessage, Started>();

  /** @param operations the route that is asked for operations of GraphQL */
  constructor(
    private readonly ended: EndedRequests,
    private readonly operations: string,
  ) {}

  /** Gives every request an id, answers it as `x-request-id`, and logs a line when the request has ended. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      this.requests.set(request.raw, startedNow(request.id));
      void reply.header(requestIdHeader, request.id);
      // Event streams answer past fastify.
      reply.raw.setHeader(requestIdHeader, request.id);
      reply.raw.once('close', () => this.end(request, reply));
      done();
    });
  }

  /**
   * The same for a request for an operation that does not get to the server. The caller answers its id.
   * @returns what is noted of it, and what leaves it to the server after all
   */
  begin(request: IncomingMessage, response: ServerResponse): { facts: RequestFacts; leave: () => void } {
    const started = startedNow(requestIdOf(request));
    const end = (): void => this.write(started, { method: request.method!, route: this.operations }, response);
    response.once('close', end);
    return { facts: started.facts, leave: () => response.off('close', end) };
  }

  /** The same for connections that become WebSockets, whose operations have lines of their own. */
  watchSockets(sockets: WebSocketServer): void {
    sockets.on('headers', (headers, request) => headers.push(`${requestIdHeader}: ${this.socketId(request)}`));
  }

  factsOf({ raw }: FastifyRequest): RequestFacts {
    return this.requests.get(raw)?.facts ?? {};
  }

  socketId(request: IncomingMessage): string {
    let started = this.requests.get(request);
    if (!started) this.requests.set(request, (started = startedNow(requestIdOf(request))));
    return started.facts.requestId!;
  }

  private end(request: FastifyRequest, { raw }: FastifyReply): void {
    // The path may hold what is nobody's business; which of the routes it is says enough.
    this.write(this.requests.get(request.raw)!, { method: request.method, route: request.routeOptions.url ?? null }, raw);
  }

  private write(
    { facts, startedAt }: Started,
    { method, route }: { method: string; route: string | null },
    response: ServerResponse,
  ): void {
    const answer = { method, route, status: response.statusCode };
    const aborted = !response.writableFinished && { aborted: true as const };
    const level = route && probes.has(route) ? 'debug' : 'info';
    this.ended.overHttp(facts, startedAt, { ...answer, ...aborted }, { isOperation: route === this.operations, level });
  }
}
