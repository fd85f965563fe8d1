/** Clients that frontends use, unchanged. */
import { ApolloClient, gql, InMemoryCache } from '@apollo/client/core/index.js';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions/index.js';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient, type Client } from 'graphql-ws';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const live = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body author { handle } } } }';
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

function webSocketClient(): Client {
  const client = createClient({ url: `${plaza.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  clients.push(client);
  return client;
}

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, id] = [await plaza.account(), await plaza.product(merchant)];
  const write = () => plaza.mutate('addComment', { subjectId: id, body: 'Hello' }, 'comment { id }', author.token);
  return { id, write, expected: { commentAdded: { comment: { body: 'Hello', author: { handle: author.handle } } } } };
}

test('graphql-ws', async () => {
  const { id, write, expected } = await scene();
  const events = webSocketClient().iterate({ query: live, variables: { id } });
  let first!: ReturnType<typeof events.next>;
  await plaza.admits(1, () => (first = events.next()));
  await write();
  expect((await first).value).toEqual({ data: expected });
});

test('Apollo Client', async () => {
  const { id, write, expected } = await scene();
  const client = new ApolloClient({
    link: new GraphQLWsLink(webSocketClient()),
    cache: new InMemoryCache({ addTypename: false } as never),
  });
  let first!: Promise<unknown>;
  await plaza.admits(1, () => {
    first = new Promise((resolve, reject) => {
      client.subscribe({ query: gql(live), variables: { id } }).subscribe({ next: ({ data }) => resolve(data), error: reject });
    });
  });
  await write();
  expect(await first).toMatchObject(expected);
  client.stop();
});

test('urql', async () => {
  const { id, write, expected } = await scene();
  const socket = webSocketClient();
  const client = new UrqlClient({
    url: `${plaza.url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: request.query!, variables: request.variables }, sink as never) }),
        }),
      }),
    ],
  });
  let first!: Promise<unknown>;
  await plaza.admits(1, () => {
    first = new Promise((resolve) => client.subscription(live, { id }).subscribe(({ data }) => resolve(data)));
  });
  await write();
  expect(await first).toMatchObject(expected);
});
