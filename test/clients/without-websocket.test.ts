/** The client where there is no WebSocket, such as in Node 20. */
import { createPlazaClient, type SubscriptionResult } from '@plaza/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const plaza = usePlaza();
beforeAll(() => void vi.stubGlobal('WebSocket', undefined));
afterAll(() => vi.unstubAllGlobals());

const query = 'subscription ($productId: ID!) { commentAdded(subjectId: $productId) { edge { node { body } } } }';

test('live events come over event streams', async () => {
  const merchant = await plaza.account({ merchant: true });
  const productId = await plaza.product(merchant, { categoryId: await plaza.category() });
  const client = createPlazaClient({ url: `${plaza.url}/graphql`, mode: 'memory' });
  const received: SubscriptionResult[] = [];
  const stop = client.live.subscribe(
    { query, variables: { productId } },
    { next: (result) => received.push(result), error: (errors) => expect.fail(JSON.stringify(errors)), complete: () => {} },
  );
  await until(() => client.live.status === 'live');
  await plaza.mutate('addComment', { subjectId: productId, body: 'First' }, 'comment { id }', merchant.token);
  await until(() => received.length > 0);
  expect(received).toMatchObject([{ data: { commentAdded: { edge: { node: { body: 'First' } } } } }]);
  stop();
  client.close();
});

test('who wants WebSockets alone can ask for what is not live, and is told at a subscription', async () => {
  const client = createPlazaClient({ url: `${plaza.url}/graphql`, mode: 'memory', transports: ['websocket'] });
  const body = JSON.stringify({ query: '{ __typename }' });
  const answer = await client.session.fetch(client.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(await answer.json()).toMatchObject({ data: { __typename: 'Query' } });
  const sink = { next: () => {}, error: () => {}, complete: () => {} };
  expect(() => client.live.subscribe({ query }, sink)).toThrow(/^There is no WebSocket here: pass the class of "ws" as webSocketImpl/);
  client.close();
});
