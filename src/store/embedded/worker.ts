/** The worker thread's entry: opens the data, serves it, and stops when told. */
import { chmodSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Catalog } from './catalog.js';
import { Commands } from './commands.js';
import { serve } from './server.js';

export interface WorkerInput {
  directory: string;
  /** A Unix socket's path, or null for a loopback port. */
  socket: string | null;
  port: number;
}

const sweepInterval = 30_000;
const { directory, socket, port } = workerData as WorkerInput;

const catalog = new Catalog(join(directory, 'plaza.lmdb'));
const commands = new Commands(catalog, () => address());
const server = serve(commands);

function address(): string {
  return socket ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sweeping = setInterval(() => void commands.sweep(), sweepInterval);

async function stop(): Promise<void> {
  clearInterval(sweeping);
  server.close();
  await catalog.environment.close();
  if (socket) rmSync(socket, { force: true });
  process.exit(0);
}

parentPort!.on('message', () => void stop());
server.on('error', (error) => {
  throw error;
});
if (socket) rmSync(socket, { force: true });
server.listen(socket ? { path: socket } : { host: '127.0.0.1', port }, () => {
  if (socket) chmodSync(socket, 0o600);
  parentPort!.postMessage({ port: socket ? 0 : (server.address() as AddressInfo).port });
});
