/** The entry of the threads behind the door: the one that writes, and those that read what takes long. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Catalog } from './catalog.js';
import { shareClock } from './clock.js';
import { Commands } from './commands.js';
import { parseMessage } from './message.js';
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

/** A request, or word to stop. */
export type ToThread = { id: number; message: Uint8Array } | 'stop';

export interface FromThread {
  id: number;
  reply: Uint8Array;
}

const sweepInterval = 5_000;
const { directory, address, number, clock } = workerData as ThreadInput;
shareClock(clock);
const port = parentPort!;
const writes = number === 0;
const catalog = new Catalog(join(directory, 'plaza.lmdb'), { readOnly: !writes });
if (writes) upgrade(catalog);
const commands = new Commands(catalog, () => address, { thread: number });

async function answer(message: Uint8Array): Promise<Uint8Array> {
  try {
    if (!writes) catalog.refresh();
    return encodeReply(await commands.run(parseMessage(Buffer.from(message.buffer, message.byteOffset, message.byteLength))));
  } catch (error) {
    return failure(error);
  }
}

async function receive(input: ToThread): Promise<void> {
  if (input === 'stop') return stop();
  const bytes = await answer(input.message);
  const reply = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  port.postMessage({ id: input.id, reply } satisfies FromThread, [reply.buffer as ArrayBuffer]);
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

port.on('message', (input: ToThread) => void receive(input));
port.postMessage('ready');
