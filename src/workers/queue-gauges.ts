/** What waits for background work, at /metrics. */
import { setTimeout as pause } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';

/** How long metrics wait for a store that is silent, in milliseconds. */
const longestCount = 1_000;

export interface QueueGauge {
  name: string;
  help: string;
  read: () => Promise<number>;
}

/**
 * Gauges that are read from the store whenever metrics are asked for. While the store is away or silent, all other
 * figures are needed most, so these stay as they were.
 */
export function registerQueue(registry: Registry, gauges: readonly QueueGauge[]): void {
  for (const { name, help, read } of gauges) {
    const gauge = new Gauge({
      name,
      help,
      // Several processes look at one queue.
      aggregator: 'max',
      registers: [registry],
      async collect() {
        const reading = read().then((value) => gauge.set(value));
        await Promise.race([reading.catch(() => {}), pause(longestCount, undefined, { ref: false })]);
      },
    });
  }
}

/** Seconds since a moment; 0 where there is none, or where it is still to come. */
export function secondsSince(moment: Date | undefined): number {
  return moment ? Math.max(0, (Date.now() - moment.getTime()) / 1000) : 0;
}
