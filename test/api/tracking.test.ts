import { expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

function track(events: object[], account?: Account, visitorId?: string) {
  return plaza.mutate('trackEvents', { events, visitorId }, 'acceptedCount duplicateCount', account?.token);
}

async function productId() {
  return plaza.product(await plaza.account({ merchant: true }));
}

test('events count once, also when the same batch is sent many times at the same time', async () => {
  const [account, id] = [await plaza.account(), await productId()];
  const batch = Array.from({ length: 10 }, (_, at) => ({ eventId: `e${at}`, kind: 'VIEW', productId: id }));
  const payloads = await Promise.all(Array.from({ length: 10 }, () => track(batch, account)));
  expect(payloads.reduce((sum, { acceptedCount }) => sum + acceptedCount, 0)).toBe(10);
  expect(payloads.reduce((sum, { duplicateCount }) => sum + duplicateCount, 0)).toBe(90);
});

test('a stranger is told apart by the visitor’s id, and needs one', async () => {
  const id = await productId();
  const event = { eventId: 'v', kind: 'CLICK', productId: id };
  expect((await track([event])).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'visitorId'] }]);
  expect(await track([event], undefined, 'visitor-one')).toMatchObject({ acceptedCount: 1, duplicateCount: 0 });
  expect(await track([event], undefined, 'visitor-two')).toMatchObject({ acceptedCount: 1, duplicateCount: 0 });
  expect(await track([event], undefined, 'visitor-one')).toMatchObject({ acceptedCount: 0, duplicateCount: 1 });
});

test('a batch with one bad event stores nothing, and names the event', async () => {
  const [account, id] = [await plaza.account(), await productId()];
  const unknown = Buffer.from(`Product:${'0'.repeat(24)}`).toString('base64url');
  const before = await plaza.documents();
  const payload = await track(
    [
      { eventId: 'good', kind: 'VIEW', productId: id },
      { eventId: '', kind: 'VIEW', productId: id },
      { eventId: 'old', kind: 'VIEW', productId: id, occurredAt: '2001-01-01T00:00:00Z' },
      { eventId: 'lost', kind: 'ADD_TO_CART', productId: unknown },
    ],
    account,
  );
  expect(payload.userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field.slice(2).join('.')])).toEqual([
    ['REQUIRED', '1.eventId'],
    ['OUT_OF_RANGE', '2.occurredAt'],
    ['NOT_FOUND', '3.productId'],
  ]);
  expect(await plaza.documents()).toEqual(before);
});

test('a batch is limited', async () => {
  const [account, id] = [await plaza.account(), await productId()];
  const batch = Array.from({ length: 101 }, (_, at) => ({ eventId: String(at), kind: 'VIEW', productId: id }));
  expect((await track(batch, account)).userErrors).toMatchObject([{ code: 'TOO_LONG', field: ['input', 'events'] }]);
  expect((await track([], account)).userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'events'] }]);
});
