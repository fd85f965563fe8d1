/** urql on Plaza: its live exchange, and graphcache’s settings. */
import { subscriptionExchange, type Exchange } from '@urql/core';
import type { KeyingConfig } from '@urql/exchange-graphcache';
import type { PlazaClient } from './index.js';
import { typesWithoutId } from './schema.js';

/** Subscriptions over the live client. */
export function plazaSubscriptions({ live }: PlazaClient): Exchange {
  return subscriptionExchange({
    forwardSubscription: (operation) => ({
      subscribe: (sink) => ({
        unsubscribe: live.subscribe(operation, {
          next: (result) => sink.next(result as never),
          error: (errors) => sink.error(errors),
          complete: () => sink.complete(),
        }),
      }),
    }),
  });
}

/** Which objects have no ID and belong to the object that they are a part of. */
export const keys: KeyingConfig = Object.fromEntries(typesWithoutId.map((type) => [type, () => null]));
