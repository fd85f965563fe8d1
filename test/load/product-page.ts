/**
 * Requests per second of a product page, beside a plain HTTP server that stringifies the same objects:
 * both run in processes of their own, in turn, and the ratio is what counts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, unlimited } from '../support/processes.js';
import autocannon from 'autocannon';

const query = `query ProductPage($slug: String!) { product(slug: $slug) {
  id title description price { amountMinor currency } category { name } merchant { name }
  rating { reviewCount mean weightedMean composite distribution { stars count } aspects { quality price service } }
  reviews(first: 20) { totalCount edges { cursor node { id title body overall verifiedPurchase author { id handle name } } } }
  comments(first: 20) { totalCount edges { cursor node { id body author { id handle name } } } }
  similarProducts(first: 5) { edges { node { id title slug rating { composite } } } }
} }`;
const body = JSON.stringify({ query, variables: { slug: 'barista-espresso-machine' } });
const connections = 16;
const seconds = 8;
const rounds = 3;

const plainServer = `
  const { createServer } = require('node:http');
  const page = JSON.parse(process.env.PAGE);
  createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(page));
    });
  }).listen(0, '127.0.0.1', function () { console.log(JSON.stringify({ api: 'http://127.0.0.1:' + this.address().port + '/graphql' })); });
`;

async function start(args: string[], environment: NodeJS.ProcessEnv): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_ENV: 'production', ...unlimited, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: await addressOf(child), child };
}

async function requestsPerSecond(url: string): Promise<number> {
  const { requests, non2xx } = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  if (non2xx > 0) throw new Error(`${non2xx} answers were not 200`);
  return requests.average;
}

function residentMegabytes({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

const data = mkdtempSync(join(tmpdir(), 'plaza-bench-'));
const startedAt = Date.now();
const plaza = await start([fileURLToPath(new URL('../../dist/main.js', import.meta.url))], { PORT: '0', PLAZA_DATA_DIR: data });
console.log(`start with an empty directory, demo shop and training included: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
const answer = await (await fetch(plaza.url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).json();
console.log(`memory at rest: ${residentMegabytes(plaza.child).toFixed(0)} MB; page: ${JSON.stringify(answer).length} bytes`);
const plain = await start(['-e', plainServer], { PAGE: JSON.stringify(answer) });
const ratios: number[] = [];
for (let round = 0; round < rounds; round++) {
  const [page, limit] = [await requestsPerSecond(plaza.url), await requestsPerSecond(plain.url)];
  ratios.push(page / limit);
  console.log(`product page ${page.toFixed(0)}/s, plain ${limit.toFixed(0)}/s, ratio ${(page / limit).toFixed(3)}`);
}
console.log(`median ratio ${ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)]!.toFixed(3)}`);
plaza.child.kill();
plain.child.kill();
plaza.child.on('exit', () => rmSync(data, { recursive: true, force: true }));
