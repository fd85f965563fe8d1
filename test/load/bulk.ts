/**
 * Products by `upsertProducts` through the API, 500 at a time, beside a bare driver that inserts the same documents into
 * an empty store of the same kind. The ratio is what counts.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop, type Shop } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/logger.js';
import { kill, runCommand, startApi } from '../support/processes.js';

const count = Number(process.argv[2] ?? 10_000);
const batch = 500;
const folder = mkdtempSync(join(tmpdir(), 'plaza-bench-bulk-'));
const [data, bare] = [join(folder, 'data'), join(folder, 'bare')];
const environment = { PLAZA_DATA_DIR: data, AUTH_SECRET: 'nobody else signs in while this is measured' };

// The answer's shape is the query's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

async function mutate(url: string, name: string, input: object, selection: string, token?: string): Promise<Json> {
  const query = `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) });
  const { data: answer, errors } = (await response.json()) as Json;
  if (errors || answer[name].userErrors.length > 0) throw new Error(JSON.stringify(errors ?? answer));
  return answer[name];
}

const productsOf = (stock: number): object[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ externalId: `${at}`, title: `Teapot number ${at}`, description: 'Holds a litre and pours well. '.repeat(5), stock },
    ...{ price: { amountMinor: 1000 + at, currency: 'EUR' }, sku: `POT-${at}`, brand: `Brand ${at % 50}`, mpn: `M${at}` },
    ...{ url: `https://shop.example/products/${at}`, imageUrl: `https://shop.example/images/${at}.jpg`, categoryExternalId: 'pots' },
  }));

/** @returns seconds */
async function upsertAll(url: string, token: string, products: readonly object[], outcome: string): Promise<number> {
  const startedAt = performance.now();
  for (let from = 0; from < products.length; from += batch) {
    const input = { source: 'bench', products: products.slice(from, from + batch) };
    const { results } = await mutate(url, 'upsertProducts', input, 'results { outcome userErrors { code } }', token);
    const other = results.find((result: Json) => result.outcome !== outcome);
    if (other) throw new Error(JSON.stringify(other));
  }
  return (performance.now() - startedAt) / 1000;
}

async function throughTheApi(): Promise<Record<'created' | 'same' | 'updated', number>> {
  const { stdout } = await runCommand('console-user', ['bench@shop.example', '--role', 'admin', 'merchant'], environment);
  const api = await startApi({ ...environment, LOG_LEVEL: 'info' });
  try {
    const password = /Password: (\S+)/.exec(stdout)![1]!;
    const { accessToken } = await mutate(api.url, 'signIn', { email: 'bench@shop.example', password }, 'accessToken');
    const key = { name: 'Bench', scopes: ['catalog:write'] };
    const { secret } = await mutate(api.url, 'createApiKey', key, 'secret', accessToken);
    await mutate(
      api.url,
      'upsertCategories',
      { source: 'bench', categories: [{ externalId: 'pots', name: 'Pots' }] },
      'results { outcome }',
      secret,
    );
    const [created, same, updated] = [
      await upsertAll(api.url, secret, productsOf(7), 'CREATED'),
      await upsertAll(api.url, secret, productsOf(7), 'UNCHANGED'),
      await upsertAll(api.url, secret, productsOf(8), 'UPDATED'),
    ];
    return { created, same, updated };
  } finally {
    await kill(api, 'SIGTERM');
  }
}

function open(directory: string): Promise<Shop> {
  return openShop(readConfig({ ...environment, PLAZA_DATA_DIR: directory }), createLogger('silent'));
}

/** Reads what the API has written, and inserts it into a store with the same indexes. */
async function bareInsert(): Promise<number> {
  const source = await open(data);
  const rows = await source.store.database.connection.collection('products').find().toArray();
  await source.close();
  const target = await open(bare);
  const products = target.store.database.connection.collection('products');
  const startedAt = performance.now();
  for (let from = 0; from < rows.length; from += batch) await products.insertMany(rows.slice(from, from + batch), { ordered: false });
  const seconds = (performance.now() - startedAt) / 1000;
  await target.close();
  return seconds;
}

try {
  mkdirSync(data);
  mkdirSync(bare);
  const { created, same, updated } = await throughTheApi();
  const inserted = await bareInsert();
  const line = (what: string, seconds: number): string =>
    `${what.padEnd(22)} ${seconds.toFixed(1).padStart(5)} s  ${String(Math.round(count / seconds)).padStart(6)}/s  ${(seconds / inserted).toFixed(1).padStart(5)} ×`;
  process.stdout.write(
    [
      `${count} products, ${batch} at a time, one request after the other`,
      line('bare insertMany', inserted),
      line('upserts that create', created),
      line('the same again', same),
      line('upserts that change', updated),
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
