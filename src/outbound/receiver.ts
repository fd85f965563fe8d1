/** Sends one message to a receiver. Whatever the receiver does, it is over in seconds and costs little memory. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AddressRefused, isPublicAddress, literalAddress, receiverLookup, type ResolveName } from './public-address.js';

/** From the first byte to the end of the answer, in milliseconds. */
export const receiverTimeout = 10_000;
/** Bytes of an answer that are read; its text is of no interest. */
const maxAnswer = 64 * 1024;

export interface Outcome {
  /** The receiver's HTTP status; null where there was no answer. */
  status: number | null;
  /** What went wrong, in a few words; null where the message was taken. */
  error: string | null;
  /** Milliseconds after which the receiver wants to be asked again. */
  retryAfter: number | null;
}

export interface ReceiverOptions {
  /** Whether receivers may be on private networks, and without TLS. */
  allowPrivate: boolean;
  timeout?: number;
  resolve?: ResolveName;
}

export class Receiver {
  constructor(private readonly options: ReceiverOptions) {}

  /** @param signal ends the attempt, whose outcome is then unknown */
  async send(url: string, headers: Record<string, string>, body: string | Buffer, signal: AbortSignal): Promise<Outcome> {
    const { allowPrivate } = this.options;
    const target = new URL(url);
    const literal = literalAddress(target.hostname);
    if (!allowPrivate && target.protocol !== 'https:') return failed('Only https is allowed.');
    if (!allowPrivate && literal && !isPublicAddress(literal)) return failed(new AddressRefused(target.hostname).message);
    try {
      const { status, retryAfter } = await this.post(target, headers, body, signal);
      if (status >= 200 && status < 300) return { status, error: null, retryAfter: null };
      return { status, error: status >= 300 && status < 400 ? 'Redirects are not followed.' : `HTTP ${status}`, retryAfter };
    } catch (error) {
      if (signal.aborted) throw error;
      return failed(reasonOf(error as NodeJS.ErrnoException));
    }
  }

  private post(
    target: URL,
    headers: Record<string, string>,
    body: string | Buffer,
    stop: AbortSignal,
  ): Promise<{ status: number; retryAfter: number | null }> {
    const { allowPrivate, resolve, timeout = receiverTimeout } = this.options;
    const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((done, refuse) => {
      const sent = request(target, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup: receiverLookup(allowPrivate, resolve),
        // A connection for each message: each has its address checked.
        agent: false,
        signal: stop,
      });
      let isAnswered = false;
      let isLate = false;
      const fail = (error: Error): void => refuse(isLate ? Object.assign(error, { code: 'ETIMEDOUT' }) : error);
      // No signal of several: Node forgets one of its parts when memory is collected, and the attempt would never end.
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
        readAnswer(response).then(() => {
          done({ status: response.statusCode ?? 0, retryAfter: pauseOf(response.headers['retry-after']) });
          sent.destroy();
        }, fail);
      });
      sent.end(body);
    });
  }
}

/** Reads an answer to its end, or as much of it as is allowed. */
async function readAnswer(response: IncomingMessage): Promise<void> {
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > maxAnswer) return;
  }
}

/** Milliseconds of a Retry-After, which is of seconds or a date (RFC 9110, 10.2.3). */
function pauseOf(header: string | undefined): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : null;
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, until - Date.now());
}

function failed(error: string): Outcome {
  return { status: null, error, retryAfter: null };
}

/** What the receiver's owner is told of a failed connection: no addresses of this network. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error instanceof AddressRefused) return error.message;
  const known: Record<string, string> = {
    ECONNREFUSED: 'The connection was refused.',
    ECONNRESET: 'The connection was cut.',
    ETIMEDOUT: 'The receiver did not answer in time.',
    ENOTFOUND: 'The host was not found.',
  };
  return (
    known[error.code ?? ''] ??
    (error.code?.includes('CERT') || error.code?.startsWith('ERR_TLS') ? 'The certificate is not valid.' : 'The connection failed.')
  );
}
