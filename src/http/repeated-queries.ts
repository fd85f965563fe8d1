/**
 * Queries that are asked again in the same words. Most of what a kept answer costs is finding out that there is one: routing,
 * hooks, parsing, validation. A request that is, byte for byte, one that was answered before needs none of it. The answer itself
 * is charged, checked and logged as any other.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { QueryAnswer, QueryAnswers, RepeatableQuery } from '../graphql/query-answers.js';
import type { RequestFacts } from '../log.js';
import type { Compression, Encoding } from './compression.js';
import { hasOneHost } from './request-host.js';
import { requestIdHeader, type RequestLog } from './request-log.js';

/** An answer goes by them, so that a request with others is another one. */
const telling = ['host', 'origin', 'authorization', 'accept', 'accept-encoding', 'content-type', 'x-forwarded-host', 'x-forwarded-proto'];
/** No answer to a query goes by them. Where a request has one that stands in neither list, it is read as a whole. */
const silent = [
  ...['connection', 'content-length', 'user-agent', 'referer', 'accept-language', 'cache-control', 'pragma', 'priority', 'dnt', 'sec-gpc'],
  ...['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform'],
  ...['cookie', 'x-forwarded-for', 'x-request-id'],
];
const known = new Set([...telling, ...silent]);
/** What each answer has of its own. */
const ownHeaders = new Set(['x-request-id', 'content-length', 'date', 'connection', 'keep-alive']);

const longestBody = 20_000;
const memory = 8 * 1024 * 1024;
/** About what an entry takes besides the texts of its request. */
const overhead = 2_000;

interface Repeated {
  asked: RepeatableQuery;
  encoding: Encoding | null;
  /** Names and values in turn. */
  headers: string[];
}

interface Left {
  answer: QueryAnswer;
  facts: RequestFacts;
}

interface Door {
  answers: Pick<QueryAnswers, 'answerAgain'>;
  compression: Compression;
  requests: RequestLog;
  addressOf: (request: IncomingMessage) => string;
}

export class RepeatedQueries {
  private readonly repeated = new LRUCache<string, Repeated>({
    maxSize: memory,
    sizeCalculation: ({ asked }, key) => 2 * (key.length + asked.key.length + asked.query.length + asked.variables.length) + overhead,
  });
  private readonly keys = new WeakMap<IncomingMessage, string>();
  /** Answers that turned out to be no longer everybody's, for the requests that they were made for. */
  private readonly left = new WeakMap<IncomingMessage, Left>();
  private door: Door | null = null;

  /** @param path where GraphQL is served */
  constructor(private readonly path: string) {}

  /** A server whose requests come here first. */
  serverFor(options: ServerOptions, listener: RequestListener): Server {
    return createServer(options, (request, response) => {
      const head = this.door && headOf(request, this.path);
      // What comes in one piece is there when the parser has returned.
      if (head) process.nextTick(() => this.take(head, request, response, listener));
      else listener(request, response);
    });
  }

  open(door: Door): void {
    this.door = door;
  }

  close(): void {
    this.door = null;
  }

  /** The answer to a request that was charged and run here, and is to be sent like any other. @param facts where what is known of it is noted */
  leftAnswer(request: IncomingMessage, facts: RequestFacts): QueryAnswer | null {
    const left = this.left.get(request);
    if (!left) return null;
    const { requestId } = facts;
    Object.assign(facts, left.facts, { requestId });
    return left.answer;
  }

  /** Notes how a request was answered, for those who ask the same. */
  note(request: IncomingMessage, response: ServerResponse, asked: RepeatableQuery, encoding: Encoding | null): void {
    const key = this.keys.get(request);
    if (key === undefined || response.statusCode !== 200) return;
    const headers: string[] = [];
    for (const [name, value] of Object.entries(response.getHeaders())) {
      if (ownHeaders.has(name)) continue;
      if (typeof value !== 'string' || name === 'set-cookie') return;
      headers.push(name, value);
    }
    this.repeated.set(key, { asked, encoding, headers });
  }

  private take(head: string, request: IncomingMessage, response: ServerResponse, listener: RequestListener): void {
    const { readableLength } = request;
    const isWhole = readableLength > 0 && readableLength <= longestBody && request.headers['content-length'] === String(readableLength);
    if (!this.door || !isWhole) return listener(request, response);
    const body = request.read() as Buffer;
    // Whoever reads the request as a whole finds it untouched.
    request.unshift(body);
    const key = `${head}\n${body.toString('latin1')}`;
    const entry = this.repeated.get(key);
    const pass = (): void => {
      this.keys.set(request, key);
      listener(request, response);
    };
    if (!entry) return pass();
    void answerAgain(entry, this.door, request, response).then((left) => {
      if (left === 'SENT') return;
      this.repeated.delete(key);
      if (left) this.left.set(request, left);
      pass();
    });
  }
}

/** @returns what is left to do for a request that has to be read as a whole, for whatever is different this time; null for everything */
async function answerAgain(
  { asked, encoding, headers }: Repeated,
  { answers, compression, requests, addressOf }: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<'SENT' | Left | null> {
  const logged = requests.begin(request, response);
  const { authorization, 'user-agent': userAgent = null, 'accept-language': acceptLanguage } = request.headers;
  const asker = { authorization, address: addressOf(request), userAgent, acceptLanguage, facts: logged.facts };
  const answer = await answers.answerAgain(asked, asker).catch(() => null);
  if (!answer?.repeatable) {
    logged.leave();
    return answer && { answer, facts: logged.facts };
  }
  const body = encoding ? [compression.encode(encoding, answer.kept, answer.own)] : [answer.kept, answer.own];
  const length = body.reduce((bytes, part) => bytes + part.length, 0);
  response.writeHead(200, [...headers, requestIdHeader, logged.facts.requestId!, 'content-length', String(length)]);
  // In one write to the socket, without a copy of what is kept.
  response.cork();
  for (const part of body) response.write(part);
  response.end();
  return 'SENT';
}

/** What tells a request apart but for its body; null for what is no plain request for an operation. */
function headOf(request: IncomingMessage, path: string): string | null {
  const { method, url, rawHeaders, headers } = request;
  if (method !== 'POST' || url !== path || !hasOneHost(request)) return null;
  for (let at = 0; at < rawHeaders.length; at += 2) if (!known.has(rawHeaders[at]!.toLowerCase())) return null;
  return telling.map((name) => (headers[name] as string | undefined) ?? '').join('\n');
}
