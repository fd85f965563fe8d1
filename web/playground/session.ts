/** Who the playground is signed in as. Tokens live as long as the browser's tab, also across a reload. */
import { endpoint } from './page.ts';

export interface Session {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string | null;
  email: string;
  name: string;
  /** Known for accounts that the playground made. */
  password?: string;
}

export const demoPassword = 'plaza-demo';
export const demoAccounts = ['buyer', 'merchant', 'moderator', 'admin'].map((role) => ({ role, email: `${role}@plaza.example` }));

const key = 'plaza-playground-session';
/** A token that is nearly over is renewed, in milliseconds. */
const margin = 30_000;
const fields = 'accessToken accessTokenExpiresAt refreshToken user { name } userErrors { message }';

let current: Session | null = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
let refreshing: Promise<void> | null = null;
const listeners = new Set<() => void>();

export const sessionStore = {
  get: (): Session | null => current,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export async function signIn(email: string, password: string): Promise<void> {
  const text = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${fields} } }`;
  keep({ ...(await sessionFrom('signIn', text, { email, password })), email });
}

/** An account of its own, to try what changes or ends one. */
export async function signUp(): Promise<void> {
  const number = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
  const [email, password] = [`guest-${number}@example.org`, `guest ${crypto.randomUUID()}`];
  const text = `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { ${fields} } }`;
  const input = { email, password, handle: `guest_${number}`, name: 'Playground Guest' };
  keep({ ...(await sessionFrom('signUp', text, input)), email, password });
}

export function forget(): void {
  keep(null);
}

/** Takes the tokens of an operation that somebody ran by hand, such as `refreshSession`. */
export function takeTokens(data: unknown): void {
  for (const answer of Object.values(
    (data ?? {}) as Record<string, Partial<Session> & { signedOut?: boolean; erased?: boolean; user?: { name?: string } }>,
  )) {
    if (answer?.signedOut || answer?.erased) forget();
    else if (answer?.accessToken) {
      const { accessToken, refreshToken = null, accessTokenExpiresAt, user } = answer;
      const known = current?.name === user?.name ? current : null;
      const fallback = new Date(Date.now() + 10 * 60_000).toISOString();
      const identity = { email: known?.email ?? '', name: user?.name ?? current?.name ?? 'Signed in', password: known?.password };
      keep({ accessToken, refreshToken, accessTokenExpiresAt: accessTokenExpiresAt ?? fallback, ...identity });
    }
  }
}

/** The header of a request; a token that is nearly over is renewed first. */
export async function authorization(): Promise<Record<string, string>> {
  if (current && Date.parse(current.accessTokenExpiresAt) - Date.now() < margin) await refresh();
  return current ? { authorization: `Bearer ${current.accessToken}` } : {};
}

/** Renews the token once, however many ask. Whoever can't be renewed is signed out. */
export function refresh(): Promise<void> {
  refreshing ??= exchange().finally(() => (refreshing = null));
  return refreshing;
}

async function exchange(): Promise<void> {
  const before = current;
  if (!before) return;
  const text = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${fields} } }`;
  try {
    const input = before.refreshToken === null ? {} : { refreshToken: before.refreshToken };
    keep({ ...before, ...(await sessionFrom('refreshSession', text, input)) });
  } catch {
    forget();
  }
}

async function sessionFrom(field: string, query: string, input: object): Promise<Omit<Session, 'email'>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  type Answer = Omit<Session, 'email' | 'name'> & { user: { name: string } | null; userErrors: { message: string }[] };
  const { data, errors } = (await response.json()) as { data?: Record<string, Answer>; errors?: { message: string }[] };
  const answer = data?.[field];
  const [problem] = errors ?? answer?.userErrors ?? [];
  if (!answer || problem) throw new Error(problem?.message ?? 'The server did not answer.');
  const { accessToken, accessTokenExpiresAt, refreshToken, user } = answer;
  return { accessToken, accessTokenExpiresAt, refreshToken, name: user?.name ?? current?.name ?? '' };
}

function keep(session: Session | null): void {
  current = session;
  if (session) sessionStorage.setItem(key, JSON.stringify(session));
  else sessionStorage.removeItem(key);
  for (const listener of listeners) listener();
}
