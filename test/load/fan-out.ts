/**
 * One event to many subscribers of one product: Plaza beside a bare broadcast of the same bytes and beside
 * plain graphql-ws. Servers run in processes of their own and take turns; the ratios are what counts. A size is a number of
 * connections, and how many subscriptions each has where that is not one: 17000x3 has more subscribers than a process may
 * have files open.
 *
 *   npm run bench:fan-out -- [size …]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { kill } from '../support/processes.js';
import { start, type Started } from './page/shop.js';
import { processorSeconds, residentMegabytes } from './process-use.js';

const sizes = process.argv.slice(2);
if (sizes.length === 0) sizes.push('1000', '5000', '10000');
const events = 15;
const calmSeconds = 30;
const query = 'subscription Live($id: ID!) { commentAdded(subjectId: $id) { cursor comment { id body author { handle name } } } }';

interface Size {
  connections: number;
  /** Subscriptions of each connection. */
  each: number;
}

/** Subscribers that count what they get. */
class Crowd {
  private readonly sockets: WebSocket[] = [];
  private waiting = 0;
  private size: Size = { connections: 0, each: 0 };
  private allReceived = (): void => {};
  received = '';

  async join(url: string, size: Size, productId: string): Promise<void> {
    this.size = size;
    const payload = { query, variables: { id: productId } };
    const messages = Array.from({ length: size.each }, (_, at) => JSON.stringify({ id: String(at + 1), type: 'subscribe', payload }));
    for (let from = 0; from < size.connections; from += 200) {
      const some = Math.min(200, size.connections - from);
      await Promise.all(Array.from({ length: some }, () => this.connect(url.replace('http', 'ws'), messages)));
    }
    await pause(500 + (size.connections * size.each) / 10);
  }

  private connect(url: string, messages: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
      this.sockets.push(socket);
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data: Buffer) => {
        if (data.length < 60) {
          for (const message of messages) socket.send(message);
          return resolve();
        }
        this.received = data.toString();
        if (--this.waiting === 0) this.allReceived();
      });
    });
  }

  /** @returns milliseconds from the trigger until the last subscriber has the event */
  async time(trigger: () => Promise<unknown>): Promise<number> {
    this.waiting = this.size.connections * this.size.each;
    const all = new Promise<void>((resolve) => (this.allReceived = resolve));
    const startedAt = performance.now();
    await Promise.all([trigger(), all]);
    return performance.now() - startedAt;
  }

  leave(): void {
    for (const socket of this.sockets) socket.terminate();
  }
}

/** What a server has once the garbage of starting, or of subscribing, is gone: megabytes, when they have not fallen for a while. */
async function settledMegabytes({ child }: Started): Promise<number> {
  let lowest = residentMegabytes(child);
  for (let calm = 0; calm < calmSeconds; calm++) {
    await pause(1000);
    if (residentMegabytes(child) > lowest * 0.99) continue;
    lowest = residentMegabytes(child);
    calm = 0;
  }
  return residentMegabytes(child);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Figures {
  last: number;
  cpu: number;
  /** Megabytes, without and with the subscribers. */
  memory: [before: number, after: number];
}

async function measure(server: Started, size: Size, productId: string, trigger: () => Promise<unknown>): Promise<Figures> {
  // Garbage of the start goes when others come.
  const first = new Crowd();
  await first.join(server.url, { connections: 1000, each: 1 }, productId);
  first.leave();
  const before = await settledMegabytes(server);
  const crowd = new Crowd();
  await crowd.join(server.url, size, productId);
  const memory: Figures['memory'] = [before, await settledMegabytes(server)];
  for (let warm = 0; warm < 5; warm++) await crowd.time(trigger);
  const cpuBefore = processorSeconds(server.child) * 1000;
  const times: number[] = [];
  for (let event = 0; event < events; event++) times.push(await crowd.time(trigger));
  const cpu = ((processorSeconds(server.child) * 1000 - cpuBefore) * 1000) / (events * size.connections * size.each);
  crowd.leave();
  await pause(500);
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

for (const text of sizes) {
  const [connections = 0, each = 1] = text.split('x').map(Number);
  const size: Size = { connections, each };
  const count = connections * each;
  const data = mkdtempSync(join(tmpdir(), 'plaza-fan-out-'));
  const plaza = await start([plazaMain], { PORT: '0', PLAZA_DATA_DIR: data, DEMO_SHOP: 'true', CONNECTIONS_PER_ADDRESS: '20000' });
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
  await sample.join(plaza.url, { connections: 1, each: 1 }, id);
  await sample.time(write);
  const { payload } = JSON.parse(sample.received) as { payload: { data: object } };
  sample.leave();
  const writing: number[] = [];
  for (let at = 0; at < 20; at++) {
    const startedAt = performance.now();
    await write();
    writing.push(performance.now() - startedAt);
  }
  const figures: Record<string, Figures> = { plaza: await measure(plaza, size, id, write) };
  await kill(plaza, 'SIGTERM');
  rmSync(data, { recursive: true, force: true });
  for (const kind of ['bare', 'plain']) {
    const server = await start([rival, kind], { EVENT: JSON.stringify(payload.data) });
    figures[kind] = await measure(server, size, id, () => post(server.url, {}));
    await kill(server, 'SIGTERM');
  }
  const { plaza: own, bare, plain } = figures as Record<'plaza' | 'bare' | 'plain', Figures>;
  const write50 = median(writing);
  console.log(
    `${count} subscribers on ${connections} connections, until the last has the event: Plaza ${own.last.toFixed(1)} ms with the write (${write50.toFixed(1)} ms by itself), bare ${bare.last.toFixed(1)} ms, plain graphql-ws ${plain.last.toFixed(1)} ms`,
  );
  console.log(
    `  of bare: Plaza ${(own.last / bare.last).toFixed(2)}, without the write ${((own.last - write50) / bare.last).toFixed(2)}; plain graphql-ws ${(plain.last / bare.last).toFixed(2)}`,
  );
  console.log(
    `  CPU per delivery: Plaza ${own.cpu.toFixed(1)} µs, bare ${bare.cpu.toFixed(1)} µs, plain graphql-ws ${plain.cpu.toFixed(1)} µs`,
  );
  const perSubscriber = ({ memory: [before, after] }: Figures): string => (((after - before) * 1024) / count).toFixed(1);
  console.log(
    `  memory per idle subscriber: Plaza ${perSubscriber(own)} KB, bare ${perSubscriber(bare)} KB, plain graphql-ws ${perSubscriber(plain)} KB; ` +
      `Plaza's process ${own.memory.map((megabytes) => megabytes.toFixed(0)).join(' MB before, ')} MB with them`,
  );
}
