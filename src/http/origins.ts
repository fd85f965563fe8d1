/** Which web pages may use the API from a browser: one rule for HTTP, WebSocket and event streams. */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../loopback.js';

export interface OriginOptions {
  /** Exact origins, and patterns such as `https://*.example.com` for every subdomain. */
  corsOrigins: readonly string[];
  /** Whether any page of this machine may. */
  loopbackOrigins: boolean;
  publicUrl: string;
  /** The address that the API listens on. */
  host: string;
  trustedProxies: number;
}

export class Origins {
  private readonly exact: ReadonlySet<string>;
  private readonly patterns: readonly URL[];

  constructor(private readonly options: OriginOptions) {
    const { corsOrigins, publicUrl } = options;
    this.exact = new Set([new URL(publicUrl).origin, ...corsOrigins.filter((origin) => !origin.includes('*'))]);
    this.patterns = corsOrigins.filter((origin) => origin.includes('*')).map((origin) => new URL(origin.replace('*.', '')));
  }

  /** Programs that are no browsers send no origin, and are asked for their token alone. */
  allow(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return true;
    const url = parse(origin);
    return url !== null && (this.isListed(url) || this.isOwn(url, request));
  }

  private isListed(url: URL): boolean {
    if (this.exact.has(url.origin)) return true;
    if (this.options.loopbackOrigins && isLoopback(url.hostname)) return true;
    return this.patterns.some(
      ({ protocol, port, hostname }) => url.protocol === protocol && url.port === port && url.hostname.endsWith(`.${hostname}`),
    );
  }

  /**
   * Whether the page comes from the API itself. On a loopback address only loopback names count as its own: another
   * name that leads there is one that somebody's page was given to get in (DNS rebinding).
   */
  private isOwn(url: URL, { headers }: IncomingMessage): boolean {
    const forwarded = this.options.trustedProxies > 0 ? headers['x-forwarded-host'] : undefined;
    const host = typeof forwarded === 'string' ? forwarded : headers.host;
    if (url.host !== host?.toLowerCase()) return false;
    return this.options.trustedProxies > 0 || !isLoopback(this.options.host) || isLoopback(url.hostname);
  }
}

/** Only what a browser would send: an origin in its one form, and not something that a parser makes one of. */
function parse(origin: string): URL | null {
  try {
    const url = new URL(origin);
    return url.origin === origin.toLowerCase() && /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
