import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core/index.js';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions/index.js';
import type { Client } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import type { Session } from './session.js';

export function apolloClient(uri: string, session: Session, live: Client): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(live),
      new HttpLink({ uri, fetch: session.fetch }),
    ),
  });
}
