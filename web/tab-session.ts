/** A session that lives as long as the browser's tab, also across a reload. For the pages that developers and staff work in. */

export interface TabSession {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string | null;
  /** The user's name. */
  name: string;
}

const endpoint = '/graphql';
/** A token that is nearly over is renewed, in milliseconds. */
const margin = 30_000;
const fields = 'accessToken accessTokenExpiresAt refreshToken user { name } userErrors { message }';
const inputs = { signIn: 'SignInInput', signUp: 'SignUpInput', refreshSession: 'RefreshSessionInput' } as const;

type Answer = Omit<TabSession, 'name'> & { user: { name: string } | null; userErrors: { message: string }[] };

/** What the server said to a request that it will not grant later either. */
class Refused extends Error {}

export class TabSessions<Session extends TabSession> {
  private session: Session | null;
  private refreshing: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();

  /**
   * @param key what the tab's storage has the session under
   * @param prefix of the names of operations, which the server's log and metrics have
   */
  constructor(
    private readonly key: string,
    private readonly prefix = '',
  ) {
    this.session = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
  }

  /** Null while nobody is signed in. */
  readonly current = (): Session | null => this.session;

  /** @returns stops it */
  readonly onChange = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** @returns a session that is not kept yet. @throws Error with the sentence to show */
  async open(mutation: keyof typeof inputs, input: object): Promise<TabSession> {
    const operation = `${this.prefix}${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
    const query = `mutation ${operation}($input: ${inputs[mutation]}!) { answer: ${mutation}(input: $input) { ${fields} } }`;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json().catch(() => ({}))) as {
      data?: { answer: Answer };
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    const answer = data?.answer;
    const [problem] = errors ?? answer?.userErrors ?? [];
    if (errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') throw new Refused(errors[0].message);
    if (!answer || problem) throw new Error(problem?.message ?? 'The server did not answer. Try again.');
    const { accessToken, accessTokenExpiresAt, refreshToken, user } = answer;
    return { accessToken, accessTokenExpiresAt, refreshToken, name: user?.name ?? this.session?.name ?? '' };
  }

  keep(session: Session | null): void {
    this.session = session;
    if (session) sessionStorage.setItem(this.key, JSON.stringify(session));
    else sessionStorage.removeItem(this.key);
    for (const listener of this.listeners) listener();
  }

  /** The header of a request, for which a token that is nearly over is renewed; null while nobody is signed in. */
  async authorization(): Promise<string | null> {
    if (this.session && Date.parse(this.session.accessTokenExpiresAt) - Date.now() < margin) {
      // A request with a token that is over says itself that it failed.
      await this.refresh().catch(() => {});
    }
    return this.session && `Bearer ${this.session.accessToken}`;
  }

  /** Renews the token once, however many ask. Whoever the server refuses is signed out. @throws Error where it does not answer */
  refresh(): Promise<void> {
    return (this.refreshing ??= this.exchange().finally(() => (this.refreshing = null)));
  }

  private async exchange(): Promise<void> {
    const before = this.session;
    if (!before) return;
    try {
      const input = before.refreshToken === null ? {} : { refreshToken: before.refreshToken };
      this.keep({ ...before, ...(await this.open('refreshSession', input)) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.keep(null);
    }
  }
}
