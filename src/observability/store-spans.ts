/** Spans of the store's commands, below what asked for them. */
import { SpanKind, trace, type Span } from '@opentelemetry/api';
import type { Connection } from 'mongoose';
import { fail } from './spans.js';

/** Of commands whose answer never comes. */
const maxOpenSpans = 10_000;

/** Has every command of a client recorded, without what it holds. */
export function traceStore(client: ReturnType<Connection['getClient']>): void {
  const tracer = trace.getTracer('plaza');
  const open = new Map<number, Span>();
  client.on('commandStarted', ({ requestId, commandName, command, databaseName }) => {
    if (!trace.getActiveSpan() || open.size >= maxOpenSpans) return;
    const collection = command[commandName] as unknown;
    const attributes = {
      'db.system.name': 'mongodb',
      'db.namespace': databaseName,
      'db.operation.name': commandName,
      ...(typeof collection === 'string' && { 'db.collection.name': collection }),
    };
    open.set(requestId, tracer.startSpan(`store ${commandName}`, { kind: SpanKind.CLIENT, attributes }));
  });
  const end = (requestId: number, error?: unknown): void => {
    const span = open.get(requestId);
    open.delete(requestId);
    if (error !== undefined && span) fail(span, error);
    span?.end();
  };
  client.on('commandSucceeded', ({ requestId }) => end(requestId));
  client.on('commandFailed', ({ requestId, failure }) => end(requestId, failure));
}
