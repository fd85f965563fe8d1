/** Operations over WebSocket: the graphql-transport-ws protocol, authenticated in `connection_init`. */
import { createSourceEventStream, GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import { RequestError } from '../errors.js';
import { RequestContext, type SignedIn } from '../relay/context.js';
import type { CompiledOperations } from './compiled-operations.js';
import { formatError } from './errors.js';
import { checkLimits } from './limits.js';

export interface WebSocketOptions {
  operations: CompiledOperations;
  /** @throws RequestError UNAUTHENTICATED for a token that is not good */
  authenticate: (authorization: string | undefined) => Promise<SignedIn | null>;
  /** Told of defects. */
  report: (error: unknown) => void;
}

interface Connected extends Extra {
  context?: RequestContext;
}

type Parameters = Record<string, unknown>;

export function webSocketOptions({ operations, authenticate, report }: WebSocketOptions): ServerOptions<Parameters, Connected> {
  const format = (error: GraphQLError) => formatError(error.toJSON(), error, report);
  return {
    async onConnect({ connectionParams, extra }) {
      const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      try {
        const signedIn = await authenticate(typeof authorization === 'string' ? authorization : undefined);
        extra.context = new RequestContext(signedIn, extra.request.socket.remoteAddress ?? '');
        return true;
      } catch (error) {
        if (error instanceof RequestError) return false;
        throw error;
      }
    },
    onSubscribe({ extra }, _id, { query, operationName, variables }) {
      try {
        const document = operations.document(query);
        if (!('kind' in document)) return document.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
        const name = operationName ?? undefined;
        checkLimits(operations.schema, document, name, variables ?? {});
        return {
          schema: operations.schema,
          document,
          operationName: name,
          variableValues: variables,
          contextValue: extra.context!.fresh(),
        };
      } catch (error) {
        if (error instanceof RequestError) return [new GraphQLError(error.message, { originalError: error })];
        if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')];
        throw error;
      }
    },
    execute: (args: ExecutionArgs) => runOnce(operations, args),
    subscribe: (args: ExecutionArgs) => subscribe(operations, args),
    onError: (_context, _id, _payload, errors) => errors.map((error) => format(error)),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => format(error)) } : undefined,
  };
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(error.message, { nodes, source, positions, path, extensions: { code } });
}

function runOnce(operations: CompiledOperations, args: ExecutionArgs): Promise<ExecutionResult> {
  return operations.run(args.document, args.operationName ?? undefined, {}, args.contextValue, args.variableValues ?? {});
}

/** Runs the operation for each event, with loaders of its own, so that nothing is remembered from event to event. */
async function subscribe(operations: CompiledOperations, args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const { document, operationName, variableValues } = args;
  const context = args.contextValue as RequestContext;
  const events = source[Symbol.asyncIterator]() as AsyncGenerator<unknown>;
  const results = (async function* () {
    for await (const event of { [Symbol.asyncIterator]: () => events }) {
      yield await operations.run(document, operationName ?? undefined, event, context.fresh(), variableValues ?? {});
    }
  })();
  const stop = results.return.bind(results);
  // While the generator waits for an event it cannot be returned; ending its source wakes it.
  results.return = async (value) => {
    await events.return(undefined);
    return stop(value);
  };
  return results;
}
