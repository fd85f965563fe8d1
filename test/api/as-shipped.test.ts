/** What the program that is shipped opens, shows and writes when nothing is configured but that it is production. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { kill } from '../support/processes.js';
import { until } from '../support/until.js';

interface Announced {
  api: string;
  metrics: string | null;
  introspection: boolean;
  suggestions: boolean;
  storefront: string | null;
  playground: string | null;
  console: string | null;
  docs: string | null;
  demoShop: boolean;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts the program with these variables alone. @returns what it says when it is ready, and where its data is */
async function start(environment: Record<string, string>): Promise<Announced & { directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-shipped-'));
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const env = { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', PLAZA_DATA_DIR: join(directory, 'data'), ...environment };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stops.push(async () => {
    await kill({ child }, 'SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Announced & { msg: string };
    if (said.msg !== 'Plaza is ready') continue;
    child.stdout.resume();
    return { ...said, directory: join(directory, 'data') };
  }
  throw new Error('it ended early');
}

async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url, { headers, redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
}

async function ask(api: string, query: string): Promise<string> {
  const response = await fetch(api, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  return response.text();
}

describe('in production', () => {
  test('nothing that helps attackers is on, and the start says so', async () => {
    const { api, ...said } = await start({ NODE_ENV: 'production' });
    const { origin } = new URL(api);
    expect(said).toMatchObject({ metrics: null, introspection: false, suggestions: false, demoShop: false });
    expect(said).toMatchObject({ storefront: null, playground: null, console: `${origin}/console`, docs: null });
    for (const path of ['/', '/playground', '/playground/', '/metrics']) expect([path, await statusOf(origin + path)]).toEqual([path, 404]);
    expect(await ask(api, '{ __schema { types { name } } }')).toContain('Introspection is switched off.');
    expect(await ask(api, '{ prodct { id } }')).not.toContain('Did you mean');
    expect(await ask(api, '{ products { edges { node { id } } } }')).toContain('"edges":[]');
  });

  test('what is asked for by name is on, and the start says so', async () => {
    const asked = { INTROSPECTION: 'true', SUGGESTIONS: 'true', PLAYGROUND: 'true', DEMO_SHOP: 'false', METRICS_PORT: '0' };
    const { api, metrics, ...said } = await start({ NODE_ENV: 'production', ...asked });
    expect(said).toMatchObject({ introspection: true, suggestions: true, demoShop: false });
    expect(await statusOf(`${said.playground}/`)).toBe(200);
    expect(await ask(api, '{ __schema { queryType { name } } }')).toContain('"Query"');
    expect(await ask(api, '{ prodcts { edges { node { id } } } }')).toContain('Did you mean');
    expect(metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});

test.each([1, 2])('outside production, the start of %i processes names the address of each page that is served', async (count) => {
  const { api, ...said } = await start({ DEMO_SHOP: 'false', WEB_PROCESSES: String(count) });
  const { origin } = new URL(api);
  expect(said).toMatchObject({
    storefront: `${origin}/`,
    playground: `${origin}/playground`,
    console: `${origin}/console`,
    docs: `${origin}/docs`,
  });
});

describe('metrics', () => {
  test('are on a port of their own, of this machine alone, and not on the port of the API', async () => {
    const { api, metrics } = await start({ NODE_ENV: 'production', METRICS_PORT: '0', HOST: '0.0.0.0' });
    expect(new URL(metrics!).hostname).toBe('127.0.0.1');
    expect(await (await fetch(`${metrics}/metrics`)).text()).toContain('plaza_subscribers');
    const { port } = new URL(api);
    expect(await statusOf(`http://127.0.0.1:${port}/metrics`)).toBe(404);
    expect(await statusOf(`${metrics}/graphql`)).toBe(404);
  });

  test('are on the port of the API for who has the token', async () => {
    const { api, metrics } = await start({ NODE_ENV: 'production', METRICS_TOKEN: 'a token of sixteen' });
    expect(metrics).toBeNull();
    const at = `${new URL(api).origin}/metrics`;
    expect(await statusOf(at)).toBe(401);
    expect(await statusOf(at, { authorization: 'Bearer a token of sixtee' })).toBe(401);
    expect(await statusOf(`${at}?token=a+token+of+sixteen`)).toBe(401);
    expect(await statusOf(at, { authorization: 'Bearer a token of sixteen' })).toBe(200);
  });
});

test('what it writes is read by its own user alone, whatever the umask', async () => {
  const umask = process.umask(0);
  const { api, directory } = await start({ NODE_ENV: 'production' }).finally(() => process.umask(umask));
  const input = `{ email: "a@example.org", handle: "anna", name: "Anna", password: "velvet harbour quilt" }`;
  expect(await ask(api, `mutation { signUp(input: ${input}) { userErrors { code } } }`)).toContain('"userErrors":[]');
  const written = (): string[] => readdirSync(directory, { recursive: true }).map(String);
  await until(() => written().some((path) => path.endsWith('.eml')));
  const open = ['.', ...written()].filter((path) => (statSync(join(directory, path)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
  expect(written()).toEqual(expect.arrayContaining(['auth-secret', 'data-key', expect.stringMatching(/^store\/.*\.lmdb$/)]));
});
