/** The storefront as the starter that its README offers: a shop of one's own, away from the project. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const root = fileURLToPath(new URL('../../', import.meta.url));
const copy = join(mkdtempSync(join(tmpdir(), 'plaza-starter-')), 'My shop');
const create = (...args: string[]) =>
  promisify(execFile)('npm', ['create', 'plaza-storefront', ...args], { cwd: root, shell: process.platform === 'win32' });

beforeAll(async () => {
  await create(copy);
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(dirname(copy), { recursive: true, force: true }));

// The generator says nothing at all in a test.
const generate = (url: string) =>
  promisify(execFile)('npm', ['run', 'codegen'], {
    ...{ cwd: copy, shell: process.platform === 'win32' },
    env: { ...process.env, NODE_ENV: 'development', PLAZA_URL: url },
  });

test('a shop of one’s own has a name of its own, all that the storefront has, and the client', () => {
  const { name, bin, devDependencies } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as {
    name: string;
    bin?: object;
    devDependencies: Record<string, string>;
  };
  expect({ name, bin }).toEqual({ name: 'my-shop' });
  const client = devDependencies['@plaza/client']!;
  expect(existsSync(join(copy, client.replace('file:', '')))).toBe(true);
  const kept = (folder: string) => readdirSync(folder).filter((file) => !['node_modules', 'dist', 'create.js', 'vendor'].includes(file));
  expect(kept(copy).sort()).toEqual(kept(join(root, 'web/storefront')).sort());
});

test.each([
  [[], 'Name the folder of the new shop'],
  [[root], 'is not empty'],
])('says what is wrong with the folder: %s', async (args, reason) => {
  await expect(create(...args)).rejects.toMatchObject({ stderr: expect.stringContaining(reason) as string });
});

test('a copy of the storefront is made for the schema of the API that runs', async () => {
  await generate(plaza.url);
  expect(existsSync(join(copy, 'src/gql/graphql.ts'))).toBe(true);
});

test('a copy says what it lacks without the API', async () => {
  const failed = generate('http://127.0.0.1:9');
  await expect(failed).rejects.toThrow();
  const { stdout, stderr } = (await failed.catch((error: unknown) => error)) as { stdout: string; stderr: string };
  expect(stdout + stderr).toContain('http://127.0.0.1:9/graphql');
});
