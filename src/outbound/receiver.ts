/** Sends one message to a receiver. Whatever the receiver does, it is over in seconds and costs little memory. */
import { exchange } from './exchange.js';
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
    const { allowPrivate, resolve, timeout = receiverTimeout } = this.options;
    const target = new URL(url);
    const literal = literalAddress(target.hostname);
    if (!allowPrivate && target.protocol !== 'https:') return failed('Only https is allowed.');
    if (!allowPrivate && literal && !isPublicAddress(literal)) return failed(new AddressRefused(target.hostname).message);
    try {
      // A connection for each message: each has its address checked.
      const lookup = receiverLookup(allowPrivate, resolve);
      const asked = { method: 'POST', headers, body, lookup, signal, timeout, maxBytes: maxAnswer };
      const { status, headers: answered } = await exchange(target, asked);
      const retryAfter = pauseOf(answered['retry-after']);
      if (status >= 200 && status < 300) return { status, error: null, retryAfter: null };
      return { status, error: status >= 300 && status < 400 ? 'Redirects are not followed.' : `HTTP ${status}`, retryAfter };
    } catch (error) {
      if (signal.aborted) throw error;
      return failed(reasonOf(error as NodeJS.ErrnoException));
    }
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
