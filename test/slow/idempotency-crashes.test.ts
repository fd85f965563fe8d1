/** A key keeps its promise through the death of the server: whoever retries gets the one effect, and its one answer. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyedMutations, keyedShop, type KeyedShop } from '../support/keyed-mutations.js';
import { Plaza } from '../support/plaza.js';
import { freePort, kill, startApi } from '../support/processes.js';
import { until } from '../support/until.js';

const deaths = 2;
const times = 6;
const plaza = new Plaza();
let shop: KeyedShop;
let environment: Record<string, string>;
let before: Record<string, number>;

beforeAll(async () => {
  await plaza.start();
  shop = await keyedShop(plaza, deaths);
  before = await plaza.documents();
  const uri = process.env['MONGODB_URI'] && { MONGODB_URI: plaza.app.store.uri };
  const port = await freePort();
  environment = { PLAZA_DATA_DIR: plaza.dataDirectory, PORT: String(port), STOREFRONT: 'false', LOG_LEVEL: 'info', ...uri };
  await plaza.app.close();
  plaza.url = `http://127.0.0.1:${port}`;
});
afterAll(() => plaza.stop());

const send = (name: string, death: number): Promise<unknown> => {
  const { input, made, by } = shop.mutations[name]!;
  return plaza.mutate(name, { ...input(death), idempotencyKey: `${name} ${death}` }, made, by.token);
};

/** All of them many times at once, until the server is killed, which is after so many answers. */
async function sendUntilDeath(death: number): Promise<Map<string, string[]>> {
  const answers = new Map<string, string[]>(keyedMutations.map((name) => [name, []]));
  let count = 0;
  const running = await startApi(environment);
  const sending = keyedMutations.flatMap((name) =>
    Array.from({ length: times }, async () => {
      answers.get(name)!.push(JSON.stringify(await send(name, death)));
      count++;
    }),
  );
  const settled = Promise.allSettled(sending);
  await until(() => count > death * 2 * times);
  await kill(running);
  await settled;
  return answers;
}

test('the same keys, many times at once, killed in between and sent again, each take effect once', async () => {
  for (let death = 0; death < deaths; death++) {
    const answers = await sendUntilDeath(death);
    const running = await startApi(environment);
    for (const name of keyedMutations) {
      const again = await Promise.all(Array.from({ length: times }, () => send(name, death)));
      for (const answer of again) answers.get(name)!.push(JSON.stringify(answer));
    }
    await kill(running);
    for (const [name, given] of answers) {
      expect([name, new Set(given).size, given[0]]).toEqual([name, 1, expect.stringContaining('"userErrors":[]')]);
    }
  }
  await plaza.start();
  const after = await plaza.documents();
  for (const { collection } of Object.values(shop.mutations)) {
    expect([collection, after[collection]]).toEqual([collection, (before[collection] ?? 0) + deaths]);
  }
});
