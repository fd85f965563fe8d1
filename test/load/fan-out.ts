/**
 * One event to many subscribers of one product: Plaza beside a bare broadcast of the same bytes and beside
 * plain graphql-ws. Servers run in processes of their own and take turns; the ratios are what counts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressOf, unlimited } from '../support/processes.js';
import WebSocket from 'ws';

const sizes = process.argv.slice(2).map(Number);
const counts = sizes.length > 0 ? sizes : [1000, 5000, 10_000];
const events = 15;
const query = 'subscription Live($id: ID!) { commentAdded(subjectId: $id) { cursor comment { id body author { handle name } } } }';

interface Server {
  url: string;
  child: ChildProcess;
}

async function start(args: string[], environment: NodeJS.ProcessEnv): Promise<Server> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_ENV: 'production', ...unlimited, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: await addressOf(child), child };
}

/** Subscribers that count what they get. */
class Crowd {
  private readonly sockets: WebSocket[] = [];
  private waiting = 0;
  private allReceived = (): void => {};
  received = '';

  async join(url: string, count: number, productId: string): Promise<void> {
    const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id: productId } } });
    for (let from = 0; from < count; from += 200) {
      await Promise.all(Array.from({ length: Math.min(200, count - from) }, () => this.connect(url.replace('http', 'ws'), subscribe)));
    }
    await new Promise((resolve) => setTimeout(resolve, 500 + count / 10));
  }

  private connect(url: string, subscribe: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
      this.sockets.push(socket);
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data: Buffer) => {
        if (data.length < 60) {
          socket.send(subscribe);
          return resolve();
        }
        this.received = data.toString();
        if (--this.waiting === 0) this.allReceived();
      });
    });
  }

  /** @returns milliseconds from the trigger until the last subscriber has the event */
  async time(trigger: () => Promise<unknown>): Promise<number> {
    this.waiting = this.sockets.length;
    const all = new Promise<void>((resolve) => (this.allReceived = resolve));
    const startedAt = performance.now();
    await Promise.all([trigger(), all]);
    return performance.now() - startedAt;
  }

  leave(): void {
    for (const socket of this.sockets) socket.terminate();
  }
}

function cpuMilliseconds({ child }: Server): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentKilobytes({ child }: Server): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Figures {
  last: number;
  cpu: number;
  memory: number;
}

async function measure(server: Server, count: number, productId: string, trigger: () => Promise<unknown>): Promise<Figures> {
  const before = residentKilobytes(server);
  const crowd = new Crowd();
  await crowd.join(server.url, count, productId);
  const memory = (residentKilobytes(server) - before) / count;
  for (let warm = 0; warm < 5; warm++) await crowd.time(trigger);
  const cpuBefore = cpuMilliseconds(server);
  const times: number[] = [];
  for (let event = 0; event < events; event++) times.push(await crowd.time(trigger));
  const cpu = ((cpuMilliseconds(server) - cpuBefore) * 1000) / (events * count);
  crowd.leave();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { last: median(times), cpu, memory };
}

async function post(url: string, body: object, token?: string): Promise<{ data: never }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { data: never };
}

const plazaMain = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const rival = fileURLToPath(new URL('./fan-out-server.js', import.meta.url));

for (const count of counts) {
  const data = mkdtempSync(join(tmpdir(), 'plaza-fan-out-'));
  const plaza = await start([plazaMain], { PORT: '0', PLAZA_DATA_DIR: data, CONNECTIONS_PER_ADDRESS: '20000' });
  const signedIn = (await post(plaza.url, {
    query: 'mutation { signIn(input: { email: "buyer@plaza.example", password: "plaza-demo" }) { accessToken } }',
  })) as { data: { signIn: { accessToken: string } } };
  const found = (await post(plaza.url, { query: '{ product(slug: "barista-espresso-machine") { id } }' })) as {
    data: { product: { id: string } };
  };
  const { accessToken } = signedIn.data.signIn;
  const { id } = found.data.product;
  const comment = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }';
  const write = () =>
    post(
      plaza.url,
      { query: comment, variables: { input: { subjectId: id, body: 'Does it fit under a low shelf? I measured forty centimetres.' } } },
      accessToken,
    );
  const sample = new Crowd();
  await sample.join(plaza.url, 1, id);
  await sample.time(write);
  const { payload } = JSON.parse(sample.received) as { payload: { data: object } };
  sample.leave();
  const writing: number[] = [];
  for (let at = 0; at < 20; at++) {
    const startedAt = performance.now();
    await write();
    writing.push(performance.now() - startedAt);
  }
  const figures: Record<string, Figures> = { plaza: await measure(plaza, count, id, write) };
  plaza.child.kill();
  await once(plaza.child, 'exit');
  rmSync(data, { recursive: true, force: true });
  for (const kind of ['bare', 'plain']) {
    const server = await start([rival, kind], { EVENT: JSON.stringify(payload.data) });
    figures[kind] = await measure(server, count, id, () => post(server.url, {}));
    server.child.kill();
    await once(server.child, 'exit');
  }
  const { plaza: own, bare, plain } = figures as Record<'plaza' | 'bare' | 'plain', Figures>;
  const write50 = median(writing);
  console.log(
    `${count} subscribers, until the last has the event: Plaza ${own.last.toFixed(1)} ms with the write (${write50.toFixed(1)} ms by itself), bare ${bare.last.toFixed(1)} ms, plain graphql-ws ${plain.last.toFixed(1)} ms`,
  );
  console.log(
    `  of bare: Plaza ${(own.last / bare.last).toFixed(2)}, without the write ${((own.last - write50) / bare.last).toFixed(2)}; plain graphql-ws ${(plain.last / bare.last).toFixed(2)}`,
  );
  console.log(
    `  CPU per delivery: Plaza ${own.cpu.toFixed(1)} µs, bare ${bare.cpu.toFixed(1)} µs, plain graphql-ws ${plain.cpu.toFixed(1)} µs`,
  );
  console.log(
    `  memory per idle subscriber: Plaza ${own.memory.toFixed(1)} KB, bare ${bare.memory.toFixed(1)} KB, plain graphql-ws ${plain.memory.toFixed(1)} KB`,
  );
}
