/** Plain queries over HTTP, which are answered without Apollo Server. */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST } from 'graphql';
import { answerType, likesStreams, refusalFormat } from '../graphql/answer-types.js';
import type { CompiledOperations } from '../graphql/compiled-operations.js';
import type { QueryAnswer, QueryRequest } from '../graphql/query-answers.js';
import type { RequestFacts } from '../log.js';
import type { Compression } from './compression.js';
import type { RepeatedQueries } from './repeated-queries.js';

interface Door {
  operations: CompiledOperations;
  requests: { factsOf(request: FastifyRequest): RequestFacts };
  addressOf: (request: IncomingMessage) => string;
}

interface Parameters {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
  extensions?: unknown;
}

/** @returns null for what is not in the plain form: Apollo Server answers it, or says what is wrong with it */
export function queryOf(request: FastifyRequest, { operations, requests, addressOf }: Door): QueryRequest | null {
  const given = parametersIn(request);
  const query = given && textOf(given, operations);
  if (!query || answerType(request.headers.accept) === null) return null;
  const { operationName = null, variables = null } = given;
  if (operationName !== null && typeof operationName !== 'string') return null;
  const values = variables === null ? {} : plainObject(variables);
  if (!values) return null;
  const { authorization, 'accept-language': acceptLanguage, 'user-agent': userAgent = null } = request.headers;
  return {
    ...{ query, operationName: operationName || undefined, variables: values },
    ...{ authorization, acceptLanguage, userAgent, traceparent: request.headers['traceparent'] as string | undefined },
    address: addressOf(request.raw),
    facts: requests.factsOf(request),
  };
}

/**
 * Whether it is answered with a stream of events: anything where the client likes nothing better, and a subscription wherever
 * it takes one. urql takes streams of everything, and rather has JSON.
 */
export function wantsStream(request: FastifyRequest, operations: CompiledOperations): boolean {
  const likes = likesStreams(request.headers.accept);
  return likes === 'best' || (likes === 'too' && isSubscription(request, operations));
}

function isSubscription(request: FastifyRequest, operations: CompiledOperations): boolean {
  const given = parametersIn(request);
  const text = given && streamedText(given, operations);
  const document = text ? operations.document(text) : null;
  if (!document || !('kind' in document)) return false;
  const name = typeof given?.operationName === 'string' ? given.operationName : '';
  return getOperationAST(document, name || undefined)?.operation === 'subscription';
}

/** The operation that a stream is of, with its document in place of a hash that is known. */
export function streamedOperation(request: FastifyRequest, operations: CompiledOperations): Parameters {
  const given = parametersIn(request);
  if (!given) return { ...((request.method === 'GET' ? request.query : request.body) as object | undefined) };
  return { ...given, query: streamedText(given, operations) ?? given.query };
}

/** Also of a document that comes with its hash. */
function streamedText(given: Parameters, operations: CompiledOperations): string | null {
  return typeof given.query === 'string' && given.query !== '' ? given.query : textOf(given, operations);
}

function parametersIn(request: FastifyRequest): Parameters | null {
  return request.method === 'GET' ? parametersOf(request) : plainObject(request.body);
}

function parametersOf({ query, headers }: FastifyRequest): Parameters | null {
  if (headers['content-type'] !== undefined) return null;
  const { variables, extensions, ...rest } = query as Record<string, unknown>;
  const parsed = { ...rest, ...json('variables', variables), ...json('extensions', extensions) };
  return Object.values(parsed).some((value) => value === unreadable) ? null : parsed;
}

const unreadable = Symbol('unreadable');

function json(name: string, text: unknown): Record<string, unknown> {
  if (text === undefined) return {};
  if (typeof text !== 'string') return { [name]: unreadable };
  try {
    return { [name]: JSON.parse(text) as unknown };
  } catch {
    return { [name]: unreadable };
  }
}

/** The document, which may be named by its hash. One that is sent to be remembered is Apollo Server's. */
function textOf({ query, extensions }: Parameters, operations: CompiledOperations): string | null {
  const persisted = plainObject(plainObject(extensions)?.['persistedQuery']);
  if (extensions !== undefined && extensions !== null && !plainObject(extensions)) return null;
  if (!persisted) return typeof query === 'string' && query !== '' ? query : null;
  const hash = persisted['sha256Hash'];
  if (query !== undefined || persisted['version'] !== 1 || typeof hash !== 'string') return null;
  return operations.documentByHash(hash)?.loc?.source.body ?? null;
}

function plainObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/**
 * Sends an answer. One to a GET may be kept outside, by whoever asked, and be asked for again with `If-None-Match`: it is
 * never shown again unasked.
 */
export function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: QueryAnswer,
  { compression, repeated }: { compression: Compression; repeated: RepeatedQueries },
): FastifyReply {
  const { status, kept, own, tag, isShared, repeatable, retryAfter } = answer;
  const type = answerType(request.headers.accept)!;
  const format = refusalFormat(request.headers.accept);
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  if (status !== undefined)
    return reply
      .status(status === 400 ? format.status : status)
      .type(type)
      .send(Buffer.concat([kept, own]));
  if (request.method === 'GET' && isNotModified(request, reply, tag())) return reply.status(304).send();
  // Texts that a client chooses must not be compressed together with what is another's secret.
  const encoding = isShared ? compression.encodingFor(request.headers['accept-encoding'], kept) : null;
  if (isShared && request.method !== 'GET') void reply.header('vary', 'Origin, Accept-Encoding');
  if (encoding) void reply.header('content-encoding', encoding);
  void reply.type(type).send(encoding ? compression.encode(encoding, kept, own) : Buffer.concat([kept, own]));
  if (repeatable) repeated.note(request.raw, reply.raw, repeatable, encoding);
  return reply;
}

function isNotModified(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('cache-control', tag === '' ? 'no-store' : 'private, no-cache');
  if (tag === '') return false;
  void reply.header('vary', 'Origin, Authorization, Accept, Accept-Language, Accept-Encoding');
  // Weak: what the request was charged differs.
  const etag = `W/"${tag}"`;
  void reply.header('etag', etag);
  const known = request.headers['if-none-match'];
  return known === '*' || (known?.split(',').some((candidate) => candidate.trim() === etag || candidate.trim() === `"${tag}"`) ?? false);
}
