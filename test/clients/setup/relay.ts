import { Environment, Network, Observable, RecordSource, Store, type GraphQLResponse } from 'relay-runtime';
import type { Client } from 'graphql-ws';
import type { Session } from './session.js';

export function relayEnvironment(url: string, session: Session, live: Client): Environment {
  return new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(
      async ({ text }, variables) => {
        const body = JSON.stringify({ query: text, variables });
        const response = await session.fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return (await response.json()) as GraphQLResponse;
      },
      ({ text }, variables) => Observable.create((sink) => live.subscribe({ query: text!, variables }, sink as never)),
    ),
  });
}
