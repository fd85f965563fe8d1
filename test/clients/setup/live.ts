import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import type { Session } from './session.js';

/** A WebSocket that survives cuts and expired tokens: subscriptions go on after the last event they had. */
export function liveClient(url: string, session: Session, options: Partial<ClientOptions> = {}): Client {
  let expired = false;
  const client = createClient({
    url,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    connectionParams: async () => {
      if (expired) await session.refresh();
      expired = false;
      return session.headers;
    },
    on: { closed: (event) => (expired = (event as { code?: number }).code === 4403) },
    ...options,
  });
  return { ...client, subscribe: (payload, sink) => resuming(client, payload, sink) };
}

/** graphql-ws sends the payload again when it reconnects: its `after` is kept at the last cursor. */
function resuming(client: Client, payload: Parameters<Client['subscribe']>[0], sink: Parameters<Client['subscribe']>[1]): () => void {
  const variables = { ...payload.variables };
  return client.subscribe(
    { ...payload, variables },
    {
      next(result) {
        const [event] = Object.values(result.data ?? {}) as ({ cursor?: string } | null)[];
        if (event?.cursor) variables['after'] = event.cursor;
        sink.next(result);
      },
      error: (error) => sink.error(error),
      complete: () => sink.complete(),
    },
  );
}
