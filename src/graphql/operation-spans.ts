/** Spans of operations and of the fields that they begin with. */
import { context as tracing, propagation, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { ExecutionResult, GraphQLFieldResolver, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { inSpan } from '../observability/spans.js';
import type { RequestContext } from '../relay/context.js';

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** Runs an operation in a span below the caller's, and notes the trace for the log. */
export function tracedOperation(
  { operation, name }: OperationDefinitionNode,
  { facts, traceparent }: RequestContext,
  run: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const caller = propagation.extract(ROOT_CONTEXT, { traceparent });
  const attributes = { 'graphql.operation.type': operation, ...(name && { 'graphql.operation.name': name.value }) };
  const inOperation = () =>
    inSpan(
      `graphql ${operation}`,
      attributes,
      async (span) => {
        if (span.isRecording()) facts.traceId = span.spanContext().traceId;
        const result = await run();
        if (result.errors) span.setAttribute('plaza.errors', result.errors.length);
        return result;
      },
      SpanKind.SERVER,
    );
  return tracing.with(caller, inOperation);
}

/** Gives every field of the root types a span of its own: what is asked for below it is done below it. */
export function traceRootFields(schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (field.resolve) field.resolve = traced(`${root!.name}.${field.name}`, field.resolve);
    }
  }
}

function traced(name: string, resolve: Resolve): Resolve {
  return (...args) => inSpan(name, {}, async () => resolve(...args));
}
