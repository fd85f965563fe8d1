/** The entry of the threads behind the door: the one that writes, and those that read what takes long. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Catalog } from './catalog.js';
import { shareClock } from './clock.js';
import { Commands } from './commands.js';
import { parseMessage } from './message.js';
import { Outbox, pack, unpack, type Addressed, type Packet } from './packets.js';
import { encodeReply, failure } from './replies.js';
import { upgrade } from './upgrade.js';
import { warn } from './warnings.js';

export interface ThreadInput {
  directory: string;
  address: string;
  /** 0 is the thread that writes. */
  number: number;
  /** What all threads of the store tell the time by. */
  clock: SharedArrayBuffer;
}

/** Requests, or word to stop. */
export type ToThread = Packet | 'stop';

const sweepInterval = 5_000;
const { directory, address, number, clock } = workerData as ThreadInput;
shareClock(clock);
const port = parentPort!;
const writes = number === 0;
const catalog = new Catalog(join(directory, 'plaza.lmdb'), { readOnly: !writes });
if (writes) upgrade(catalog);
const commands = new Commands(catalog, () => address, { thread: number });

/** What is answered by one commit goes back together. */
const replies = new Outbox((work) => process.nextTick(work), send);

function send(messages: Addressed[]): void {
  const packet = pack(messages);
  port.postMessage(packet, [packet.bytes.buffer]);
}

async function reply(message: Buffer): Promise<Buffer> {
  try {
    if (!writes) catalog.refresh();
    return encodeReply(await commands.run(parseMessage(message)));
  } catch (error) {
    return failure(error);
  }
}

async function answer({ id, message }: Addressed): Promise<void> {
  replies.put({ id, message: await reply(message) });
}

function receive(input: ToThread): void {
  if (input === 'stop') return void stop();
  for (const request of unpack(input)) void answer(request);
}

let sweeping = setTimeout(() => void sweep(), sweepInterval);

async function sweep(): Promise<void> {
  try {
    await commands.sweep();
  } catch (error) {
    warn(`Expired documents stay for now: ${(error as Error).message}`);
  }
  sweeping = setTimeout(() => void sweep(), sweepInterval);
}

async function stop(): Promise<void> {
  clearTimeout(sweeping);
  await catalog.environment.close();
  process.exit(0);
}

port.on('message', receive);
port.postMessage('ready');
