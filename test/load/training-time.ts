/**
 * How long a whole training takes (all models, the weights of the blend) and one that goes on from it, beside implicit's ALS and
 * LightFM on the same made ratings in the same run. They are installed into a virtual environment of their own, where Python is
 * present.
 *
 * npm run bench:training-time -- [ratings...]     by default 100000 1000000
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { madeRatings } from './made-ratings.js';

interface Line {
  model: string;
  /** Seconds. */
  fit: number;
  /** Seconds of the processor, which other work on the machine changes less. */
  cpu: number;
  memory: number;
  build?: number;
}

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 1_000_000];
const directory = mkdtempSync(join(tmpdir(), 'plaza-training-'));
const own = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** An environment that is there already may be named by `PEERS_PYTHON`. */
function python(): string | null {
  if (process.env['PEERS_PYTHON']) return process.env['PEERS_PYTHON'];
  const system = ['python3.11', 'python3.12', 'python3'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!system) return null;
  execFileSync(system, ['-m', 'venv', directory]);
  const installed = join(directory, 'bin', 'python');
  execFileSync(installed, ['-m', 'pip', 'install', '-q', 'numpy<2', 'scipy', 'lightfm-next', 'implicit']);
  return installed;
}

function peers(installed: string, count: number): Line[] {
  const { user, item, rating } = madeRatings(count);
  const cells = new Uint32Array(3 * user.length);
  for (let at = 0; at < user.length; at++) cells.set([user[at]!, item[at]!, rating[at]!], 3 * at);
  const file = join(directory, 'ratings.bin');
  writeFileSync(file, cells);
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1' };
  return linesOf(
    execFileSync(installed, [own('./training_time.py'), file], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
}

function linesOf(output: string): Line[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function ours(count: number, threads: number): Line[] {
  const output = execFileSync(process.execPath, ['--import', 'tsx', own('./training-run.ts'), String(count), String(threads)], {
    encoding: 'utf8',
  });
  const [whole, warm] = linesOf(output);
  return [
    { ...whole!, model: `Plaza: everything, ${threads} threads` },
    { ...warm!, model: 'Plaza: once there is a hundredth more, from that' },
  ];
}

try {
  const installed = python();
  process.stdout.write(
    '| ratings | trained | fit, s | of the processor, s | building the data, s | memory, MB |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  for (const count of counts) {
    const lines = [...(installed ? peers(installed, count) : []), ...ours(count, Math.min(2, availableParallelism()))];
    for (const { model, fit, cpu, build, memory } of lines)
      process.stdout.write(
        `| ${count} | ${model} | ${fit.toFixed(1)} | ${cpu.toFixed(1)} | ${build?.toFixed(1) ?? ''} | ${memory.toFixed(0)} |\n`,
      );
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
