/**
 * How many tracked events a second are taken in at most, and how much slower the product page is beside two thousand a
 * second, against the page alone.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { unlimited } from '../support/processes.js';

const seconds = 8;
const rate = 60;
const perBatch = 100;
const writers = 4;
const steady = 2_000;
const page = JSON.stringify({
  query: readFileSync(new URL('../../schema/examples/02-product-page.graphql', import.meta.url), 'utf8'),
  variables: { slug: 'barista-espresso-machine' },
});
const track = 'mutation ($input: TrackEventsInput!) { trackEvents(input: $input) { accepted } }';

const directory = mkdtempSync(join(tmpdir(), 'plaza-tracking-'));
const server = spawn(process.execPath, [fileURLToPath(new URL('../../dist/main.js', import.meta.url))], {
  env: { ...process.env, ...unlimited, PORT: '0', PLAZA_DATA_DIR: directory, PLAYGROUND: 'false' },
  stdio: ['ignore', 'pipe', 'ignore'],
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

async function post(url: string, body: object): Promise<Record<string, Record<string, unknown>>> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return ((await response.json()) as { data: Record<string, Record<string, unknown>> }).data;
}

async function measurePage(url: string): Promise<{ p50: number; p99: number }> {
  const headers = { 'content-type': 'application/json' };
  const { latency } = await autocannon({ url, method: 'POST', headers, body: page, connections: 4, overallRate: rate, duration: seconds });
  return { p50: latency.p50, p99: latency.p99 };
}

/** @returns how many events a second four writers get in who do nothing else */
async function capacity(batchOf: (visitorId: string) => Promise<number>): Promise<number> {
  let accepted = 0;
  const until = performance.now() + seconds * 1000;
  const write = async (visitorId: string): Promise<void> => {
    while (performance.now() < until) accepted += await batchOf(visitorId);
  };
  await Promise.all(Array.from({ length: writers }, () => write(randomUUID())));
  return accepted / seconds;
}

try {
  const url = await addressOf();
  const { products } = (await post(url, { query: '{ products(first: 100) { edges { node { id } } } }' })) as unknown as {
    products: { edges: { node: { id: string } }[] };
  };
  const ids = products.edges.map(({ node }) => node.id);
  await measurePage(url);
  const alone = await measurePage(url);
  const batchOf = async (visitorId: string): Promise<number> => {
    const events = Array.from({ length: perBatch }, (_, at) => ({ eventId: randomUUID(), kind: 'VIEW', productId: ids[at % ids.length] }));
    const { trackEvents } = await post(url, { query: track, variables: { input: { visitorId, events } } });
    return trackEvents!['accepted'] as number;
  };
  const most = await capacity(batchOf);
  let sent = 0;
  const pace = setInterval(() => void batchOf(randomUUID()).then((count) => (sent += count)), (1000 * perBatch) / steady);
  const beside = await measurePage(url);
  clearInterval(pace);
  process.stdout.write(
    `at most ${Math.round(most)} events/s in batches of ${perBatch}\n` +
      `product page at ${rate} requests/s: median ${alone.p50} ms alone, ${beside.p50} ms beside ${Math.round(sent / (seconds + 1))} events/s (ratio ${(beside.p50 / alone.p50).toFixed(2)}), ` +
      `p99 ${alone.p99} and ${beside.p99} ms (ratio ${(beside.p99 / alone.p99).toFixed(2)})\n`,
  );
} finally {
  server.kill();
  rmSync(directory, { recursive: true, force: true });
}
