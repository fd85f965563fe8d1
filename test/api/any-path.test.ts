/** The build runs wherever a clone or an image puts it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'plaza-paths-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Half of the users rate the even products, half the odd ones. */
const lines = Array.from({ length: 400 }, (_, i) => `u${i % 40},p${Math.floor(i / 40) * 2 + (i % 2)},${(i % 5) + 1}`);
const ratings = ['user,product,rating', ...lines].join('\n');

function install(path: string): string {
  const root = join(directory, path);
  mkdirSync(root, { recursive: true });
  for (const name of ['dist', 'schema', 'package.json']) cpSync(join(project, name), join(root, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'ratings.csv'), ratings);
  return root;
}

function run(root: string, command: string, ...args: string[]): { status: number | null; output: string } {
  const env = { PATH: process.env['PATH'], PLAZA_DATA_DIR: join(root, '.data') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/plaza.js'), command, ...args], {
    env,
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

describe('from the build, the embedded store runs and a model is trained', () => {
  test.each(['src/dist/src', 'Läden & mehr/100% 商店 #1?'])('below %s', (path) => {
    const root = install(path);
    const imported = run(
      root,
      'import',
      join(root, 'ratings.csv'),
      '--format',
      'csv',
      '--columns',
      'user=user,product=product,rating=rating',
    );
    expect(imported.output).toContain('400 accepted');
    expect(run(root, 'train').output).toMatch(/Model [0-9a-f]{24}: 40 users, 20 products/);
  });

  test('a build without its threads is told what is missing', () => {
    const root = install('incomplete');
    rmSync(join(root, 'dist/store/embedded/worker.js'));
    const { status, output } = run(root, 'train');
    expect(status).toBe(1);
    expect(output).toContain('dist/store/embedded/worker.js does not exist. Run "npm run build".');
  });
});
