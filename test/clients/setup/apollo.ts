import { ApolloClient, InMemoryCache } from '@apollo/client';
import type { PlazaClient } from '@plaza/client';
import { plazaLink, possibleTypes, typePolicies } from '@plaza/client/apollo';

export function apolloClient(plaza: PlazaClient): ApolloClient {
  const cache = new InMemoryCache({ typePolicies: typePolicies(), possibleTypes });
  const client = new ApolloClient({ cache, link: plazaLink(plaza) });
  plaza.session.onChange(() => void client.resetStore());
  return client;
}
