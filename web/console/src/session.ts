/** The staff member's session. */
import { TabSessions } from '../../tab-session';

const sessions = new TabSessions('plaza-console-session', 'Console');

export const isSignedIn = (): boolean => sessions.current() !== null;
export const onSessionChange = sessions.onChange;
export const authorization = (): Promise<string | null> => sessions.authorization();

/** Takes the place of `fetch`: of a session that the server does not know any more, its reader is told by having to sign in. */
export const sessionFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401 && isSignedIn()) await sessions.refresh().catch(() => {});
  return response;
};

/** @throws Error with the sentence to show */
export async function signIn(email: string, password: string): Promise<void> {
  sessions.keep(await sessions.open('signIn', { email, password }));
}

export async function signOut(): Promise<void> {
  const token = sessions.current()?.accessToken;
  const body = JSON.stringify({ query: 'mutation ConsoleSignOut { signOut(input: {}) { signedOut } }' });
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  await fetch('/graphql', { method: 'POST', headers, body }).catch(() => {});
  sessions.keep(null);
}
