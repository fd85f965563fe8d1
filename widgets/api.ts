/** The API as the widgets use it: queries over HTTP, and one WebSocket for all live updates of a page. */
import { createClient, type Client } from 'graphql-ws';

export interface Api {
  query<Data>(query: string, variables: Record<string, unknown>): Promise<Data>;
  /**
   * Resumes after a cut where it was cut.
   * @param onLost told when that is not possible, so that everything is to be read anew
   * @returns ends it
   */
  subscribe<Event extends { cursor: string }>(
    query: string,
    variables: Record<string, unknown>,
    onEvent: (event: Event) => void,
    onLost: () => void,
  ): () => void;
}

const apis = new Map<string, Api>();

/** The API at an address; elements of one page share its connection. */
export function apiAt(endpoint: string): Api {
  const known = apis.get(endpoint);
  if (known) return known;
  const api = connect(endpoint);
  apis.set(endpoint, api);
  return api;
}

function connect(endpoint: string): Api {
  let client: Client | null = null;
  const live = (): Client =>
    (client ??= createClient({ url: endpoint.replace(/^http/, 'ws'), retryAttempts: Number.MAX_SAFE_INTEGER, shouldRetry: () => true }));
  return {
    async query<Data>(query: string, variables: Record<string, unknown>) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': document.documentElement.lang || navigator.language },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
      if (errors || !data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
      return data;
    },
    subscribe<Event extends { cursor: string }>(
      query: string,
      variables: Record<string, unknown>,
      onEvent: (event: Event) => void,
      onLost: () => void,
    ) {
      // The client sends the same object again after a cut: by then it says where to go on.
      const resumed = { ...variables };
      return live().subscribe<Record<string, Event>>(
        { query, variables: resumed },
        {
          next({ data }) {
            const event = data && Object.values(data)[0];
            if (!event) return;
            resumed['after'] = event.cursor;
            onEvent(event);
          },
          error: onLost,
          complete: () => {},
        },
      );
    },
  };
}
