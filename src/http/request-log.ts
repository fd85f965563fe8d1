/** Request ids, and one line in the log for each request. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocketServer } from 'ws';
import type { EndedRequests } from '../graphql/operation-log.js';
import type { RequestFacts } from '../log.js';

const header = 'x-request-id';

/** Asked for every few seconds by machines: no line at `info`. */
const probes = new Set(['/health/live', '/health/ready', '/metrics']);

/** An id that a client or proxy sends is kept if it is short and has no unusual characters. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[header];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}

interface Started {
  facts: RequestFacts;
  startedAt: number;
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
    fastify.addHook('onRequest', async (request, reply) => {
      this.requests.set(request.raw, { facts: { requestId: request.id }, startedAt: performance.now() });
      void reply.header(header, request.id);
      // Event streams answer past fastify.
      reply.raw.setHeader(header, request.id);
      reply.raw.once('close', () => this.end(request, reply));
    });
  }

  /** The same for connections that become WebSockets, whose operations have lines of their own. */
  watchSockets(sockets: WebSocketServer): void {
    sockets.on('headers', (headers, request) => headers.push(`${header}: ${this.socketId(request)}`));
  }

  factsOf({ raw }: FastifyRequest): RequestFacts {
    return this.requests.get(raw)?.facts ?? {};
  }

  socketId(request: IncomingMessage): string {
    let started = this.requests.get(request);
    if (!started) this.requests.set(request, (started = { facts: { requestId: requestIdOf(request) }, startedAt: performance.now() }));
    return started.facts.requestId!;
  }

  private end(request: FastifyRequest, { raw }: FastifyReply): void {
    const { facts, startedAt } = this.requests.get(request.raw)!;
    const route = request.routeOptions.url;
    // The path may hold what is nobody's business; which of the routes it is says enough.
    const answer = { method: request.method, route: route ?? null, status: raw.statusCode };
    const aborted = !raw.writableFinished && { aborted: true as const };
    const level = route && probes.has(route) ? 'debug' : 'info';
    this.ended.overHttp(facts, startedAt, { ...answer, ...aborted }, { isOperation: route === this.operations, level });
  }
}
