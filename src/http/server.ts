/** The one port: GraphQL over HTTP and WebSocket, health, metrics and the playground. */
import type { IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyCookie from '@fastify/cookie';
import proxyAddress from '@fastify/proxy-addr';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Registry } from 'prom-client';
import { WebSocketServer, type WebSocket } from 'ws';
import { RateLimited, RequestError } from '../errors.js';
import type { GraphQLError } from 'graphql';
import { refusalFormat } from '../graphql/answer-types.js';
import { createApollo } from '../graphql/apollo.js';
import type { CompiledOperations } from '../graphql/compiled-operations.js';
import { formatError, formatRefusals, refusal, statusOf } from '../graphql/errors.js';
import { EndedRequests, noteErrors, reportTo, withOperationLog } from '../graphql/operation-log.js';
import { Broadcasts } from '../graphql/broadcast.js';
import { streamOperation } from '../graphql/event-stream.js';
import { LiveConnections, LiveIdentities, type ConnectionLimits, type LiveIdentityOptions } from '../graphql/live-connections.js';
import { closeCode, closeFirmly, serveSockets } from '../graphql/socket-server.js';
import { webSocketOptions, type LiveOptions } from '../graphql/websocket.js';
import { QueryAnswers, type QueryAnswerOptions } from '../graphql/query-answers.js';
import type { RateLimits } from '../graphql/rate-limits.js';
import { TrustedDocuments } from '../graphql/trusted-documents.js';
import { RequestMetrics } from '../observability/request-metrics.js';
import type { HiddenAuthors, Realtime } from '../realtime/index.js';
import { RequestContext, type SignedIn, type Streams, type TokenCookie } from '../relay/context.js';
import { serveAccountPage } from './account-page.js';
import { queryOf, sendAnswer, streamedOperation, wantsStream } from './query-requests.js';
import { BegunAnswers } from './begun-answers.js';
import { setBrowserRules } from './browser-rules.js';
import { Compression } from './compression.js';
import { RequestConnections, timeoutOptions, withTimeouts, type ConnectionTimeouts } from './connection-limits.js';
import { serveConsole } from './console.js';
import { serveDocs } from './docs.js';
import { listenForMetrics, serveMetrics, type MetricsOptions, type MetricsSource } from './metrics.js';
import { serveIntegrations, type IntegrationRouteOptions } from './integrations.js';
import { serveImages, uploadPath, type ImageRouteOptions } from './images.js';
import { networkOf } from './network-address.js';
import { PageOperations } from './page-operations.js';
import { chargeRoutes } from './priced-routes.js';
import { hasOneHost, requireHost } from './request-host.js';
import { Origins, type OriginOptions } from './origins.js';
import { refreshCookie } from './refresh-cookie.js';
import { RepeatedQueries } from './repeated-queries.js';
import { requestIdOf, RequestLog } from './request-log.js';
import { playgroundPath, servePlayground } from './playground.js';
import { serveProductPage, type ProductPageOptions } from './product-page.js';
import { serveEmbeds, type EmbedOptions } from './embed.js';
import { serveDigestPages, type DigestPageOptions } from './digest-page.js';
import { serveReviewPages, type ReviewPageOptions } from './review-page.js';
import { serveReviewFeed, type ReviewFeedOptions } from './review-feed.js';
import { loadStorefront, type StorefrontOptions } from './storefront.js';
import { serveShortLinks, type ShortLinkOptions } from './short-links.js';
import { resolveDocument } from './trusted-requests.js';
import { serveWidgets } from './widgets.js';

const path = '/graphql';
/** So long a server that ends waits for the answers that it has begun, in milliseconds: fastify gives all of its end ten seconds. */
const longestAnswer = 5_000;

export interface HttpLimits extends ConnectionLimits, ConnectionTimeouts {
  /** HTTP connections of one address that are no WebSocket and no event stream. */
  requestConnectionsPerAddress: number;
  /** Bytes of a request body or a WebSocket message. */
  bodySize: number;
  /** Bytes that may wait for a subscriber that reads too slowly. */
  subscriberBacklog: number;
}

export interface HttpOptions
  extends
    ShortLinkOptions,
    ProductPageOptions,
    OriginOptions,
    ReviewFeedOptions,
    ImageRouteOptions,
    ReviewPageOptions,
    DigestPageOptions,
    EmbedOptions,
    IntegrationRouteOptions,
    StorefrontOptions {
  storefront: boolean;
  /** Signs what browsers keep. */
  authSecrets: readonly [string, ...string[]];
  refreshTokenCookie: boolean;
  operations: CompiledOperations;
  authenticate: (authorization: string | undefined) => Promise<SignedIn | null>;
  currentOf: LiveIdentityOptions['currentOf'];
  introspection: boolean;
  playground: boolean;
  docs: boolean;
  console: boolean;
  demoShop: boolean;
  log: FastifyBaseLogger;
  limits: HttpLimits;
  /** Characters of an answer. */
  maxAnswerSize: number;
  metricsAccess: MetricsOptions;
  rateLimits: RateLimits;
  hiddenAuthors: HiddenAuthors;
  realtime: Realtime;
  streams: Streams;
  metrics: Registry;
  /** What is told of them: of several processes, those of all. */
  toldMetrics: MetricsSource;
  /** @throws Error while the API cannot serve */
  checkReady: () => Promise<void>;
  cache: QueryAnswerOptions['cache'];
  /** The only documents that run, by id; null where any does. */
  trustedDocuments: ReadonlyMap<string, string> | null;
  seesEverybody: QueryAnswerOptions['seesEverybody'];
}

interface Live extends LiveOptions {
  playground: boolean;
  answers: QueryAnswers;
  repeated: RepeatedQueries;
  begun: BegunAnswers;
  compression: Compression;
  refreshCookieOf: (request: FastifyRequest, reply: FastifyReply) => TokenCookie | null;
  requests: RequestLog;
  requestConnections: RequestConnections;
}

export interface HttpServer {
  fastify: FastifyInstance;
  /** Listens for the API and, where they have a port of their own, for metrics. @returns the addresses */
  listen(port: number): Promise<{ api: string; metrics: string | null }>;
  close(): Promise<void>;
}

export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const trustProxy = (_address: string, hop: number): boolean => hop < options.trustedProxies;
  const repeated = new RepeatedQueries(path);
  const begun = new BegunAnswers();
  const timeouts = timeoutOptions(options.limits);
  const fastify = Fastify({
    bodyLimit: options.limits.bodySize,
    loggerInstance: options.log,
    // Lines about a request are written where it ends, with its id.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    forceCloseConnections: true,
    // A slug is up to 80 characters and an id, and each character up to 12 when it is encoded.
    routerOptions: { maxParamLength: 1200 },
    trustProxy,
    ...timeouts,
    serverFactory: (listener) => begun.watch(withTimeouts(repeated.serverFor(timeouts.http, listener), timeouts)),
  });
  const requestConnections = new RequestConnections(options.limits.requestConnectionsPerAddress);
  if (options.trustedProxies === 0) requestConnections.watch(fastify.server);
  const addressOf = (request: IncomingMessage): string => networkOf(proxyAddress(request, trustProxy));
  const ended = new EndedRequests(options.log, new RequestMetrics(options.metrics));
  const requests = new RequestLog(ended, path);
  requests.watch(fastify);
  const report = reportTo(options.log);
  fastify.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
    const { code, status, ...refusal } = refusalOf(error, options.limits.bodySize);
    const facts = requests.factsOf(request);
    facts.code ??= code;
    // A client that goes while it is sending is no defect.
    if (status >= 500 && !request.raw.errored) report(error, facts);
    if (error instanceof RateLimited) void reply.header('retry-after', error.retryAfter);
    // What was to be answered may have been for caches to keep.
    void reply.header('cache-control', 'no-store').removeHeader('etag');
    void reply.status(status).send({ errors: [refusal] });
  });
  const apollo = createApollo({ ...options, report, plugins: [fastifyApolloDrainPlugin(fastify)] });
  await apollo.start();
  const connections = new LiveConnections(options.limits);
  const live: Live = {
    ...{ requests, repeated, begun },
    ...options,
    trusted: options.trustedDocuments && new TrustedDocuments(options.trustedDocuments),
    compression: new Compression(),
    answers: new QueryAnswers({ ...options, report }),
    connections,
    identities: new LiveIdentities(options),
    requestConnections,
    addressOf,
    refreshCookieOf: (request, reply) =>
      options.refreshTokenCookie ? refreshCookie(request, reply, path, options.publicUrl.startsWith('https:')) : null,
    broadcasts: new Broadcasts(
      options.operations,
      options.hiddenAuthors,
      options.rateLimits,
      options.realtime,
      options.log,
      options.limits.subscriberBacklog,
      report,
      options.cache,
    ),
    report,
  };
  // What a trusted document's id stands for is found out first.
  if (!live.trusted) repeated.open(live);
  fastify.addHook('preClose', async () => {
    repeated.close();
    await begun.ended(longestAnswer);
  });
  const origins = new Origins(options);
  await setBrowserRules(fastify, { graphql: path, uploads: uploadPath }, origins, options);
  await fastify.register(fastifyCookie, { secret: [...options.authSecrets] });
  fastify.addHook('onRequest', (request, _reply, done) => {
    requireHost(request);
    done();
  });
  chargeRoutes(fastify, options.rateLimits, addressOf);
  const pages = new PageOperations({ ...options, addressOf });
  // A form can send plain text to any address without asking.
  fastify.removeContentTypeParser('text/plain');
  serveGraphql(fastify, apollo, live);
  const sockets = new WebSocketServer({
    server: fastify.server,
    path,
    maxPayload: options.limits.bodySize,
    verifyClient: ({ req }, done) => done(hasOneHost(req) && origins.allow(req), 403, 'This origin may not use the API.'),
  });
  limitSockets(sockets, live);
  requests.watchSockets(sockets);
  const closeSockets = serveSockets(withOperationLog(webSocketOptions(live), { ended, report }), sockets, {
    backlog: { answers: Math.max(options.limits.subscriberBacklog, options.maxAnswerSize), pongs: options.limits.subscriberBacklog },
    messagesAtOnce: 2 * options.limits.subscriptionsPerConnection,
    callerOf: (request) => ({
      address: addressOf(request),
      requestId: requests.socketId(request),
      userAgent: request.headers['user-agent'] ?? null,
      acceptLanguage: request.headers['accept-language'],
    }),
    hold: (address, bytes) => connections.hold(address, bytes),
    release: (address, bytes) => connections.release(address, bytes),
    report,
  });
  expectBadFrames(sockets, options.log);
  serveHealth(fastify, options);
  serveMetrics(fastify, options.metricsAccess, options.toldMetrics);
  serveShortLinks(fastify, options, addressOf);
  const storefront = options.storefront ? loadStorefront(options, options.log) : null;
  serveProductPage(fastify, options, pages, storefront);
  await storefront?.serve(fastify, pages);
  serveReviewFeed(fastify, options);
  await serveWidgets(fastify);
  serveEmbeds(fastify, options, pages);
  await serveReviewPages(fastify, options, pages);
  await serveDigestPages(fastify, options);
  await serveImages(fastify, options);
  await serveIntegrations(fastify, options);
  serveAccountPage(fastify, path);
  if (options.docs) await serveDocs(fastify);
  if (options.console) await serveConsole(fastify, options);
  if (options.playground) await servePlayground(fastify, options, storefront === null);
  let metrics: Awaited<ReturnType<typeof listenForMetrics>> = null;
  return {
    fastify,
    async listen(port) {
      metrics = await listenForMetrics(options.metricsAccess, options.toldMetrics);
      return { api: await fastify.listen({ port, host: options.host }), metrics: metrics?.address ?? null };
    },
    async close() {
      await metrics?.close();
      await closeSockets();
      await apollo.stop();
      await fastify.close();
    },
  };
}

/** Registered before the protocol's own listener, so that a refused connection never gets to it. */
function limitSockets(sockets: WebSocketServer, { connections, requestConnections, addressOf }: Live): void {
  sockets.on('connection', (socket: WebSocket, request) => {
    const address = addressOf(request);
    // Until it is gone it counts as a plain connection: a client need not go because it is told to.
    if (!connections.enter(address)) return closeFirmly(socket, closeCode.tooMany, 'Too many connections of this address');
    requestConnections.release(request);
    socket.on('close', () => connections.leave(address));
  });
}

/** Without a listener an error would end the process. */
function expectBadFrames(sockets: WebSocketServer, log: FastifyBaseLogger): void {
  // The socket is closed already, with the code that fits.
  const note = ({ message }: Error): void => log.debug({ reason: message }, 'A WebSocket sent what is no message.');
  sockets.on('connection', (socket: WebSocket) => socket.on('error', note));
}

function serveGraphql(fastify: FastifyInstance, apollo: ApolloServer<RequestContext>, live: Live): void {
  const handler = fastifyApolloHandler(apollo, {
    async context(request: FastifyRequest, reply: FastifyReply) {
      const facts = live.requests.factsOf(request);
      try {
        const context = new RequestContext(
          { signedIn: await live.authenticate(request.headers.authorization) },
          live.addressOf(request.raw),
          live.streams,
        );
        return Object.assign(context, {
          facts,
          userAgent: request.headers['user-agent'] ?? null,
          acceptLanguage: request.headers['accept-language'],
          traceparent: request.headers['traceparent'],
          refreshCookie: live.refreshCookieOf(request, reply),
        });
      } catch (error) {
        if (!(error instanceof RequestError)) {
          live.report(error, facts);
          throw error;
        }
        facts.code = error.code;
        throw refusal(error);
      }
    },
  });
  fastify.route({
    method: ['GET', 'POST'],
    url: path,
    async handler(request, reply) {
      const isPage = live.playground && isPageRequest(request) && !('query' in (request.query as object));
      if (live.trusted && !isPage) {
        try {
          resolveDocument(request, live.trusted);
        } catch (error) {
          return refuseDocument(live, '', [documentRefusal(error)], request, reply);
        }
      }
      const { query } = ((request.method === 'POST' ? request.body : request.query) ?? {}) as { query?: unknown };
      if (live.playground && query === undefined && isPageRequest(request)) return reply.redirect(playgroundPath);
      if (!wantsStream(request, live.operations)) {
        const document = typeof query === 'string' && query !== '' ? live.operations.document(query) : null;
        if (document && !('kind' in document)) return refuseDocument(live, query as string, document, request, reply);
        const asked = queryOf(request, live);
        const answer = asked && (live.repeated.leftAnswer(request.raw, asked.facts) ?? (await live.answers.answer(asked)));
        if (answer) return sendAnswer(request, reply, answer, live);
        return handler.call(fastify, request as never, reply as never);
      }
      reply.hijack();
      live.requestConnections.release(request.raw);
      live.begun.leave(reply.raw);
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
      const operation = streamedOperation(request, live.operations);
      const {
        authorization,
        'last-event-id': lastEventId,
        'user-agent': userAgent = null,
        'accept-language': acceptLanguage,
      } = request.headers;
      const lastEvent = { lastEventId: lastEventId as string | undefined };
      const readOnly = request.method !== 'POST';
      const facts = live.requests.factsOf(request);
      const stream = {
        ...operation,
        authorization,
        userAgent,
        acceptLanguage,
        ...lastEvent,
        address: live.addressOf(request.raw),
        size: JSON.stringify(operation).length,
        readOnly,
        facts,
      };
      await streamOperation({ ...live, report: (error) => live.report(error, facts) }, stream, reply.raw);
      return undefined;
    },
  });
}

/** Somebody typed the API's address into a browser. */
function isPageRequest({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && Boolean(headers.accept?.includes('text/html'));
}

function documentRefusal(error: unknown): GraphQLError {
  if (error instanceof RequestError) return refusal(error);
  throw error;
}

async function refuseDocument(
  live: Live,
  query: string,
  errors: readonly GraphQLError[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { headers, raw } = request;
  await live.rateLimits.chargeRefused(query, live.addressOf(raw));
  const { status, type } = refusalFormat(headers.accept);
  const formatted = formatRefusals(errors);
  noteErrors(live.requests.factsOf(request), formatted);
  return reply.status(status).type(type).send({ errors: formatted });
}

interface Refusal {
  code: string;
  status: number;
  message: string;
  extensions?: Record<string, unknown>;
}

/** What fails before GraphQL has the request still answers in GraphQL's form. */
function refusalOf(error: FastifyError | RequestError, bodyLimit: number): Refusal {
  if (error instanceof RequestError || error.statusCode === undefined) {
    const formatted = formatError({ message: error.message }, error, () => {});
    const code = String(formatted.extensions!['code']);
    return { ...formatted, code, status: statusOf(code) };
  }
  const status = error.statusCode;
  const messages: Record<number, string> = {
    400: 'The request body is not valid JSON.',
    413: `The request is larger than ${bodyLimit} bytes.`,
    415: 'Send application/json.',
  };
  const code = status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT';
  const message = messages[status] ?? (status >= 500 ? 'Something went wrong on our side.' : 'The request is malformed.');
  return { code, status, message, extensions: { code } };
}

function serveHealth(fastify: FastifyInstance, { checkReady }: HttpOptions): void {
  fastify.get('/health/live', async () => ({ status: 'ok' }));
  fastify.get('/health/ready', async (_request, reply) => {
    try {
      await checkReady();
      return { status: 'ok' };
    } catch {
      return reply.status(503).send({ status: 'unavailable' });
    }
  });
}
