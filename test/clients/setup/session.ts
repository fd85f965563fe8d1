interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const refresh = `mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken }
}`;

/** The viewer’s tokens. Requests that find the access token expired wait for one refresh, and are sent again. */
export class Session {
  private refreshing: Promise<void> | null = null;

  /** @param endpoint the address of `/graphql` */
  constructor(
    private readonly endpoint: string,
    private tokens: Tokens,
  ) {}

  get headers(): { authorization: string } {
    return { authorization: `Bearer ${this.tokens.accessToken}` };
  }

  /** Takes the place of `fetch` in the client. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const sent = this.headers;
    const send = () => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...this.headers } });
    const response = await send();
    if (response.status !== 401) return response;
    if (sent.authorization === this.headers.authorization) await this.refresh();
    return send();
  };

  /** Exchanges the refresh token, once for all who ask meanwhile. */
  refresh(): Promise<void> {
    return (this.refreshing ??= this.exchange().finally(() => (this.refreshing = null)));
  }

  private async exchange(): Promise<void> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: refresh, variables: { input: { refreshToken: this.tokens.refreshToken } } }),
    });
    const { data } = (await response.json()) as { data?: { refreshSession: Tokens } };
    if (!data) throw new Error('The session has ended: sign in again.');
    this.tokens = data.refreshSession;
  }
}
