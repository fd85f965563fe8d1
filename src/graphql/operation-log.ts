/** What the log says about operations: one line each, and one for each defect. */
import type { ApolloServerPlugin } from '@apollo/server';
import { getOperationAST, GraphQLError, type ExecutionArgs, type GraphQLSchema, type OperationTypeNode } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import { RequestError, type BrokenRule } from '../errors.js';
import type { Logger, RequestFacts } from '../log.js';
import type { HttpAnswer, RequestMetrics } from '../observability/request-metrics.js';
import type { RequestContext } from '../relay/context.js';
import { formatError } from './errors.js';
import type { SocketExtra } from './socket-server.js';

const maxNameLength = 100;

/** Told of a defect, and of the request that met it. */
export type Report = (error: unknown, facts?: RequestFacts) => void;

/** Reports each defect once, however many layers it passes. */
export function reportTo(log: Logger): Report {
  const reported = new WeakSet<object>();
  return (error, facts = {}) => {
    if (typeof error === 'object' && error !== null) {
      if (reported.has(error)) return;
      reported.add(error);
    }
    log.error({ err: error, ...facts }, 'unexpected error');
  };
}

/** What is noted of an operation; its definition has it. */
export interface NamedOperation {
  readonly operation: OperationTypeNode;
  readonly name?: { readonly value: string } | undefined;
}

/** Notes which operation a request is about, and who asks. */
export function noteOperation({ facts, signedIn, apiKey }: RequestContext, operation: NamedOperation): void {
  facts.kind = operation.operation;
  if (operation.name) facts.operation = operation.name.value.slice(0, maxNameLength);
  if (signedIn) facts.userId = signedIn.userId.toHexString();
  if (apiKey) facts.apiKey = apiKey.prefix;
}

/** Notes how a request went wrong, where it did. */
export function noteErrors(facts: RequestFacts, errors: readonly { extensions?: { [name: string]: unknown } }[] | undefined): void {
  const code = errors?.[0]?.extensions?.['code'];
  if (typeof code === 'string') facts.code ??= code;
}

/** Has each mutation note the first rule that its input broke: whether somebody could sign in, for instance. */
export function noteBrokenRules(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve) continue;
    field.resolve = async (source, args, context, info) => {
      const answer = (await resolve(source, args, context, info)) as { userErrors?: readonly BrokenRule[] } | null;
      const code = answer?.userErrors?.[0]?.code;
      if (code !== undefined) (context as RequestContext).facts.brokenRule ??= code;
      return answer;
    };
  }
}

/** What has ended: a line in the log for each, and its figures in the metrics. Times are those of `performance.now()`. */
export class EndedRequests {
  constructor(
    private readonly log: Logger,
    private readonly metrics: RequestMetrics,
  ) {}

  /**
   * @param isOperation whether it asked GraphQL for something
   * @param level `debug` for what machines ask for every few seconds
   */
  overHttp(
    facts: RequestFacts,
    startedAt: number,
    answer: HttpAnswer & { aborted?: true },
    { isOperation, level }: { isOperation: boolean; level: 'info' | 'debug' },
  ): void {
    const duration = this.write(facts, startedAt, answer, level);
    this.metrics.httpEnded(answer, duration);
    if (isOperation) this.metrics.operationEnded(facts, 'http', duration);
  }

  overWebSocket(facts: RequestFacts, startedAt: number): void {
    const duration = this.write(facts, startedAt, { transport: 'websocket' }, 'info');
    this.metrics.operationEnded(facts, 'websocket', duration);
  }

  private write(facts: RequestFacts, startedAt: number, more: object, level: 'info' | 'debug'): number {
    const ms = performance.now() - startedAt;
    this.log[level]({ ...facts, ...more, ms: Math.round(ms * 10) / 10 }, 'request');
    return ms / 1000;
  }
}

/** Notes what Apollo Server learns of an operation; the line is the transport's. */
export function apolloOperationFacts(report: Report): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ contextValue, operation }) => {
        if (operation) noteOperation(contextValue, operation);
      },
      didEncounterErrors: async ({ contextValue, errors }) => {
        for (const { originalError } of errors) if (originalError && isDefect(originalError)) report(originalError, contextValue.facts);
      },
      willSendResponse: async ({ contextValue, response }) => {
        if (response.body.kind === 'single') noteErrors(contextValue.facts, response.body.singleResult.errors);
      },
    }),
  };
}

function isDefect(error: Error): boolean {
  return !(error instanceof RequestError || error instanceof GraphQLError);
}

/** The same server, with a line in the log for each operation that ends. */
export function withOperationLog<Parameters extends Record<string, unknown>, Extra extends SocketExtra>(
  options: ServerOptions<Parameters, Extra>,
  { ended, report }: { ended: EndedRequests; report: Report },
): ServerOptions<Parameters, Extra> {
  /** By what the message asks for. */
  const factsOf = new WeakMap<object, RequestFacts>();
  const start = (payload: object, extra: SocketExtra): RequestFacts => {
    const facts = { requestId: `${extra.caller.requestId}/${++extra.operationsBegun}` };
    const startedAt = performance.now();
    factsOf.set(payload, facts);
    extra.message.onEnd = () => ended.overWebSocket(facts, startedAt);
    return facts;
  };
  const fail = (payload: object, errors: readonly GraphQLError[] | undefined): void => {
    const facts = factsOf.get(payload) ?? {};
    noteErrors(
      facts,
      errors?.map((error) => formatError(error.toJSON(), error, (cause) => report(cause, facts))),
    );
  };
  return {
    ...options,
    async onSubscribe(context, id, payload) {
      const facts = start(payload, context.extra);
      const args = await options.onSubscribe?.(context, id, payload);
      if (args && 'contextValue' in args) noteArguments(args, facts);
      return args;
    },
    onNext(context, id, payload, args, result) {
      fail(payload, result.errors);
      return options.onNext?.(context, id, payload, args, result);
    },
    onError(context, id, payload, errors) {
      fail(payload, errors);
      return options.onError?.(context, id, payload, errors);
    },
  };
}

function noteArguments({ document, operationName, contextValue }: ExecutionArgs, facts: RequestFacts): void {
  const context = contextValue as RequestContext;
  context.facts = facts;
  const operation = getOperationAST(document, operationName);
  if (operation) noteOperation(context, operation);
}
