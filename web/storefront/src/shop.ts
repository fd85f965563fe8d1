/** The shop’s one connection to the API. */
import { ApolloClient, InMemoryCache } from '@apollo/client';
import { createPlazaClient } from '@plaza/client';
import { plazaLink, possibleTypes, typePolicies } from '@plaza/client/apollo';
import { currentLanguage } from './i18n';
import { agreedToTracking } from './consent';

export const plaza = createPlazaClient({ url: '/graphql', language: currentLanguage, tracking: agreedToTracking() });

export const apollo = new ApolloClient({
  cache: new InMemoryCache({ typePolicies: typePolicies(), possibleTypes }),
  link: plazaLink(plaza),
  defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' } },
});

// What one viewer saw is not the next one’s to see.
plaza.session.onChange(() => {
  navigator.serviceWorker?.controller?.postMessage('forget');
  void apollo.resetStore().catch(() => {});
});
