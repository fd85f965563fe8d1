/**
 * All of an installation on one machine, each part a process that may be killed, with a door before it that may be
 * shut: two API processes behind nginx, the store, Redis, a mail server and a receiver of webhooks.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Door } from '../door.js';
import { TestMailServer } from '../mail.js';
import { freePort, kill, startApi, startRedis, type Running } from '../processes.js';
import { WebhookReceiver } from '../webhook-receiver.js';

const storeProcess = fileURLToPath(new URL('../store-process.js', import.meta.url));
const steppingClock = new URL('./stepping-clock.js', import.meta.url).href;
const diskSize = '512m';

/** Whose clock can be set. */
export type Clock = 'api 0' | 'api 1' | 'store';

export class System {
  readonly receiver = new WebhookReceiver();
  readonly mail = new TestMailServer();
  readonly storeDoor: Door;
  readonly redisDoor: Door;
  /** What the API processes had to say of defects. */
  readonly defects: string[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), 'plaza-chaos-'));
  /** Whether the store has a disk of its own, which can be filled. */
  hasDisk = false;
  private store: ChildProcess | null = null;
  private redis: { child: ChildProcess } | null = null;
  private nginx: ChildProcess | null = null;
  private readonly apis: (Running | null)[] = [null, null];
  private ports: number[] = [];
  private redisPort = 0;
  private nginxPort = 0;

  /** @param environment what the API processes are told beside what connects them */
  constructor(private readonly environment: Record<string, string> = {}) {
    this.storeDoor = new Door(() => ({ path: join(this.storeDirectory, 'store.sock') }));
    this.redisDoor = new Door(() => ({ port: this.redisPort, host: '127.0.0.1' }));
  }

  async start(): Promise<void> {
    mkdirSync(this.storeDirectory);
    this.hasDisk = process.platform === 'linux' && succeeds('mount', '-t', 'tmpfs', '-o', `size=${diskSize}`, 'tmpfs', this.storeDirectory);
    if (!this.hasDisk) process.stderr.write('No disk could be mounted: none gets full.\n');
    this.ports = [await freePort(), await freePort()];
    this.redisPort = await freePort();
    this.nginxPort = await freePort();
    for (const name of ['data', 'nginx']) mkdirSync(join(this.directory, name));
    await Promise.all([this.startStore(), this.startRedis(), this.receiver.start(), this.mail.start()]);
    await Promise.all([this.storeDoor.start(), this.redisDoor.start()]);
    // The first one alone makes the collections and the keys.
    await this.startApi(0);
    await this.startApi(1);
    await this.startNginx();
  }

  /** Where clients ask. */
  get url(): string {
    return `http://127.0.0.1:${this.nginxPort}`;
  }

  get storeUri(): string {
    // A line on which nothing comes any more is given up within seconds.
    const timeouts = 'serverSelectionTimeoutMS=3000&connectTimeoutMS=3000&heartbeatFrequencyMS=1000';
    return `mongodb://127.0.0.1:${this.storeDoor.port}/?directConnection=true&${timeouts}`;
  }

  async killApi(at: number): Promise<void> {
    await kill(this.apis[at]!);
  }

  /** Waits until it answers. */
  async startApi(at: number): Promise<void> {
    const running = await startApi({
      PORT: String(this.ports[at]),
      MONGODB_URI: this.storeUri,
      REDIS_URL: `redis://127.0.0.1:${this.redisDoor.port}`,
      SMTP_URL: `smtp://127.0.0.1:${this.mail.port}`,
      PLAZA_DATA_DIR: join(this.directory, 'data'),
      AUTH_SECRET: 'a secret for tests that is long enough',
      WEBHOOK_ALLOW_PRIVATE: 'true',
      CONNECTIONS_PER_ADDRESS: '1000',
      TRUSTED_PROXIES: '1',
      OPERATION_TIMEOUT: '10s',
      ...this.clockOf(at === 0 ? 'api 0' : 'api 1'),
      ...this.environment,
    });
    createInterface(running.child.stdout!).on('line', (line) => {
      if (line.includes('"level":"error"')) this.defects.push(line);
    });
    this.apis[at] = running;
  }

  /** Sets a clock before or after the machine's, from one moment to the next. */
  setClock(clock: Clock, milliseconds: number): void {
    writeFileSync(this.clockFile(clock), String(milliseconds));
  }

  /** Takes all that is left of the store's disk. */
  fillDisk(): void {
    const { bavail, bsize } = statfsSync(this.storeDirectory);
    succeeds('fallocate', '-l', String(bavail * bsize), this.filler);
  }

  emptyDisk(): void {
    rmSync(this.filler, { force: true });
  }

  /** A process that stands still for a while, as one does whose machine is paused or out of memory. */
  freezeApi(at: number): () => void {
    return freeze(this.apis[at]!.child);
  }

  freezeStore(): () => void {
    return freeze(this.store!);
  }

  async killStore(): Promise<void> {
    await kill({ child: this.store! });
  }

  async startStore(): Promise<void> {
    const env = { ...process.env, ...this.clockOf('store') };
    this.store = fork(storeProcess, [this.storeDirectory], { execArgv: [], env });
    const [message] = (await once(this.store, 'message')) as [{ error?: string }];
    if (message.error) throw new Error(message.error);
  }

  async killRedis(): Promise<void> {
    await kill(this.redis!);
  }

  async startRedis(): Promise<void> {
    this.redis = await startRedis(this.redisPort);
  }

  async stop(): Promise<void> {
    for (const api of this.apis) if (api) await kill(api);
    // It takes its own children with it.
    if (this.nginx) await kill({ child: this.nginx }, 'SIGTERM');
    if (this.store) await kill({ child: this.store });
    if (this.redis) await kill(this.redis);
    for (const door of [this.storeDoor, this.redisDoor]) door.stop();
    await Promise.all([this.receiver.stop(), this.mail.stop()]);
    if (this.hasDisk) succeeds('umount', this.storeDirectory);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get storeDirectory(): string {
    return join(this.directory, 'store');
  }

  private get filler(): string {
    return join(this.storeDirectory, 'something-else');
  }

  private clockFile(clock: Clock): string {
    return join(this.directory, `clock of ${clock}`);
  }

  private clockOf(clock: Clock): Record<string, string> {
    return { NODE_OPTIONS: `--import ${steppingClock}`, TEST_CLOCK_FILE: this.clockFile(clock) };
  }

  private async startNginx(): Promise<void> {
    const home = join(this.directory, 'nginx');
    const file = join(home, 'nginx.conf');
    writeFileSync(file, nginxConfiguration(home, this.nginxPort, this.ports));
    this.nginx = spawn('nginx', ['-p', home, '-c', file, '-e', join(home, 'error.log')], { stdio: 'inherit' });
    // Benchmarks start it, too, where nothing of vitest works.
    const isReady = async () => (await fetch(`${this.url}/health/ready`).catch(() => null))?.ok === true;
    for (let attempts = 0; !(await isReady()); attempts++) {
      if (attempts > 1000) throw new Error('nginx does not reach the processes');
      await pause(100);
    }
  }
}

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}

function freeze(child: ChildProcess): () => void {
  child.kill('SIGSTOP');
  return () => void child.kill('SIGCONT');
}

/** As deploy/nginx has it, without Docker's names. */
function nginxConfiguration(home: string, port: number, upstream: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${home}/${name};`);
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${home}/nginx.pid;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream plaza {
    ${upstream.map((at) => `server 127.0.0.1:${at} max_fails=1 fail_timeout=1s;`).join('\n    ')}
    keepalive 16;
  }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://plaza;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
      proxy_connect_timeout 1s;
      proxy_read_timeout 15s;
      proxy_next_upstream error timeout http_503;
      proxy_next_upstream_tries 2;
    }
  }
}
`;
}
