/** Reads the configuration, builds the API, fills an empty demo shop, listens, and shuts down in order. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { createApp, type App } from './app.js';
import { configurationSections } from './config-variables.js';
import { readConfig, type Config } from './config.js';
import { demoAccounts, fillDemoShop, shopIsEmpty } from './demo/index.js';
import { requirePort } from './http/port.js';
import type { Logger } from './log.js';
import { createLogger, withoutSecrets } from './logger.js';
import { OperatorError } from './operator-error.js';
import { withProgress, type OnProgress } from './progress-bar.js';

/** Somebody at a terminal reads sentences and bars; everything else gets the log alone. */
const terminal = process.stdout.isTTY;

async function main(): Promise<void> {
  readArguments();
  // Production has other defaults, so that it counts only where it was asked for.
  const config = readConfig(process.env, { terminal });
  process.env['NODE_ENV'] ??= 'production';
  const log = createLogger(config.logLevel);
  await requirePort(config);
  const app = await createApp(config, log);
  stopOnSignals(app, log);
  if (config.demoShop && (await shopIsEmpty(app.verbs))) {
    await showProgress(log, 'Filling the demo shop', (onProgress) => fillDemoShop(app.verbs, onProgress));
  }
  if (!app.verbs.recommendations.state().version) {
    await showProgress(log, 'Training the recommender', (onProgress) => app.verbs.recommendations.train(onProgress));
  }
  announce(await app.listen(), config, log);
}

/** Everything is configured by environment variables, so that anything on the command line is a mistake. */
function readArguments(): void {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  const names = Object.values(configurationSections).flatMap((variables) => Object.keys(variables));
  new Command('plaza')
    .description('Serves the Plaza API. It is configured by environment variables, which docs/configuration.md explains.')
    .version(version)
    .helpOption('-h, --help', 'display this help')
    .addHelpText('after', `\nEnvironment variables:\n  ${names.join('\n  ')}`)
    .allowExcessArguments(false)
    .parse();
}

async function showProgress(log: Logger, title: string, work: (onProgress: OnProgress) => Promise<unknown>): Promise<void> {
  if (terminal) return void (await withProgress(title, work));
  log.info({}, title);
  await work(() => {});
}

function announce({ api, metrics }: Awaited<ReturnType<App['listen']>>, config: Config, log: Logger): void {
  const { playground, demoShop, introspection, suggestions } = config;
  const url = api.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
  if (!terminal) {
    return log.info({ api: `${url}/graphql`, metrics, playground, demoShop, introspection, suggestions }, 'Plaza is ready');
  }
  const lines = ['Plaza is ready.', `  API         ${url}/graphql`];
  if (playground) lines.push(`  Playground  ${url}/playground`);
  if (demoShop) lines.push(`  Demo shop   sign in as ${demoAccounts.buyer.email} with the password "${demoAccounts.password}"`);
  if (metrics) lines.push(`  Metrics     ${metrics}/metrics`);
  lines.push(`  Switched on ${switchedOn(config)}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What helps developers and attackers alike, so that nobody leaves it on without knowing. */
function switchedOn({ introspection, suggestions, playground, demoShop }: Config): string {
  const switches = { introspection, suggestions, playground, 'demo shop': demoShop };
  const on = Object.entries(switches).filter(([, isOn]) => isOn);
  return on.map(([name]) => name).join(', ') || 'none of introspection, suggestions, playground and demo shop';
}

function stopOnSignals(app: App, log: Logger): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      app.close().then(() => process.exit(0), fail);
    });
  }
}

function fail(error: unknown): void {
  const { message, stack } = error as Error;
  process.stderr.write(`${withoutSecrets(error instanceof OperatorError ? message : (stack ?? String(error)))}\n`);
  process.exit(1);
}

main().catch(fail);
