/** The `plaza` command, as a shell or a script of package.json runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { consoleUserCommand } from '../../src/cli/console-user.js';
import { evaluateCommand } from '../../src/cli/evaluate.js';
import { exportCommand } from '../../src/cli/export.js';
import { importCommand } from '../../src/cli/import.js';
import { tuneCommand } from '../../src/cli/tune.js';
import { usePlaza } from '../support/plaza.js';

const bin = fileURLToPath(new URL('../../dist/cli/plaza.js', import.meta.url));
const { bin: bins, scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  bin: Record<string, string>;
  scripts: Record<string, string>;
};
const directory = mkdtempSync(join(tmpdir(), 'plaza-command-line-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const environment = { PATH: process.env['PATH'], PLAZA_DATA_DIR: join(directory, 'data') };

function run(args: string[], more: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    env: { ...environment, ...more },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const commands = [
  'start',
  'import',
  'export',
  'train',
  'tune',
  'evaluate',
  'migrate',
  'backup',
  'restore',
  'check-data',
  'console-user',
  'seed',
];

describe('the plaza command', () => {
  test('is installed with the package', () => {
    expect(fileURLToPath(new URL(`../../${bins['plaza']}`, import.meta.url))).toBe(bin);
    expect(readFileSync(bin, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('lists every command', () => {
    const { status, stdout } = run(['--help']);
    expect(status).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} .*[a-z]$`, 'm'));
    for (const taken of [
      'import [options] <path>',
      'backup [options] <file>',
      'check-data [options] [file]',
      'console-user [options] <email>',
    ])
      expect(stdout).toContain(`  ${taken} `);
  });

  test('says of each wrong value of an option in a sentence what it may be', () => {
    const made = [importCommand(), evaluateCommand(), tuneCommand(), exportCommand(), consoleUserCommand()];
    const options = made.flatMap((command) => command.options.filter(({ parseArg }) => parseArg));
    expect(options.length).toBeGreaterThan(15);
    for (const { flags, parseArg } of options) expect(() => parseArg!('', undefined), flags).toThrow(/^[A-Z][^]+\.$/);
  });

  test('says its version', () => {
    expect(run(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test.each(commands)('%s explains itself', (command) => {
    const { status, stdout } = run([command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: plaza ${command} `));
    expect(stdout).toContain('--config <file>');
  });

  test.each([
    [['imprt'], 'Unknown command \'imprt\'. Did you mean import? Run "plaza --help" for help.\n'],
    [['imprt', '--help'], 'Unknown command \'imprt\'. Did you mean import? Run "plaza --help" for help.\n'],
    [['help', 'imprt'], 'Unknown command \'imprt\'. Did you mean import? Run "plaza --help" for help.\n'],
    [['export', '--formt', 'csv'], 'Unknown option \'--formt\'. Did you mean --format? Run "plaza export --help" for help.\n'],
    [['--quick'], 'Unknown option \'--quick\'. Run "plaza --help" for help.\n'],
    [['backup'], 'Missing required argument \'file\'. Run "plaza backup --help" for help.\n'],
    [['train', 'now'], 'Too many arguments for \'train\'. Expected 0 arguments but got 1. Run "plaza train --help" for help.\n'],
    [
      ['export', '--format', 'pdf'],
      "Option '--format <format>' argument 'pdf' is invalid. Allowed choices are amazon-reviews, csv, google-product-reviews, behaviour, behaviour-parquet. Run \"plaza export --help\" for help.\n",
    ],
  ])('answers %j with one line and exit code 2', (args, stderr) => {
    expect(run(args)).toEqual({ status: 2, stdout: '', stderr });
    expect(existsSync(environment.PLAZA_DATA_DIR)).toBe(false);
  });

  test('says in one sentence which file or folder stands in the way', () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    const data = { PLAZA_DATA_DIR: join(directory, 'in-the-way') };
    const says = (args: string[], stderr: string, more = data) =>
      expect(run(args, more)).toMatchObject({ status: 1, stderr: expect.stringMatching(new RegExp(`${stderr}\n$`)) });
    says(['restore', join(directory, 'nowhere.lmdb')], `^There is no file ${join(directory, 'nowhere.lmdb')}.`);
    says(['export', '--format', 'csv', '--out', join(directory, 'nowhere', 'out')], `There is no folder ${join(directory, 'nowhere')}.`);
    for (const within of [file, join(file, 'data'), join(file, 'shop', 'data')])
      says(['migrate'], `^There is a file where ${within} needs a folder.`, { PLAZA_DATA_DIR: within });
    says(['backup', join(file, 'backup.lmdb')], `^There is a file where ${join(file, 'backup.lmdb')} needs a folder.`);
    says(['backup', join(directory, 'nowhere', 'backup.lmdb')], `^There is no folder ${join(directory, 'nowhere')}.`);
  });

  test.skipIf(process.platform !== 'linux').each([['migrate'], ['start'], ['backup', 'backup.lmdb']])(
    '%s ends where the system lets nobody make the folder',
    (...args) => {
      for (const [data, made] of [
        ['/proc/plaza', '/proc/plaza'],
        ['/proc/self/plaza/data', '/proc/self/plaza'],
      ])
        expect(run(args, { PLAZA_DATA_DIR: data! })).toEqual({ status: 1, stdout: '', stderr: `The folder ${made} can't be made.\n` });
    },
  );

  test.skipIf(process.platform !== 'linux')('says of a file to write that the system lets nobody make it', () => {
    for (const args of [
      ['export', '--out', '/proc/reviews'],
      ['export', '--format', 'csv', '--out', '/proc/reviews'],
    ])
      expect(run(args, { PLAZA_DATA_DIR: join(directory, 'exported') })).toMatchObject({
        status: 1,
        stderr: "The file /proc/reviews can't be made.\n",
      });
  });

  test.skipIf(process.platform !== 'linux').each([[['--help']], [['export', '--help']], [['export', '--format', 'csv']]])(
    '%j says in one sentence that its output cannot be written',
    (args) => {
      const env = { ...environment, PLAZA_DATA_DIR: join(directory, 'exported') };
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { env, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
      closeSync(full);
      expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no space left on the disk.\n' });
    },
  );

  test('reads variables from a file, and those that are set win', () => {
    const file = join(directory, 'shop.env');
    writeFileSync(file, 'PORT=from-the-file\nHOST=127.0.0.1\n');
    expect(run(['start', '--config', file]).stderr).toContain('PORT: ');
    expect(run(['start', '--config', file], { PORT: '0', HOST: '192.0.2.1' }).stderr).toContain('HOST is "192.0.2.1"');
    const missing = join(directory, 'missing.env');
    expect(run(['start', '--config', missing])).toMatchObject({ status: 1, stderr: `There is no file ${missing}.\n` });
    writeFileSync(file, 'PROT=4000\nNODE_ENV=prod\nTZ=UTC\n');
    expect(run(['start', '--config', file])).toMatchObject({
      status: 1,
      stderr:
        `Plaza reads no variable PROT, TZ of ${file}.\nThe configuration is invalid:\n` +
        '  NODE_ENV: must be one of production, development, test\n',
    });
    expect(run(['start', '--config', directory])).toMatchObject({ status: 1, stderr: `--config ${directory} is no file of variables.\n` });
  });

  test('says in one sentence that the port is taken, before it makes anything', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const answer = run(['start', '--port', String(port)]);
    other.close();
    const stderr = `Port ${port} is already in use: stop the program that uses it, or set PORT to another.\n`;
    expect(answer).toEqual({ status: 1, stdout: '', stderr });
    expect(existsSync(join(environment.PLAZA_DATA_DIR, 'store'))).toBe(false);
  });

  test.each([
    ['SIGINT', 'Filling the demo shop'],
    ['SIGTERM', 'Filling the demo shop'],
  ] as const)('%s while it prepares the demo shop ends the server quietly', async (signal, phase) => {
    const child = spawn(process.execPath, [bin, 'start'], {
      env: { ...environment, PLAZA_DATA_DIR: join(directory, signal), PORT: '0', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.on('data', (chunk) => {
      if (!output.includes(phase) && (output += String(chunk)).includes(phase)) child.kill(signal);
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(errors).toBe('');
  });
});

describe('the scripts of package.json', () => {
  test('need no POSIX shell', () => {
    for (const [name, script] of Object.entries(scripts)) {
      expect(script, name).not.toMatch(/(^|[;&|] *)(rm|cp|mv|mkdir|for|export|cat) |(^|&& )[A-Z_]+=|\$[A-Z{(]|; |'/);
    }
  });
});

describe('beside a running server', () => {
  const plaza = usePlaza();
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { user { handle roles } userErrors { code } } }';

  test('console-user makes an administrator, who can sign in with the password that it prints', async () => {
    const { stdout } = await plaza.command('console-user', 'grace@example.org', '--role', 'admin', 'moderator', '--handle', 'grace_h');
    expect(stdout).toContain('grace@example.org (@grace_h) has the roles BUYER, ADMIN, MODERATOR.');
    const password = /Password: (\S+)/.exec(stdout)![1]!;
    const { signIn: answer } = await plaza.data(signIn, { input: { email: 'grace@example.org', password } });
    expect(answer).toEqual({ user: { handle: 'grace_h', roles: ['BUYER', 'ADMIN', 'MODERATOR'] }, userErrors: [] });
  });

  test('console-user promotes an account at once, and prints no password', async () => {
    const { stdout } = await plaza.command('console-user', 'grace@example.org', '--role', 'merchant');
    expect(stdout).toBe('grace@example.org (@grace_h) has the roles BUYER, ADMIN, MODERATOR, MERCHANT.\n');
  });

  test('console-user gives no roles to who only claims to have the address', async () => {
    const input = { email: 'ada@example.org', password: 'correct horse battery', handle: 'not_ada', name: 'Mallory' };
    await plaza.data('mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }', { input });
    await expect(plaza.command('console-user', 'ada@example.org', '--role', 'admin')).rejects.toMatchObject({
      code: 1,
      stderr: 'This address has an account, but nobody confirmed the address. Sign in to it and confirm the address first.\n',
    });
  });

  test.each([
    [['nonsense', '--role', 'admin'], 'This is not a valid email address.\n'],
    [['x@example.org', '--role', 'admin', '--handle', 'a b'], '"a b" is not a handle: use 3 to 30 letters, digits or underscores.\n'],
  ])('console-user %j says what is wrong', async (args, stderr) => {
    await expect(plaza.command('console-user', ...args)).rejects.toMatchObject({ code: 1, stderr });
  });

  test('Ctrl-C in training ends it as the signal would, without a stack', async () => {
    const ratings = Array.from({ length: 2000 }, (_, at) => `u${at % 100},p${Math.floor(at / 100) * 2 + (at % 2)},${(at % 5) + 1}`);
    const file = join(directory, 'ratings.csv');
    writeFileSync(file, ['user,product,rating', ...ratings].join('\n'));
    await plaza.command('import', file, '--format', 'csv');
    const child = spawn(process.execPath, [bin, 'tune', '--trials', '1000'], {
      env: { ...process.env, PLAZA_DATA_DIR: plaza.dataDirectory, ...(process.env['MONGODB_URI'] && { MONGODB_URI: plaza.app.store.uri }) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      if (!errors) child.kill('SIGINT');
      errors += String(chunk);
    });
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
    expect(errors).toMatch(/Stopped\.\n$/);
    expect(errors).not.toContain('    at ');
  });

  test('the API in a browser leads to the playground, and still answers queries', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml' };
    const answer = await fetch(`${plaza.url}/graphql`, { headers: browser, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/playground/']);
    const query = await fetch(`${plaza.url}/graphql?query={__typename}`, { headers: { accept: 'text/html, application/json' } });
    expect(await query.json()).toMatchObject({ data: { __typename: 'Query' } });
  });
});
