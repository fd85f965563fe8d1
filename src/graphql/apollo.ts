/** Apollo Server, running compiled operations and nothing that touches every field. */
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { RequestError } from '../errors.js';
import type { Logger } from '../log.js';
import type { RequestContext } from '../relay/context.js';
import { admit } from './admission.js';
import { refusalFormat } from './answer-types.js';
import type { CompiledOperations } from './compiled-operations.js';
import { formatError, refusal } from './errors.js';
import { apolloOperationFacts, type Report } from './operation-log.js';
import type { RateLimits } from './rate-limits.js';
import { runOperation } from './run-query.js';

export interface ApolloOptions {
  operations: CompiledOperations;
  rateLimits: RateLimits;
  introspection: boolean;
  log: Logger;
  report: Report;
  plugins: ApolloServerPlugin<RequestContext>[];
}

export function createApollo({ operations, rateLimits, introspection, log, report, plugins }: ApolloOptions): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: operations.schema,
    introspection,
    logger: apolloLogger(log),
    // Whoever asks is known by a header that no browser adds by itself, so there is nothing to forge.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    documentStore: checkedDocuments(operations),
    formatError: (formatted, error) => formatError(formatted, error, report),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      apolloOperationFacts(report),
      compiledExecution(operations, rateLimits, report),
      legacyStatus,
      ...plugins,
    ],
  });
}

/** Apollo Server's own messages, which have no fields. */
function apolloLogger(log: Logger): ApolloServerOptions<RequestContext>['logger'] {
  const write =
    (level: keyof Logger) =>
    (message?: unknown): void =>
      log[level]({}, String(message));
  return { debug: write('debug'), info: write('debug'), warn: write('warn'), error: write('error') };
}

/** What passed our own checks passes Apollo's: it finds the document here, and neither parses nor validates. */
function checkedDocuments(operations: CompiledOperations): ApolloServerOptions<RequestContext>['documentStore'] {
  return {
    get: async (key) => operations.documentByHash(key.slice(key.lastIndexOf(':') + 1)),
    set: async () => {},
    delete: async () => {},
  };
}

function compiledExecution(operations: CompiledOperations, rateLimits: RateLimits, report: Report): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveSource: async ({ request, source }) => {
        if (request.operationName === '') request.operationName = undefined;
        operations.document(source);
      },
      didResolveOperation: async ({ document, request, contextValue }) => {
        try {
          const { operation } = await admit(
            { operations, rateLimits },
            document,
            request.operationName,
            request.variables ?? {},
            contextValue,
          );
          if (operation.operation === 'subscription')
            throw new RequestError('BAD_USER_INPUT', 'Subscribe over a WebSocket, or accept text/event-stream.', 'query');
        } catch (error) {
          throw error instanceof RequestError ? refusal(error) : error;
        }
      },
      responseForOperation: async (requestContext) => {
        const { document, operationName, contextValue, request } = requestContext;
        const asked = { document: document, operationName: operationName ?? undefined, variables: request.variables ?? {} };
        const { status, result } = await runOperation(operations, asked, contextValue, (error) => report(error, contextValue.facts));
        const { http } = requestContext.response;
        http.status = status;
        return { http, body: { kind: 'single', singleResult: result } };
      },
      willSendResponse: async ({ response: { body, http }, contextValue }) => {
        if (body.kind !== 'single') return;
        const cost = rateLimits.chargeOf(contextValue);
        if (cost) body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        // Apollo lets a persisted document that is not known be kept.
        if (body.singleResult.errors) http.headers.set('cache-control', 'no-store');
      },
    }),
  };
}

const legacyStatus: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async ({ request }) => ({
    willSendResponse: async ({ response }) => {
      const isRefusal = response.http.status === 400 && response.body.kind === 'single';
      if (isRefusal) response.http.status = refusalFormat(request.http?.headers.get('accept')).status;
    },
  }),
};
