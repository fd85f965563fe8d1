/**
 * Every benchmark, one after the other, into one file: figures of one machine and one day, each below the command that made it.
 * What needs another release, data sets or programs that are not there is left out, and says so.
 *
 *   npm run bench:all -- <file to write> [<a checkout of 0.1.0, built> [<folder of public data sets>]]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const [file, firstRelease, dataSets = '../shared/data'] = process.argv.slice(2);
if (!file) {
  console.error('Name the file to write: npm run bench:all -- <file> [<a checkout of 0.1.0, built> [<folder of public data sets>]]');
  process.exit(2);
}

interface Benchmark {
  name: string;
  args?: string[];
  environment?: NodeJS.ProcessEnv;
  /** Files that it cannot do without. */
  needs?: string[];
}

const released = firstRelease ? join(firstRelease, 'dist/main.js') : '<a checkout of 0.1.0, built>';
const filmTrust = ['train.txt.gz', 'test.txt.gz', 'trust.txt.gz'].map((name) => join(dataSets, 'filmtrust', name));

const benchmarks: Benchmark[] = [
  { name: 'page', args: [released], environment: { PAGE_SECONDS: '3', PAGE_ROUNDS: '4' }, needs: [released] },
  { name: 'store' },
  { name: 'store-versions', args: [firstRelease ?? '', '20000'], needs: [released] },
  { name: 'bulk' },
  { name: 'import' },
  { name: 'fan-out' },
  { name: 'live', args: ['5000', '20', '6'] },
  { name: 'search', args: ['100000'] },
  { name: 'growth', args: ['1000,10000,100000'] },
  { name: 'growing-shop' },
  { name: 'shop', args: ['90', '30', '2000'] },
  { name: 'levels' },
  { name: 'serving' },
  { name: 'training', args: ['100000', '3'] },
  { name: 'training', args: ['1000000', '3'] },
  { name: 'training-time', args: ['100000', '1000000', '10000000'] },
  { name: 'tracking' },
  { name: 'recommender', args: [dataSets], needs: [dataSets] },
  { name: 'feedback' },
  { name: 'opinions' },
  { name: 'fake-reviews' },
  { name: 'peers', args: [filmTrust[0]!, filmTrust[1]!, '3', filmTrust[2]!], needs: filmTrust },
];

function say(text: string): void {
  process.stdout.write(text);
  appendFileSync(file!, text);
}

async function run({ name, args = [], environment = {}, needs = [] }: Benchmark): Promise<void> {
  const variables = Object.entries(environment).map(([variable, value]) => `${variable}=${value} `);
  say(`\n## ${variables.join('')}npm run bench:${name}${args.length > 0 ? ` -- ${args.join(' ')}` : ''}\n\n`);
  const missing = needs.find((path) => !existsSync(path));
  if (missing) return say(`left out: there is no ${missing}\n`);
  const [load] = loadavg();
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', `bench:${name}`, '--', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', say);
  const [code] = (await once(child, 'close')) as [number | null];
  say(`\n${code === 0 ? 'ended' : `failed with ${code}`} after ${((performance.now() - startedAt) / 1000).toFixed(0)} s; `);
  say(`the machine’s load was ${load!.toFixed(1)} before\n`);
}

const [processor] = cpus();
writeFileSync(file, '');
say(`${new Date().toISOString()}, Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'a processor'}, `);
say(`${Math.round(totalmem() / 2 ** 30)} GB\n`);
for (const benchmark of benchmarks) await run(benchmark);
