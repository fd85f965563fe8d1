/** Apollo Server, running compiled operations and nothing that touches every field. */
import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FormattedExecutionResult } from 'graphql';
import { RequestError } from '../errors.js';
import type { RequestContext } from '../relay/context.js';
import { mostTokens, type CompiledOperations } from './compiled-operations.js';
import { formatError, refusal } from './errors.js';
import { checkLimits } from './limits.js';
import type { RateLimits } from './rate-limits.js';

export interface ApolloOptions {
  operations: CompiledOperations;
  rateLimits: RateLimits;
  introspection: boolean;
  /** Told of defects. */
  report: (error: unknown) => void;
  plugins: ApolloServerPlugin<RequestContext>[];
}

export function createApollo({ operations, rateLimits, introspection, report, plugins }: ApolloOptions): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: operations.schema,
    introspection,
    // Whoever asks is known by a header that no browser adds by itself, so there is nothing to forge.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: mostTokens },
    formatError: (formatted, error) => formatError(formatted, error, report),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      compiledExecution(operations, rateLimits, report),
      legacyStatus,
      ...plugins,
    ],
  });
}

function compiledExecution(
  operations: CompiledOperations,
  rateLimits: RateLimits,
  report: (error: unknown) => void,
): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, operationName, request, contextValue }) => {
        try {
          checkLimits(operations.schema, document, operationName ?? undefined, request.variables ?? {});
          await rateLimits.charge(document, operationName ?? undefined, contextValue);
        } catch (error) {
          throw error instanceof RequestError ? refusal(error) : error;
        }
      },
      responseForOperation: async (requestContext) => {
        const { status, result } = await execute(operations, requestContext, report);
        const { http } = requestContext.response;
        http.status = status;
        return { http, body: { kind: 'single', singleResult: result } };
      },
    }),
  };
}

async function execute(
  operations: CompiledOperations,
  { document, operationName, contextValue, request }: GraphQLRequestContext<RequestContext>,
  report: (error: unknown) => void,
): Promise<{ status: number | undefined; result: FormattedExecutionResult }> {
  const result = await operations.run(document!, operationName ?? undefined, {}, contextValue, request.variables ?? {});
  if (!result.errors) return { status: undefined, result: result };
  const refused = !('data' in result);
  const errors = result.errors.map((error) => {
    // Without data, nothing ran: the variables do not fit the operation.
    const formatted = refused ? { ...error.toJSON(), extensions: { code: 'BAD_USER_INPUT' } } : error.toJSON();
    return formatError(formatted, error, report);
  });
  return refused ? { status: 400, result: { errors } } : { status: undefined, result: { ...(result as FormattedExecutionResult), errors } };
}

/** Clients that know only `application/json` take any other status for a fault of the network. Source: GraphQL over HTTP, 2023. */
const legacyStatus: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async ({ request }) => {
    const accept = request.http?.headers.get('accept') ?? '';
    if (!accept.includes('application/json') || accept.includes('application/graphql-response+json')) return undefined;
    return {
      willSendResponse: async ({ response }) => {
        if (response.http.status === 400 && response.body.kind === 'single') response.http.status = 200;
      },
    };
  },
};
