/** Runs operations: queries and mutations over HTTP, subscriptions over a WebSocket. */
import { createClient, type Client } from 'graphql-ws';
import { endpoint } from './page.ts';
import { authorization, refresh, sessionStore, takeTokens } from './session.ts';

export interface Operation {
  query: string;
  variables: string;
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What answers said last that other operations ask for by its name, such as `<impressionId>`. */
const remembered = new Map<string, string>();

/** @throws Error where the variables are not JSON, or nobody answers */
export async function run(operation: Operation): Promise<Answer> {
  const body = JSON.stringify({ query: operation.query, variables: variablesOf(operation) });
  let answer = await post(body);
  if (answer.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') && sessionStore.get()) {
    await refresh();
    answer = await post(body);
  }
  takeTokens(answer.data);
  remember(answer.data);
  return answer;
}

/** @returns what ends the subscription */
export function subscribe(operation: Operation, onEvent: (event: Answer) => void, onEnd: (reason: string | null) => void): () => void {
  const variables = variablesOf(operation);
  const client = socket();
  const stop = client.subscribe(
    { query: operation.query, variables },
    {
      next: (event) => onEvent(event as Answer),
      error: (reason) => onEnd(reasonOf(reason)),
      complete: () => onEnd(null),
    },
  );
  return () => {
    stop();
    void client.dispose();
  };
}

function socket(): Client {
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return createClient({ url: url.href, connectionParams: authorization, retryAttempts: 10 });
}

async function post(body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' };
  const response = await fetch(endpoint, { method: 'POST', headers: { ...headers, ...(await authorization()) }, body });
  return (await response.json()) as Answer;
}

function variablesOf({ variables }: Operation): Record<string, unknown> {
  const session = sessionStore.get();
  const known: Record<string, string | null | undefined> = {
    ...Object.fromEntries(remembered),
    refreshToken: session?.refreshToken,
    password: session?.password,
  };
  const filled = variables.replaceAll(/<(\w+)>/g, (placeholder, name: string) => known[name] ?? placeholder);
  try {
    return JSON.parse(filled.trim() || '{}') as Record<string, unknown>;
  } catch (error) {
    throw new Error(`The variables are not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function remember(value: unknown): void {
  if (Array.isArray(value)) value.forEach(remember);
  else if (value && typeof value === 'object') {
    const { impressionId } = value as { impressionId?: unknown };
    if (typeof impressionId === 'string') remembered.set('impressionId', impressionId);
    Object.values(value).forEach(remember);
  }
}

function reasonOf(reason: unknown): string {
  if (Array.isArray(reason)) return reason.map(({ message }: { message: string }) => message).join('\n');
  return reason instanceof Error ? reason.message : 'The connection was lost.';
}
