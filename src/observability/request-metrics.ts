/** What requests and operations are counted by, at /metrics. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RequestFacts } from '../log.js';

/** Names of operations with figures of their own. Clients choose names, so the rest is counted together. */
const maxOperationNames = 100;
/** Requests that a name needs first, so that names that are made up do not take the places of real ones. */
const requestsBeforeNamed = 5;
const maxCandidates = 1_000;

const otherName = 'other';
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** How a request over HTTP ended. */
export interface HttpAnswer {
  method: string;
  /** The route's pattern; null where there is none. */
  route: string | null;
  status: number;
}

export class RequestMetrics {
  private readonly names = new OperationNames();

  constructor(private readonly registry: Registry) {}

  private readonly httpRequests = new Counter({
    name: 'plaza_http_requests_total',
    help: 'Requests over HTTP that have ended, by route.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });

  private readonly httpDuration = new Histogram({
    name: 'plaza_http_request_duration_seconds',
    help: 'From the first byte of a request over HTTP to the last of its answer; event streams last as long as they are open.',
    labelNames: ['route'],
    buckets: seconds,
    registers: [this.registry],
  });

  private readonly operations = new Counter({
    name: 'plaza_operations_total',
    help: 'GraphQL operations that have ended, by name (at most a hundred names), kind, transport and the code of their first error.',
    labelNames: ['operation', 'kind', 'transport', 'code'],
    registers: [this.registry],
  });

  private readonly operationDuration = new Histogram({
    name: 'plaza_operation_duration_seconds',
    help: 'How long queries and mutations took.',
    labelNames: ['operation', 'kind'],
    buckets: seconds,
    registers: [this.registry],
  });

  private readonly operationCost = new Histogram({
    name: 'plaza_operation_cost_points',
    help: 'What operations were charged.',
    labelNames: ['kind'],
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
    registers: [this.registry],
  });

  private readonly limitsHit = new Counter({
    name: 'plaza_limits_hit_total',
    help: 'Operations that were refused because of a limit, by the code they were answered with.',
    labelNames: ['code'],
    registers: [this.registry],
  });

  httpEnded({ method, route, status }: HttpAnswer, duration: number): void {
    const name = route ?? 'none';
    this.httpRequests.inc({ method, route: name, status });
    this.httpDuration.observe({ route: name }, duration);
  }

  /** @param duration in seconds */
  operationEnded({ operation, kind, code, cost }: RequestFacts, transport: 'http' | 'websocket', duration: number): void {
    if (code !== undefined && limitCodes.has(code)) this.limitsHit.inc({ code });
    if (kind === undefined) return this.operations.inc({ operation: 'none', kind: 'unknown', transport, code: code ?? 'OK' });
    const name = this.names.labelOf(operation);
    this.operations.inc({ operation: name, kind, transport, code: code ?? 'OK' });
    if (kind !== 'subscription') this.operationDuration.observe({ operation: name, kind }, duration);
    if (cost !== undefined) this.operationCost.observe({ kind }, cost);
  }
}

const limitCodes = new Set(['RATE_LIMITED', 'QUERY_TOO_COMPLEX', 'OPERATION_TIMEOUT', 'ANSWER_TOO_LARGE']);

/** Decides which names have figures of their own, in bounded memory. */
export class OperationNames {
  private readonly named = new Set<string>();
  private readonly candidates = new Map<string, number>();

  labelOf(name: string | undefined): string {
    if (name === undefined) return 'unnamed';
    if (this.named.has(name)) return name;
    if (this.named.size >= maxOperationNames) return otherName;
    const requests = (this.candidates.get(name) ?? 0) + 1;
    if (requests < requestsBeforeNamed) {
      this.remember(name, requests);
      return otherName;
    }
    this.candidates.delete(name);
    this.named.add(name);
    return name;
  }

  private remember(name: string, requests: number): void {
    // The name that was seen last comes last, so that the first is the one to forget.
    this.candidates.delete(name);
    this.candidates.set(name, requests);
    if (this.candidates.size > maxCandidates) this.candidates.delete(this.candidates.keys().next().value!);
  }
}
