/** The storefront as the starter that its README offers: a copy of the folder, away from the project. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const root = fileURLToPath(new URL('../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'plaza-starter-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

cpSync(join(root, 'web/storefront'), copy, {
  recursive: true,
  filter: (path) => !['node_modules', 'dist', 'gql'].includes(basename(path)),
});
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
// The generator says nothing at all in a test.
const generate = (url: string) =>
  promisify(execFile)('npm', ['run', 'codegen'], {
    ...{ cwd: copy, shell: process.platform === 'win32' },
    env: { ...process.env, NODE_ENV: 'development', PLAZA_URL: url },
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
