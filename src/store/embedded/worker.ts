/** The entry of the thread at the door: it listens, answers what is short, and hands on the rest. */
import { chmodSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Router } from './router.js';
import { serve } from './server.js';

export interface WorkerInput {
  directory: string;
  /** A Unix socket's path, or null for a loopback port. */
  socket: string | null;
  port: number;
  /** What all threads of the store tell the time by, and the process that hosts it. */
  clock: SharedArrayBuffer;
}

const { directory, socket, port, clock } = workerData as WorkerInput;

/** How many connections may come in one moment: beyond it, the system refuses them. */
const backlog = 4_096;

const router = new Router(directory, () => address(), clock);
const server = serve(router);

function address(): string {
  return socket ?? `127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? port}`;
}

async function stop(): Promise<void> {
  server.close();
  await router.stop();
  if (socket) rmSync(socket, { force: true });
  process.exit(0);
}

parentPort!.on('message', () => void stop());
server.on('error', (error) => {
  throw error;
});
if (socket) rmSync(socket, { force: true });
await router.start();
server.listen({ backlog, ...(socket ? { path: socket } : { host: '127.0.0.1', port }) }, () => {
  if (socket) chmodSync(socket, 0o600);
  parentPort!.postMessage({ port: socket ? 0 : (server.address() as AddressInfo).port });
});
