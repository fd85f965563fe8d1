/** The staff member's session. */
import { TabSessions } from '../../tab-session';

const sessions = new TabSessions('plaza-console-session', 'Console');

export const isSignedIn = (): boolean => sessions.current() !== null;
export const onSessionChange = sessions.onChange;
export const authorization = (): Promise<string | null> => sessions.authorization();

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
