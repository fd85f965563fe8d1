/** The subgraph of a toy shop, which has products that know nothing of reviews, and a gateway in front of it and Plaza. */
import { composeServices } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSchema, parse } from 'graphql';

export interface ShelfProduct {
  externalId: string;
  source: string;
  title: string;
  warehouse: string;
}

export interface GatewayContext {
  authorization?: string;
}

const catalogue = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Query {
    shelf: [Product!]!
  }
  type Product @key(fields: "externalId source") {
    externalId: String!
    source: String!
    title: String! @shareable
    warehouse: String!
  }
`;

class Authenticated extends RemoteGraphQLDataSource<GatewayContext> {
  override willSendRequest({
    request,
    context,
  }: {
    request: { http?: { headers: { set(name: string, value: string): void } } };
    context: GatewayContext;
  }): void {
    if (context.authorization) request.http?.headers.set('authorization', context.authorization);
  }
}

/** @param plaza where Plaza is, and its subgraph's schema */
export async function openGateway(
  plaza: { url: string; sdl: string },
  shelf: readonly ShelfProduct[],
): Promise<ApolloServer<GatewayContext>> {
  const composed = composeServices([
    { name: 'plaza', typeDefs: parse(plaza.sdl), url: `${plaza.url}/graphql` },
    { name: 'catalogue', typeDefs: parse(catalogue), url: 'local://catalogue' },
  ]);
  if (composed.errors) throw new Error(composed.errors.join('\n'));
  const shop = buildSchema(catalogue, { assumeValidSDL: true });
  shop.getQueryType()!.getFields()['shelf']!.resolve = () => shelf;
  const server = new ApolloServer<GatewayContext>({
    gateway: new ApolloGateway({
      supergraphSdl: composed.supergraphSdl,
      buildService: ({ name, url }) => (name === 'catalogue' ? new LocalGraphQLDataSource(shop) : new Authenticated({ url })),
    }),
  });
  await server.start();
  return server;
}
