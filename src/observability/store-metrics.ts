/** The store as the driver sees it: commands and the pool, at /metrics. */
import type { Connection } from 'mongoose';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type Client = ReturnType<Connection['getClient']>;

/** Commands with figures of their own; all others are counted together. */
const namedCommands = new Set([
  ...['find', 'getMore', 'aggregate', 'count', 'distinct', 'insert', 'update', 'delete', 'findAndModify', 'bulkWrite'],
  ...['commitTransaction', 'abortTransaction', 'ping', 'hello'],
]);

/**
 * Counts the commands and connections of a client.
 * @param commands whether commands are told of, which costs every command a little
 */
export function watchStore(client: Client, registry: Registry, { commands }: { commands: boolean }): void {
  watchPool(client, registry);
  watchTopology(client, registry);
  if (commands) watchCommands(client, registry);
}

function watchPool(client: Client, registry: Registry): void {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const open = gauge('plaza_store_connections', 'Open connections to the store.');
  const inUse = gauge('plaza_store_connections_in_use', 'Connections to the store that run a command.');
  const waiting = gauge('plaza_store_connections_waiting', 'Commands that wait for a connection to the store.');
  const failed = new Counter({
    name: 'plaza_store_connection_failures_total',
    help: 'Times that no connection to the store was had, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  client.on('connectionCreated', () => open.inc());
  client.on('connectionClosed', () => open.dec());
  client.on('connectionCheckOutStarted', () => waiting.inc());
  client.on('connectionCheckedOut', () => {
    waiting.dec();
    inUse.inc();
  });
  client.on('connectionCheckOutFailed', ({ reason }) => {
    waiting.dec();
    failed.inc({ reason: String(reason) });
  });
  client.on('connectionCheckedIn', () => inUse.dec());
}

/** A store that cannot be reached gets no commands that could fail, so that this alone tells of it. */
function watchTopology(client: Client, registry: Registry): void {
  const writable = new Gauge({
    name: 'plaza_store_writable',
    help: 'Whether the driver knows a server of the store that takes writes (1) or not (0).',
    // One process that cannot reach the store is to be seen.
    aggregator: 'min',
    registers: [registry],
  });
  // Whoever opened the store has reached it.
  writable.set(1);
  client.on('topologyDescriptionChanged', ({ newDescription: { servers } }) => {
    writable.set([...servers.values()].some(({ isWritable }) => isWritable) ? 1 : 0);
  });
}

function watchCommands(client: Client, registry: Registry): void {
  const duration = new Histogram({
    name: 'plaza_store_command_duration_seconds',
    help: 'How long commands of the store took.',
    labelNames: ['command'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'plaza_store_command_failures_total',
    help: 'Commands that the store refused or did not answer.',
    labelNames: ['command'],
    registers: [registry],
  });
  const labelOf = (name: string): string => (namedCommands.has(name) ? name : 'other');
  client.on('commandSucceeded', ({ commandName, duration: ms }) => duration.observe({ command: labelOf(commandName) }, ms / 1000));
  client.on('commandFailed', ({ commandName, duration: ms }) => {
    duration.observe({ command: labelOf(commandName) }, ms / 1000);
    failures.inc({ command: labelOf(commandName) });
  });
}
