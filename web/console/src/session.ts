/** The staff member's session. Tokens live as long as the tab, also across a reload. */

interface Session {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string | null;
}

const endpoint = '/graphql';
const key = 'plaza-console-session';
/** A token that is nearly over is renewed, in milliseconds. */
const margin = 30_000;
const fields = 'accessToken accessTokenExpiresAt refreshToken userErrors { message }';

let current = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
let refreshing: Promise<void> | null = null;
const listeners = new Set<() => void>();

export const isSignedIn = (): boolean => current !== null;

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @throws Error with the sentence to show */
export async function signIn(email: string, password: string): Promise<void> {
  const query = `mutation ConsoleSignIn($input: SignInInput!) { answer: signIn(input: $input) { ${fields} } }`;
  keep(await sessionFrom(query, { email, password }));
}

export async function signOut(): Promise<void> {
  const query = 'mutation ConsoleSignOut { signOut(input: {}) { signedOut } }';
  await send(query, {}).catch(() => {});
  keep(null);
}

/** The header of a request; null while nobody is signed in. */
export async function authorization(): Promise<string | null> {
  if (current && Date.parse(current.accessTokenExpiresAt) - Date.now() < margin) await refresh();
  return current && `Bearer ${current.accessToken}`;
}

/** Renews the token once, however many ask. Whoever can't be renewed is signed out. */
function refresh(): Promise<void> {
  return (refreshing ??= exchange().finally(() => (refreshing = null)));
}

async function exchange(): Promise<void> {
  const query = `mutation ConsoleRefresh($input: RefreshSessionInput!) { answer: refreshSession(input: $input) { ${fields} } }`;
  try {
    keep(await sessionFrom(query, current?.refreshToken ? { refreshToken: current.refreshToken } : {}));
  } catch {
    keep(null);
  }
}

async function sessionFrom(query: string, input: object): Promise<Session> {
  const { data, errors } = await send(query, { input });
  const answer = data?.['answer'];
  const [problem] = errors ?? answer?.userErrors ?? [];
  if (!answer || problem) throw new Error(problem?.message ?? 'The server did not answer.');
  return { accessToken: answer.accessToken, accessTokenExpiresAt: answer.accessTokenExpiresAt, refreshToken: answer.refreshToken };
}

interface Answer {
  data?: Record<string, Session & { userErrors: { message: string }[] }>;
  errors?: { message: string }[];
}

async function send(query: string, variables: object): Promise<Answer> {
  const token: Record<string, string> = current ? { authorization: `Bearer ${current.accessToken}` } : {};
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...token };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as Answer;
}

function keep(session: Session | null): void {
  current = session;
  if (session) sessionStorage.setItem(key, JSON.stringify(session));
  else sessionStorage.removeItem(key);
  for (const listener of listeners) listener();
}
