/** Who the playground is signed in as. */
import { TabSessions, type TabSession } from '../tab-session.ts';

export interface Session extends TabSession {
  email: string;
  /** Known for accounts that the playground made. */
  password?: string;
}

export const demoPassword = 'plaza-demo';
export const demoAccounts = ['buyer', 'merchant', 'moderator', 'admin'].map((role) => ({ role, email: `${role}@plaza.example` }));

const sessions = new TabSessions<Session>('plaza-playground-session');

export const sessionStore = { get: sessions.current, subscribe: sessions.onChange };
export const refresh = (): Promise<void> => sessions.refresh();

export async function signIn(email: string, password: string): Promise<void> {
  sessions.keep({ ...(await sessions.open('signIn', { email, password })), email });
}

/** An account of its own, to try what changes or ends one. */
export async function signUp(): Promise<void> {
  const number = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
  const [email, password] = [`guest-${number}@example.org`, `guest ${crypto.randomUUID()}`];
  const input = { email, password, handle: `guest_${number}`, name: 'Playground Guest' };
  sessions.keep({ ...(await sessions.open('signUp', input)), email, password });
}

export function forget(): void {
  sessions.keep(null);
}

/** Takes the tokens of an operation that somebody ran by hand, such as `refreshSession`. */
export function takeTokens(data: unknown): void {
  for (const answer of Object.values(
    (data ?? {}) as Record<string, Partial<Session> & { signedOut?: boolean; erased?: boolean; user?: { name?: string } }>,
  )) {
    if (answer?.signedOut || answer?.erased) forget();
    else if (answer?.accessToken) {
      const { accessToken, refreshToken = null, accessTokenExpiresAt, user } = answer;
      const current = sessions.current();
      const known = current?.name === user?.name ? current : null;
      const fallback = new Date(Date.now() + 10 * 60_000).toISOString();
      const identity = { email: known?.email ?? '', name: user?.name ?? current?.name ?? 'Signed in', password: known?.password };
      sessions.keep({ accessToken, refreshToken, accessTokenExpiresAt: accessTokenExpiresAt ?? fallback, ...identity });
    }
  }
}

/** The header of a request. */
export async function authorization(): Promise<Record<string, string>> {
  const authorization = await sessions.authorization();
  return authorization ? { authorization } : {};
}
