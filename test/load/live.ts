/**
 * Comments at a steady rate while many watch: how late the subscribers get them, whether any gets less than all, and what
 * a page and a write take meanwhile, beside the same without subscribers. Then the same broadcast by bare ws and by plain
 * graphql-ws, and by Centrifugo where BENCH_CENTRIFUGO names its program. Server and subscribers are in processes of their
 * own.
 *
 *   npm run bench:live -- [subscribers] [comments a second] [seconds]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, freePort, kill } from '../support/processes.js';
import { Crowd } from './crowd.js';
import type { ChannelCrowdInput, CrowdInput, CrowdReport } from './live-crowd.js';
import { drawCurve } from './curve.js';
import { start, type Started } from './page/shop.js';
import { atRest, processorSeconds } from './process-use.js';
import { quantile } from './quantile.js';

const [subscribers = '5000', rate = '20', seconds = '10'] = process.argv.slice(2);
const count = Number(subscribers);
const perSecond = Number(rate);
const duration = Number(seconds) * 1000;
const checkout = process.env['BENCH_CHECKOUT'] ?? fileURLToPath(new URL('../..', import.meta.url));

const subscription = 'subscription Live($id: ID!) { commentAdded(subjectId: $id) { cursor comment { id body author { handle name } } } }';
const page = `query ($id: ID!) { product(id: $id) { title rating { mean reviewCount } reviews(first: 20) { edges { node { title body author { name } } } }
  comments(first: 20) { edges { node { body author { name } } } } } }`;
const comment = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } userErrors { message } } }';

/** What the rivals broadcast: an event as Plaza makes it. */
const author = { handle: 'buyer', name: 'A Buyer' };
const event = {
  commentAdded: { cursor: 'c'.repeat(60), comment: { id: 'i'.repeat(44), body: 'Does it fit under a shelf? written at 1', author } },
};

interface Measured {
  written: number;
  writes: number[];
  pages: number[];
}

interface Figures {
  median: number;
  late: number;
  cores: number;
}

async function post(url: string, body: object, token?: string): Promise<{ data: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as { data: Record<string, unknown> };
}

/** Runs something so many times a second, whether or not the last one has ended. @returns milliseconds of each */
async function steadily(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const running: Promise<number>[] = [];
  const startedAt = performance.now();
  for (let at = 0; performance.now() - startedAt < duration; at++) {
    const begun = performance.now();
    running.push(work().then(() => performance.now() - begun));
    await new Promise((resolve) => setTimeout(resolve, startedAt + ((at + 1) * 1000) / times - performance.now()));
  }
  return Promise.all(running);
}

async function load(write: () => Promise<unknown>, read: () => Promise<unknown>): Promise<Measured> {
  const [writes, pages] = await Promise.all([steadily(perSecond, write), steadily(10, read)]);
  return { written: writes.length, writes, pages };
}

async function caughtUp(crowd: Crowd, expected: number): Promise<CrowdReport> {
  let report = await crowd.report();
  for (let tries = 0; report.received < expected && tries < 60; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    report = await crowd.report();
  }
  return report;
}

/** @param plaza what the figures are set beside */
function print(name: string, { written }: Measured, { lags, received }: CrowdReport, cores: number, plaza?: Figures): Figures {
  const [median, late] = [quantile(lags, 0.5), quantile(lags, 0.99)];
  const beside =
    plaza &&
    `; of Plaza's: lag ${(median / plaza.median).toFixed(2)}, p99 ${(late / plaza.late).toFixed(2)}, processor ${(cores / plaza.cores).toFixed(2)}`;
  process.stdout.write(
    `${name}: lag ${median.toFixed(0)} ms, p99 ${late.toFixed(0)} ms; ${received} of ${written * count} deliveries; ${cores.toFixed(2)} of a core${beside ?? ''}\n`,
  );
  return { median, late, cores };
}

function printRequests(name: string, { pages, writes }: Measured): void {
  const show = (values: number[]): string => `${quantile(values, 0.5).toFixed(0)} ms, p99 ${quantile(values, 0.99).toFixed(0)} ms`;
  process.stdout.write(`${name}: a page ${show(pages)}; a write ${show(writes)}\n`);
}

async function measurePlaza(): Promise<Figures> {
  const data = mkdtempSync(join(tmpdir(), 'plaza-live-'));
  const plaza = await start([join(checkout, 'dist/main.js')], {
    PORT: '0',
    PLAZA_DATA_DIR: data,
    CONNECTIONS_PER_ADDRESS: '60000',
    DEMO_SHOP: 'true',
  });
  const signIn = 'mutation { signIn(input: { email: "buyer@plaza.example", password: "plaza-demo" }) { accessToken } }';
  const token = ((await post(plaza.url, { query: signIn })).data['signIn'] as { accessToken: string }).accessToken;
  const found = await post(plaza.url, { query: '{ product(slug: "barista-espresso-machine") { id } }' });
  const { id } = found.data['product'] as { id: string };
  const write = (): Promise<unknown> =>
    post(
      plaza.url,
      { query: comment, variables: { input: { subjectId: id, body: `Does it fit under a shelf? written at ${Date.now()}` } } },
      token,
    );
  const read = (): Promise<unknown> => post(plaza.url, { query: page, variables: { id } });
  await atRest(plaza.child);
  for (let warm = 0; warm < 100; warm++) await Promise.all([read(), warm % 4 === 0 ? write() : null]);
  const alone = await load(write, read);
  printRequests('Plaza without subscribers', alone);
  const crowd = new Crowd();
  await crowd.join({ url: plaza.url, count, query: subscription, variables: { id } });
  const before = processorSeconds(plaza.child);
  const crowded = await load(write, read);
  const report = await caughtUp(crowd, crowded.written * count);
  const cores = (processorSeconds(plaza.child) - before) / (duration / 1000);
  printRequests(`Plaza with ${count} subscribers`, crowded);
  const figures = print('Plaza', crowded, report, cores);
  const ratio = (of: 'pages' | 'writes'): string => (quantile(crowded[of], 0.99) / quantile(alone[of], 0.99)).toFixed(2);
  process.stdout.write(`p99 with subscribers, of without: a page ${ratio('pages')}, a write ${ratio('writes')}\n`);
  draw(report);
  crowd.leave();
  await kill(plaza, 'SIGTERM');
  rmSync(data, { recursive: true, force: true });
  return figures;
}

function draw({ lags }: CrowdReport): void {
  const shares = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
  const line = shares.map((share): [number, number] => [1 / (1 - share), Math.max(1, quantile(lags, share))]);
  drawCurve('live', {
    title: `${count} subscribers, ${perSecond} comments a second: how late comments arrive`,
    axes: { x: 'one delivery in so many is later', y: 'milliseconds' },
    lines: { Plaza: line },
  });
}

async function measureRival(
  name: string,
  server: Started,
  input: CrowdInput | ChannelCrowdInput,
  write: () => Promise<unknown>,
): Promise<void> {
  const crowd = new Crowd();
  try {
    await crowd.join(input);
    const before = processorSeconds(server.child);
    const measured = await load(write, async () => {});
    const report = await caughtUp(crowd, measured.written * count);
    print(name, measured, report, (processorSeconds(server.child) - before) / (duration / 1000), plaza);
  } finally {
    crowd.leave();
    await kill(server, 'SIGTERM');
  }
}

async function measureBroadcast(name: string, kind: 'bare' | 'plain'): Promise<void> {
  const server = await start([fileURLToPath(new URL('./fan-out-server.js', import.meta.url)), kind], { EVENT: JSON.stringify(event) });
  const { url } = server;
  await measureRival(name, server, { url, count, query: subscription, variables: { id: '1' } }, () => post(url, { now: Date.now() }));
}

async function measureCentrifugo(program: string): Promise<void> {
  const options = ['-a', '127.0.0.1', '-p', String(await freePort()), '--client.insecure', '--http_api.insecure'];
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill());
  const url = `http://${await addressOf(child, /endpoints on ([\d.:]+)"/)}`;
  const channel = 'comments';
  const write = (): Promise<unknown> => {
    const data = JSON.parse(JSON.stringify(event).replace('written at 1', `written at ${Date.now()}`)) as object;
    return post(`${url}/api/publish`, { channel, data });
  };
  await measureRival('Centrifugo', { url, child }, { url, count, channel }, write);
}

const plaza = await measurePlaza();
if (process.env['BENCH_RIVALS'] !== 'none') {
  await measureBroadcast('bare ws', 'bare');
  await measureBroadcast('plain graphql-ws', 'plain');
  const centrifugo = process.env['BENCH_CENTRIFUGO'];
  if (centrifugo) await measureCentrifugo(centrifugo);
  else process.stdout.write('Centrifugo is not measured: BENCH_CENTRIFUGO names no program.\n');
}
