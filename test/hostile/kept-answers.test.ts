/** What is kept between requests takes what it may, whatever is asked. */
import { request, type OutgoingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { heapAfterGarbage } from '../support/garbage.js';
import { usePlaza } from '../support/plaza.js';

const megabyte = 1024 * 1024;
const plaza = usePlaza();

/** Each with a variable of its own, so that no two are the same question. */
async function askMany(count: number, query: string, tell: (number: number) => unknown): Promise<void> {
  for (let number = 0; number < count; number++) {
    const { status } = await plaza.query(query, { tell: tell(number) });
    expect(status).toBe(200);
  }
}

test('a kept answer holds nothing of the request that it was made for', async () => {
  const merchant = await plaza.account({ merchant: true });
  for (let product = 0; product < 20; product++)
    await plaza.product(merchant, { title: `Pot ${product}`, description: `Pours ${product}. `.repeat(200) });
  const query = '{ products(first: 20) { edges { node { id title description merchant { name } } } } }';
  await askMany(50, query, (number) => `before ${number}`);
  const before = heapAfterGarbage();
  await askMany(400, query, (number) => `after ${number}`);
  // The answers' bytes are outside the heap.
  expect((heapAfterGarbage() - before) / 400).toBeLessThan(9_000);
});

test('what is known of questions whose answers are not kept is bounded in bytes', async () => {
  const query = '{ searchProducts(query: "zzzz", first: 1) { edges { node { id } } } }';
  await askMany(20, query, (number) => `before ${number}`);
  const before = heapAfterGarbage();
  await askMany(1500, query, (number) => `${number} ${'ж'.repeat(9_000)}`);
  expect(heapAfterGarbage() - before).toBeLessThan(10 * megabyte);
});

test('a question that was answered before is kept as a text, and not as what was made of it', async () => {
  const aliases = Array.from({ length: 150 }, (_, at) => `a${at}: __typename`).join(' ');
  const askEach = async (from: number, to: number, others: OutgoingHttpHeaders = {}): Promise<void> => {
    for (let number = from; number < to; number++) {
      const body = JSON.stringify({ query: `query Q${number} { ${aliases} }` });
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length), ...others };
      expect(await statusOf(body, headers)).toBe(200);
    }
  };
  // A request with another header is not one that is kept; what is made of documents and answers is, for as many as there may be.
  await askEach(0, 1500, { 'x-other': '1' });
  const before = heapAfterGarbage();
  await askEach(1500, 3000);
  expect(heapAfterGarbage() - before).toBeLessThan(20 * megabyte);
});

/** With no headers but those that a request needs, so that it is taken for one that may come again. */
function statusOf(body: string, headers: OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${plaza.url}/graphql`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    sent.on('error', reject).end(body);
  });
}
