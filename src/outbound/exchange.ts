/** One request to somebody else's server. Whatever that does, it is over in time and costs little memory. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Its beginning, where it is longer than what is read. */
  body: Buffer;
}

export interface Bounds {
  /** From the first byte to the end of the answer, in milliseconds. */
  timeout: number;
  /** Bytes of an answer that are read. */
  maxBytes: number;
}

export interface Exchange extends Bounds {
  method: string;
  headers: Record<string, string>;
  body?: string | Buffer | undefined;
  /** Ends it early. */
  signal?: AbortSignal | undefined;
  /** How the host's addresses are found. Each request has a connection of its own then. */
  lookup?: LookupFunction;
}

/** Shorter than servers keep a connection that nobody uses, in milliseconds. */
const keptFor = 3_000;
const http = new HttpAgent({ keepAlive: true, timeout: keptFor });
const https = new HttpsAgent({ keepAlive: true, timeout: keptFor });

/** Redirects are not followed. The promise is rejected with the code ETIMEDOUT where the answer takes too long. */
export function exchange(target: URL, { method, headers, body, signal, lookup, timeout, maxBytes }: Exchange): Promise<Answer> {
  const [request, agent] = target.protocol === 'https:' ? [httpsRequest, https] : [httpRequest, http];
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent: lookup ? false : agent,
      ...(lookup && { lookup }),
      ...(signal && { signal }),
    });
    let isAnswered = false;
    let isLate = false;
    const fail = (error: Error): void => reject(isLate ? Object.assign(error, { code: 'ETIMEDOUT' }) : error);
    // A plain timer, and no fetch with a signal: that loses its end when memory is collected, and would never be over.
    const timer = setTimeout(() => {
      isLate = true;
      sent.destroy();
    }, timeout);
    sent.on('error', fail);
    // Node ends a connection that was asked to change its protocol (101) without an error.
    sent.on('close', () => {
      clearTimeout(timer);
      if (!isAnswered) fail(new Error('The connection ended without an answer.'));
    });
    sent.on('response', (response) => {
      isAnswered = true;
      bodyOf(response, maxBytes).then((read) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read });
      }, fail);
    });
    sent.end(body);
  });
}

/** An answer to its end, or as much of it as is allowed, which ends the connection. */
async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

/** What libraries take in place of `fetch`. A longer answer than is allowed is cut, which is no JSON any more. */
export function boundedFetch(bounds: Bounds) {
  return async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { method = 'GET', body, signal } = init;
    const answer = await exchange(new URL(url instanceof Request ? url.url : url), {
      ...bounds,
      method,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof body === 'string' ? body : undefined,
      signal: signal ?? undefined,
    });
    return new Response(answer.body.length > 0 ? new Uint8Array(answer.body) : null, { status: answer.status });
  };
}
