import { Client, fetchExchange } from '@urql/core';
import { cacheExchange, type CacheExchangeOpts } from '@urql/exchange-graphcache';
import type { PlazaClient } from '@plaza/client';
import { keys, plazaSubscriptions } from '@plaza/client/urql';

/** Make a new one when the viewer signs in or out: `plaza.session.onChange`. */
export function urqlClient(plaza: PlazaClient, cache: CacheExchangeOpts): Client {
  return new Client({
    url: plaza.url,
    fetch: plaza.session.fetch,
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys, ...cache }), fetchExchange, plazaSubscriptions(plaza)],
  });
}
