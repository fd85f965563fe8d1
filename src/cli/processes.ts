/** Has several processes serve one port, until told to end. */
import type { Config } from '../config.js';
import { listenForMetrics } from '../http/metrics.js';
import { createLogger } from '../logger.js';
import { ProcessEnded, Processes } from '../processes/primary.js';
import { hostStore } from '../store/connection.js';
import { interruptible, Interrupted } from './command-line.js';

export async function runProcesses(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const store = await hostStore(config);
  const processes = new Processes({ count: config.webProcesses, storeUri: store?.uri ?? null, log });
  let metrics: Awaited<ReturnType<typeof listenForMetrics>> = null;
  try {
    await interruptible(async () => {
      metrics = await listenForMetrics(config.metricsAccess, processes.metrics);
      if (metrics) log.info({ metrics: metrics.address }, 'metrics of all processes');
      processes.start();
      await processes.failed;
    });
  } catch (error) {
    if (error instanceof ProcessEnded) process.exitCode = error.exitCode;
    else if (!(error instanceof Interrupted)) throw error;
    else log.info({ signal: error.signal }, 'stopping');
  } finally {
    await processes.stop();
    await (metrics as Awaited<ReturnType<typeof listenForMetrics>>)?.close();
    await store?.stop();
  }
}
