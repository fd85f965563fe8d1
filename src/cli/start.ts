/** Reads the configuration and makes sure of the port before the rest is even loaded. */
import { readFileSync } from 'node:fs';
import cluster from 'node:cluster';
import { Command } from 'commander';
import { configurationSections } from '../config-variables.js';
import { readConfig } from '../config.js';
import { requirePort } from '../http/port.js';
import { letHelpersWait } from '../thread-priorities.js';
import { reportFailure } from './command-line.js';

/** What `start` takes. Everything else is configured by environment variables, so that anything else is a mistake. */
export function startCommand(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const names = Object.values(configurationSections).flatMap((variables) => Object.keys(variables));
  return new Command('start')
    .description('Serves the Plaza API. It is configured by environment variables, which docs/configuration.md explains.')
    .version(version, '-v, --version', 'display the version')
    .option('--port <port>', 'port to listen on; instead of the variable PORT')
    .addHelpText('after', `\nEnvironment variables:\n  ${names.join('\n  ')}`)
    .action(start);
}

async function start({ port }: { port?: string }): Promise<void> {
  if (port !== undefined) process.env['PORT'] = port;
  try {
    letHelpersWait();
    const config = readConfig(process.env, { terminal: process.stdout.isTTY });
    if (!cluster.isWorker) await requirePort(config);
    if (config.webProcesses > 1 && !cluster.isWorker) {
      const { runProcesses } = await import('./processes.js');
      await runProcesses(config);
    } else {
      // What is loaded from here on is fast so; Plaza has other defaults only where it was asked for, also of further processes.
      process.env['NODE_ENV'] ||= 'production';
      const { serveUntilInterrupted } = await import('./serve.js');
      await serveUntilInterrupted(config);
    }
  } catch (error) {
    reportFailure(error);
  }
  process.exit();
}
