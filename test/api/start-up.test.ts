import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'plaza-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function start(environment: Record<string, string>, ...args: string[]) {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const env = { PATH: process.env['PATH'], PLAZA_DATA_DIR: join(directory, 'data'), ...environment };
  return spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8', timeout: 600_000 });
}

describe('the program', () => {
  test('says what it is and how it is configured, and ends', () => {
    const { status, stdout } = start({}, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/Serves the Plaza API.*PORT.*MONGODB_URI/s);
  });

  test('says its version, and ends', () => {
    expect(start({}, '--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test.each([['--prot=4001'], ['serve']])('refuses what it does not know: %s', (argument) => {
    const { status, stdout, stderr } = start({}, argument);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^[A-Z][^\n]+ Run "start --help" for help\.\n$/);
  });

  test('says in one sentence that the port is taken, before it fills or opens anything', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = start({ PORT: String(port) });
    other.close();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`Port ${port} is already in use: stop the program that uses it, or set PORT to another.\n`);
    expect(existsSync(join(directory, 'data/store'))).toBe(false);
  });

  test('says in one sentence that the host is none of this machine', () => {
    expect(start({ HOST: '192.0.2.1' }).stderr).toBe('HOST is "192.0.2.1", which is no address of this machine.\n');
  });

  test('names every variable that is wrong', () => {
    const { status, stderr } = start({ PORT: 'eighty', SESSION_LIFETIME: 'long' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The configuration is invalid:\n {2}PORT: .*\n {2}SESSION_LIFETIME: .*\n$/);
  });

  test('says in one sentence that the store cannot be reached', () => {
    const { status, stderr } = start({ PORT: '0', MONGODB_URI: 'mongodb://shop:hunter2@127.0.0.1:9/plaza', AUTH_SECRET: 'x'.repeat(32) });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The store cannot be reached: [^\n]+\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});
