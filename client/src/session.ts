/** Whom the shop’s requests speak for: signing in, fresh tokens, and the end of a session, the same in every tab. */
import { absolute, browser, exclusively, later, onWindow } from './platform.js';
import { SharedTokens, type SessionMode, type Tokens } from './tokens.js';

export interface SessionOptions {
  /** Address of `/graphql`. It may be relative to the page. */
  url: string;
  /** Where tokens are kept. Defaults to `storage`. */
  mode?: SessionMode;
  /** BCP 47 language of messages and errors, such as `de`. Defaults to the browser’s. */
  language?: () => string | undefined;
  /** Takes the place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** What `signIn`, `signUp` and `refreshSession` answer. */
export interface Credentials {
  accessToken: string | null;
  refreshToken: string | null;
}

export interface SessionAnswer {
  /** Null if it did not succeed. */
  user: { id: string; handle: string; name: string } | null;
  userErrors: { code: string; field: string[]; message: string }[];
}

/** An answer that is no answer: the network, the server, or a limit. It may be tried again. */
export class RequestFailed extends Error {
  override name = 'RequestFailed';

  constructor(
    message: string,
    /** The API’s code, such as `RATE_LIMITED`. Null where the API did not answer. */
    readonly code: string | null,
    /** Seconds after which to try again. Null where the server does not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

const refreshing = 'mutation RefreshSession($input:RefreshSessionInput!){answer:refreshSession(input:$input){accessToken refreshToken}}';
const answered = '{accessToken refreshToken user{id handle name}userErrors{code field message}}';
const signingIn = `mutation SignIn($input:SignInInput!){answer:signIn(input:$input)${answered}}`;
const signingUp = `mutation SignUp($input:SignUpInput!){answer:signUp(input:$input)${answered}}`;
const signingOut = 'mutation SignOut($input:SignOutInput!){answer:signOut(input:$input){signedOut}}';

/** An access token is refreshed so long before it expires, or in the last quarter of its life. */
const margin = 60_000;
const retryDelay = 10_000;
/** A network that went without a word answers nothing for minutes, and all that waits for a fresh token would wait with it. */
const timeout = 30_000;

export class Session {
  private readonly url: string;
  private readonly tokens: SharedTokens;
  private readonly listeners = new Set<() => void>();
  private refreshingNow: Promise<void> | null = null;
  private stopTimer = (): void => {};
  private readonly stopWatching: (() => void)[];
  private wasSignedIn: boolean;

  constructor(private readonly options: SessionOptions) {
    this.url = absolute(options.url);
    this.tokens = new SharedTokens(this.url, options.mode ?? 'storage', () => this.changed());
    this.wasSignedIn = this.signedIn;
    const awake = (): void => {
      if (browser.document?.visibilityState !== 'hidden') this.schedule();
    };
    this.stopWatching = [onWindow('online', awake), onWindow('focus', awake)];
    this.schedule();
  }

  get signedIn(): boolean {
    return this.tokens.exists;
  }

  /** The store’s name of who is signed in, the same for all of a user’s sessions. Null for anonymous visitors. */
  get userKey(): string | null {
    return this.tokens.current ? (claimsOf(this.tokens.current.accessToken)?.sub ?? null) : null;
  }

  /** The access token that this tab has, good or expired. For what cannot wait. */
  get currentToken(): string | null {
    return this.tokens.current?.accessToken ?? null;
  }

  /** Calls back when somebody signs in or out, in this tab or another. Reset caches then. @returns stops it */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes the place of `fetch`: requests to the API carry a good access token, all others are left as they are. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const make = requestsOf(input, init);
    const request = make();
    if (request.url.split('?')[0] !== this.url) return this.send(request);
    const token = await this.token();
    const response = await this.send(this.prepared(request, token));
    // Nothing was done by a request that was answered with 401.
    if (response.status !== 401 || token === null) return response;
    return this.send(this.prepared(make(), await this.next(token)));
  };

  /** A good access token, refreshed where it has expired. Null for anonymous visitors. */
  async token(): Promise<string | null> {
    if (!this.signedIn) return null;
    const { current } = this.tokens;
    if (current && current.expiresAt > Date.now()) return current.accessToken;
    // Without the network, the request fails by itself.
    await this.refresh().catch(() => {});
    return this.tokens.current?.accessToken ?? null;
  }

  /** The token after one that the server refused. Null where the session has ended. */
  async next(refused: string): Promise<string | null> {
    if (this.tokens.current?.accessToken === refused) await this.refresh();
    return this.tokens.current?.accessToken ?? null;
  }

  /**
   * Exchanges the refresh token, once for all tabs and for all who ask meanwhile.
   * @throws RequestFailed where the server cannot be reached; the session goes on
   */
  refresh(): Promise<void> {
    return (this.refreshingNow ??= this.exchangeOnce().finally(() => (this.refreshingNow = null)));
  }

  async signIn(input: { email: string; password: string }): Promise<SessionAnswer> {
    return this.open(signingIn, input);
  }

  async signUp(input: { email: string; password: string; handle: string; name: string; merchant?: boolean }): Promise<SessionAnswer> {
    return this.open(signingUp, input);
  }

  /** Ends this session, or all of the viewer’s. Here it ends even if the server cannot be reached. */
  async signOut({ everywhere = false } = {}): Promise<void> {
    const token = await this.token();
    try {
      if (token) await this.post(signingOut, { everywhere }, token);
    } finally {
      this.keep(null);
    }
  }

  /** Takes the tokens that an answer of the API brought. */
  start({ accessToken, refreshToken }: Credentials): void {
    if (!accessToken) throw new Error('There is no access token in what was given.');
    const { iat, exp } = claimsOf(accessToken) ?? {};
    const lifetime = iat && exp ? (exp - iat) * 1000 : margin;
    this.keep({ accessToken, refreshToken, expiresAt: Date.now() + lifetime });
  }

  close(): void {
    this.stopTimer();
    this.stopWatching.forEach((stop) => stop());
    this.tokens.close();
    this.listeners.clear();
  }

  private async open(query: string, input: object): Promise<SessionAnswer> {
    const { accessToken, refreshToken, user, userErrors } = await this.post<SessionAnswer & Credentials>(query, input);
    if (accessToken) this.start({ accessToken, refreshToken });
    return { user, userErrors };
  }

  private async exchangeOnce(): Promise<void> {
    const stale = this.tokens.current?.accessToken;
    await exclusively(`plaza ${this.url}`, async () => {
      const latest = await this.tokens.latest();
      if (!this.signedIn) return this.changed();
      if (latest && latest.accessToken !== stale && latest.expiresAt > Date.now()) return this.changed();
      await this.exchange(latest?.refreshToken);
    });
  }

  private async exchange(refreshToken: string | null | undefined): Promise<void> {
    try {
      const answer = await this.post<Credentials>(refreshing, { refreshToken: refreshToken ?? undefined });
      if (answer.accessToken) this.start(answer);
      else this.keep(null);
    } catch (error) {
      if ((error as RequestFailed).code !== 'UNAUTHENTICATED') throw error;
      this.keep(null);
    }
  }

  /** @throws RequestFailed */
  private post<Answer>(query: string, input: object, token?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stop = later(() => reject(new RequestFailed('The shop does not answer.', null)), timeout);
      this.ask<Answer>(query, input, token).then(resolve, reject).finally(stop);
    });
  }

  private async ask<Answer>(query: string, input: object, token?: string): Promise<Answer> {
    const body = JSON.stringify({ query, variables: { input } });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const response = await this.send(this.prepared(new Request(this.url, init), token ?? null)).catch((error: unknown) => {
      throw new RequestFailed(`The shop cannot be reached: ${String(error)}`, null);
    });
    const { data, errors } = (await response.json().catch(() => ({}))) as {
      data?: { answer: Answer | null } | null;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    if (data?.answer) return data.answer;
    const retryAfter = Number(response.headers.get('retry-after')) || null;
    throw new RequestFailed(
      errors?.[0]?.message ?? `The shop answered ${response.status}.`,
      errors?.[0]?.extensions?.code ?? null,
      retryAfter,
    );
  }

  /** The language that was chosen for messages, where one was. */
  language(): string | undefined {
    return this.options.language?.();
  }

  private prepared(request: Request, token: string | null): Request {
    const own = this.options.mode === 'cookie' ? new Request(request, { credentials: 'include' }) : request;
    if (token) own.headers.set('authorization', `Bearer ${token}`);
    const tag = this.language();
    if (tag) own.headers.set('accept-language', tag);
    return own;
  }

  private send(request: Request): Promise<Response> {
    return (this.options.fetch ?? fetch)(request);
  }

  private keep(tokens: Tokens | null): void {
    this.tokens.set(tokens);
    this.changed();
  }

  private changed(): void {
    this.schedule();
    const { signedIn } = this;
    if (signedIn === this.wasSignedIn) return;
    this.wasSignedIn = signedIn;
    for (const listener of this.listeners) listener();
  }

  private schedule(delay?: number): void {
    this.stopTimer();
    const { current } = this.tokens;
    if (!current) return;
    const { iat = 0, exp = 0 } = claimsOf(current.accessToken) ?? {};
    const early = Math.min(margin, (exp - iat) * 250);
    const refresh = (): void => void this.refresh().catch(() => this.schedule(retryDelay));
    this.stopTimer = later(refresh, delay ?? Math.max(0, current.expiresAt - early - Date.now()));
  }
}

/** Makes a request as often as it is sent. What can be made anew is not copied: copying a body takes a browser longer. */
function requestsOf(input: string | URL | Request, init?: RequestInit): () => Request {
  if (input instanceof Request || init?.body instanceof ReadableStream) {
    const request = new Request(input, init);
    return () => request.clone();
  }
  const url = typeof input === 'string' ? absolute(input) : input;
  return () => new Request(url, init);
}

function claimsOf(token: string): { sub?: string; iat?: number; exp?: number } | null {
  try {
    const [, claims = ''] = token.split('.');
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { sub?: string; iat?: number; exp?: number };
  } catch {
    return null;
  }
}
