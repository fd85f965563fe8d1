/** Runs every check of `npm run check`, as many at a time as there are processors, and fails where one fails. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Each is a script `check:…`; those of the second phase read files that the first makes. The longest come first. */
const phases = [
  ['web', 'format'],
  ['lint', 'types', 'dead-code', 'schema', 'dependencies', 'upgrading', 'configuration', 'privacy'],
];
const failed = [];

/** Says what the check said when it has ended, so that the words of two are not mixed. */
async function run(name) {
  const startedAt = performance.now();
  // Windows runs npm by its shell.
  const child = spawn(`npm run --silent check:${name}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  process.stdout.write(Buffer.concat(output));
  process.stdout.write(`check:${name} ${code === 0 ? 'passed' : 'FAILED'} after ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  if (code !== 0) failed.push(name);
}

async function runAll(names) {
  const waiting = [...names];
  const lane = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await run(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

for (const names of phases) if (failed.length === 0) await runAll(names);
if (failed.length > 0) {
  process.stderr.write(`${failed.map((name) => `check:${name}`).join(', ')} failed\n`);
  process.exitCode = 1;
}
