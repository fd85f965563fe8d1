/** Turns whatever went wrong into what a client may see. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { HeaderMap } from '@apollo/server';
import { RateLimited, RequestError } from '../errors.js';
import { isStoreUnavailable } from '../store/unavailable.js';

/** Codes that Apollo Server gives to requests it refuses by itself, in this API's terms. */
const apolloCodes: Record<string, string> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_SUPPORTED',
  QUERY_TOO_COMPLEX: 'QUERY_TOO_COMPLEX',
};

/** @param report told of defects, whose details no client sees */
export function formatError(formatted: GraphQLFormattedError, error: unknown, report: (error: unknown) => void): GraphQLFormattedError {
  const cause = rootOf(error);
  const { message, locations, path } = formatted;
  if (cause instanceof RequestError) {
    const extensions = {
      code: cause.code,
      ...(cause.argument && { argument: cause.argument }),
      ...(cause instanceof RateLimited && { retryAfter: cause.retryAfter }),
    };
    return { message: cause.message, locations, path, extensions };
  }
  const argument = argumentAtFault(cause);
  if (argument) {
    const refused = `The argument "${argument}" does not fit its type.`;
    return { message: refused, locations, path, extensions: { code: 'BAD_USER_INPUT', argument } };
  }
  if (isStoreUnavailable(cause)) {
    report(cause);
    return {
      message: 'The shop’s data cannot be reached. Try again in a moment.',
      locations,
      path,
      extensions: { code: 'STORE_UNAVAILABLE' },
    };
  }
  const code = apolloCodes[String(formatted.extensions?.['code'])];
  if (code ?? isRefusedByApollo(cause)) return { message, locations, path, extensions: { code: code ?? 'BAD_USER_INPUT' } };
  report(cause);
  return { message: 'Something went wrong on our side.', locations, path, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

/** Not everything that Apollo Server refuses has a code, but all of it has the status of a client's mistake. */
function isRefusedByApollo(error: unknown): boolean {
  const http = error instanceof GraphQLError && error.extensions['http'];
  return typeof http === 'object' && http !== null && 'status' in http && http.status === 400;
}

/** graphql-js says which argument does not fit its type, and repeats its value, which is left out. */
function argumentAtFault(error: unknown): string | undefined {
  return error instanceof GraphQLError ? /^Argument "(\w{1,100})" (?:has invalid value|of )/.exec(error.message)?.[1] : undefined;
}

/** What was thrown, behind the GraphQL errors that were put around it. */
export function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}

/** The HTTP status of a request that is refused as a whole. */
export function statusOf(code: string): number {
  return (
    {
      PERSISTED_QUERY_NOT_FOUND: 200,
      UNAUTHENTICATED: 401,
      TOKEN_EXPIRED: 401,
      FORBIDDEN: 403,
      RATE_LIMITED: 429,
      OPERATION_TIMEOUT: 503,
      STORE_UNAVAILABLE: 503,
      SEARCH_UNAVAILABLE: 503,
      SIGN_IN_UNAVAILABLE: 503,
      IMAGES_UNAVAILABLE: 503,
      INTERNAL_SERVER_ERROR: 500,
    }[code] ?? 400
  );
}

/** Refusals as clients get them. They are no defects, so nobody else is told. */
export function formatRefusals(refusals: readonly GraphQLError[]): GraphQLFormattedError[] {
  return refusals.map((error) => formatError(error.toJSON(), error, () => {}));
}

/** A refusal before the operation runs, with the HTTP status that fits. */
export function refusal(error: RequestError): GraphQLError {
  const headers = new HeaderMap(error instanceof RateLimited ? [['retry-after', String(error.retryAfter)]] : []);
  const extensions = { code: error.code, http: { status: statusOf(error.code), headers } };
  return new GraphQLError(error.message, { originalError: error, extensions });
}
