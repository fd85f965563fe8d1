import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange, type CacheExchangeOpts } from '@urql/exchange-graphcache';
import type { Client as LiveClient } from 'graphql-ws';
import type { Session } from './session.js';

export function urqlClient(url: string, session: Session, live: LiveClient, cache: CacheExchangeOpts): Client {
  return new Client({
    url,
    fetch: session.fetch,
    preferGetMethod: false,
    exchanges: [
      cacheExchange(cache),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: live.subscribe({ query: query!, variables }, sink as never) }),
        }),
      }),
    ],
  });
}
