/** Builds the API, fills an empty demo shop, listens, and shuts down in order. */
import { createApp, type App } from '../app.js';
import type { Config } from '../config.js';
import { demoAccounts, fillDemoShop, shopIsEmpty } from '../demo/index.js';
import type { Logger } from '../log.js';
import { createLogger } from '../logger.js';
import { Member } from '../processes/member.js';
import type { OnProgress } from '../progress-bar.js';
import { interruptible, Interrupted, interruptibleProgress } from './command-line.js';
import { awaitFirstTraining, StillTraining } from './first-training.js';

/** Somebody at a terminal reads sentences and bars; everything else gets the log alone. */
const terminal = process.stdout.isTTY;

/** Serves until the process is told to end. */
export async function serveUntilInterrupted(config: Config): Promise<void> {
  const log = createLogger(config.logLevel);
  const member = Member.get();
  const begun = await member?.begin();
  const app = await createApp(begun ? sharing(config, begun.storeUri) : config, log, member);
  try {
    await interruptible(() => serve(app, config, log, { member, isFirst: begun?.isFirst ?? true }));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    log.info({ signal: error.signal }, 'stopping');
  } finally {
    await app.close();
  }
}

/** What one of several processes does otherwise: the first one runs the store, and tells the metrics of all. */
function sharing(config: Config, storeUri: string | null): Config {
  const metricsAccess = { ...config.metricsAccess, port: undefined };
  return { ...config, metricsAccess, mongodbUri: storeUri ?? config.mongodbUri };
}

interface Place {
  member: Member | null;
  /** Whether it is the first to serve, which fills the store and trains where that is to be done. */
  isFirst: boolean;
}

async function serve(app: App, config: Config, log: Logger, { member, isFirst }: Place): Promise<never> {
  // From here on signals are listened to, as by the work below.
  void member?.toldToEnd.then(() => process.emit('SIGTERM'));
  if (isFirst && config.demoShop && (await shopIsEmpty(app.verbs))) {
    await showProgress(log, 'Filling the demo shop', (onProgress) => fillDemoShop(app.verbs, onProgress, config.currency));
  }
  if (isFirst && !app.verbs.recommendations.state().version) {
    await trainFirst(app, log);
  }
  const addresses = await app.listen();
  if (isFirst) announce(addresses, config, log);
  else log.info({ pid: process.pid }, 'another process is ready');
  member?.ready();
  return new Promise<never>(() => {});
}

async function trainFirst({ verbs }: App, log: Logger): Promise<void> {
  try {
    await showProgress(log, 'Training the recommender', (onProgress) =>
      awaitFirstTraining((tell) => verbs.recommendations.train(tell), onProgress, log),
    );
  } catch (error) {
    if (!(error instanceof StillTraining)) throw error;
    if (terminal) process.stdout.write(`${error.message}\n`);
    else log.info({}, error.message);
  }
}

async function showProgress(log: Logger, title: string, work: (onProgress: OnProgress) => Promise<unknown>): Promise<void> {
  if (terminal) return void (await interruptibleProgress(title, work));
  log.info({}, title);
  await work(() => {});
}

function announce({ api, metrics }: Awaited<ReturnType<App['listen']>>, config: Config, log: Logger): void {
  const { demoShop, introspection, suggestions } = config;
  const url = api.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
  const served = {
    api: `${url}/graphql`,
    storefront: config.storefront ? `${url}/` : null,
    playground: config.playground ? `${url}/playground` : null,
    console: config.console ? `${url}/console` : null,
    docs: config.docs ? `${url}/docs` : null,
  };
  if (!terminal) return log.info({ ...served, metrics, demoShop, introspection, suggestions }, 'Plaza is ready');
  const lines = ['Plaza is ready.', `  API         ${served.api}`];
  if (served.storefront) lines.push(`  Storefront  ${served.storefront}`);
  if (served.playground) lines.push(`  Playground  ${served.playground}`);
  if (served.console) lines.push(`  Console     ${served.console}`);
  if (served.docs) lines.push(`  Docs        ${served.docs}`);
  if (demoShop) lines.push(`  Demo shop   sign in as ${demoAccounts.buyer.email} with the password "${demoAccounts.password}"`);
  if (metrics) lines.push(`  Metrics     ${metrics}/metrics`);
  lines.push(`  Switched on ${switchedOn(config)}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What helps developers and attackers alike, so that nobody leaves it on without knowing. */
function switchedOn({ introspection, suggestions, playground, docs, demoShop }: Config): string {
  const switches = { introspection, suggestions, playground, docs, 'demo shop': demoShop };
  const on = Object.entries(switches).filter(([, isOn]) => isOn);
  return on.map(([name]) => name).join(', ') || 'none of introspection, suggestions, playground, docs and demo shop';
}
