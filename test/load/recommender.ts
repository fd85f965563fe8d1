/**
 * Every figure of docs/recommender.md: the evaluation on FilmTrust, then the simulated shop and the replay. Takes some minutes.
 *
 * npm run bench:recommender -- [folder with filmtrust/]     by default TEST_DATA_DIR, or ../shared/data
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [dataSets = process.env['TEST_DATA_DIR'] ?? '../shared/data'] = process.argv.slice(2);
const filmTrust = join(dataSets, 'filmtrust');
if (!existsSync(filmTrust)) throw new Error(`Name the folder that FilmTrust lies in: there is no ${filmTrust}.`);

const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const part = (name: string): string => join(filmTrust, `${name}.txt.gz`);

function run(title: string, program: string, ...options: string[]): void {
  process.stdout.write(`\n# ${title}\n\n`);
  const { status } = spawnSync(process.execPath, [program, ...options], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${title} ended with ${status}.`);
}

run('FilmTrust', inRoot('dist/cli/plaza.js'), 'evaluate', '--train', part('train'), '--test', part('test'), '--trust', part('trust'));
run('A shop that learns from its own lists', inRoot('node_modules/tsx/dist/cli.mjs'), inRoot('test/load/feedback.ts'));
