/** Programs that a test starts beside itself: more API processes, and Redis. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from './until.js';

export interface Running {
  url: string;
  child: ChildProcess;
}

/** Tests do in a second what people do in a day; those about limits set them. */
export const unlimited = {
  RATE_LIMIT_USER: '1000000',
  RATE_LIMIT_ADDRESS: '1000000',
  RATE_LIMIT_CREDENTIALS: '1000000',
  RATE_LIMIT_ACCOUNT: '1000000',
  RATE_LIMIT_COST_USER: '1000000000',
  RATE_LIMIT_COST_ADDRESS: '1000000000',
  RATE_LIMIT_KEY: '1000000',
  RATE_LIMIT_COST_KEY: '1000000000',
  REQUEST_CONNECTIONS_PER_ADDRESS: '100000',
  OPERATION_TIMEOUT: '120s',
  SPAM_THRESHOLD: '1000000',
  CONSENT: 'assumed',
  METRICS_TOKEN: 'a token of the tests',
};

const compiled = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** Runs a `plaza` command to its end. */
export function runCommand(
  name: string,
  args: string[],
  environment: Record<string, string> = {},
  node = process.execPath,
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(node, [compiled('cli/plaza.js'), name, ...args], { env: { ...process.env, ...environment } });
}

/** Another API process, as `npm start` runs it. */
export async function startApi(environment: Record<string, string>, node = process.execPath): Promise<Running> {
  const child = spawn(node, [compiled('main.js')], {
    env: { ...process.env, LOG_LEVEL: 'info', DEMO_SHOP: 'false', PLAYGROUND: 'false', PORT: '0', ...unlimited, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: new URL(await addressOf(child)).origin, child };
}

/**
 * Where a server that was just started says it answers. Its output is read on, so that it can write.
 * @param inText how it says so where it writes no log
 */
export function addressOf(child: ChildProcess, inText?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      if (output.length < 100_000) output += String(chunk);
      const address = (/"api":"([^"]+)"/.exec(output) ?? inText?.exec(output))?.[1];
      if (address) resolve(address);
    };
    child.stdout!.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`it ended early:\n${output}`)));
  });
}

export async function metricsOf(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${unlimited.METRICS_TOKEN}` } });
  return response.text();
}

/** Waits until another process has so many open subscriptions. */
export async function hasSubscribers({ url }: Running, count: number): Promise<void> {
  const metric = new RegExp(`^plaza_subscribers ${count}$`, 'm');
  await until(async () => metric.test(await metricsOf(url)));
}

export async function kill({ child }: { child: ChildProcess }, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) process.stderr.write('No redis-server was found: the tests with Redis are skipped.\n');

export const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) process.stderr.write('No nginx was found: the tests with a proxy are skipped.\n');

export const hasPhp = spawnSync('php', ['--version']).status === 0;
if (!hasPhp) process.stderr.write('No php was found: the tests of the PHP in the documentation are skipped.\n');

/** Programs of other releases of Node that the product says it runs on. */
export const otherNodes = (process.env['OTHER_NODES'] ?? '').split(delimiter).filter(Boolean);
if (otherNodes.length === 0) process.stderr.write('OTHER_NODES names no program: the tests with other releases of Node are skipped.\n');

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function startRedis(port: number): Promise<{ child: ChildProcess }> {
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) return { child };
  throw new Error('redis-server ended early');
}
