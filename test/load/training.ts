/**
 * How much slower the product page gets while the recommender trains: the page's 99th percentile with and without a
 * training beside it, in turns, at a rate that the server keeps up with.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { unlimited } from '../support/processes.js';

const rounds = 5;
const seconds = 8;
const rate = 60;
const query = readFileSync(new URL('../../schema/examples/02-product-page.graphql', import.meta.url), 'utf8');
const body = JSON.stringify({ query, variables: { slug: 'barista-espresso-machine' } });

const directory = mkdtempSync(join(tmpdir(), 'plaza-training-'));
const server = spawn(process.execPath, [fileURLToPath(new URL('../../dist/main.js', import.meta.url))], {
  env: { ...process.env, ...unlimited, PORT: '0', PLAZA_DATA_DIR: directory, PLAYGROUND: 'false' },
  stdio: ['ignore', 'pipe', 'inherit'],
});

async function addressOf(): Promise<string> {
  let output = '';
  for await (const chunk of server.stdout) {
    output += String(chunk);
    const url = /API\s+(\S+)/.exec(output)?.[1];
    if (url) return url;
  }
  throw new Error('the server ended early');
}

async function post(url: string, operation: string, token = ''): Promise<Record<string, Record<string, unknown>>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: operation }),
  });
  return ((await response.json()) as { data: Record<string, Record<string, unknown>> }).data;
}

async function measure(url: string): Promise<number> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: 4,
    overallRate: rate,
    duration: seconds,
  });
  return result.latency.p99;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  const url = await addressOf();
  const { signIn } = await post(
    url,
    'mutation { signIn(input: { email: "admin@plaza.example", password: "plaza-demo" }) { accessToken } }',
  );
  const token = signIn!['accessToken'] as string;
  await measure(url);
  const alone: number[] = [];
  const beside: number[] = [];
  let trainings = 0;
  for (let round = 0; round < rounds; round++) {
    alone.push(await measure(url));
    let running = true;
    const training = (async () => {
      for (; running; trainings++) await post(url, 'mutation { trainRecommender(input: { wait: true }) { userErrors { code } } }', token);
    })();
    beside.push(await measure(url));
    running = false;
    await training;
  }
  process.stdout.write(
    `product page at ${rate} requests/s, p99: alone ${median(alone)} ms, beside training ${median(beside)} ms (${trainings} trainings), ratio ${(median(beside) / median(alone)).toFixed(2)}\n`,
  );
} finally {
  server.kill();
  rmSync(directory, { recursive: true, force: true });
}
