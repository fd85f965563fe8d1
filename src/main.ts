/** Reads the configuration, builds the API, fills an empty demo shop, listens, and shuts down in order. */
import { collectDefaultMetrics } from 'prom-client';
import { createApp, type App } from './app.js';
import { demoAccounts, fillDemoShop, shopIsEmpty } from './demo/index.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { progressBar } from './progress-bar.js';

async function main(): Promise<void> {
  process.env['NODE_ENV'] ??= 'production';
  const config = readConfig(process.env);
  collectDefaultMetrics();
  const app = await createApp(config);
  stopOnSignals(app);
  if (config.demoShop && (await shopIsEmpty())) await openDemoShop();
  if (!app.recommender.state().version) await trainFirst(app);
  const address = await app.listen();
  announce(address, config);
}

async function openDemoShop(): Promise<void> {
  const bar = progressBar('Filling the demo shop');
  await fillDemoShop((share, what) => bar.update(share, what));
  bar.stop();
}

async function trainFirst(app: App): Promise<void> {
  const bar = progressBar('Training the recommender');
  await app.recommender.train((share, what) => bar.update(share, what));
  bar.stop();
}

function announce(address: string, config: Config): void {
  const url = address.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
  const lines = [`Plaza is ready.`, `  API         ${url}/graphql`];
  if (config.playground) lines.push(`  Playground  ${url}/playground`);
  if (config.demoShop) lines.push(`  Demo shop   sign in as ${demoAccounts.buyer.email} with the password "${demoAccounts.password}"`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function stopOnSignals(app: App): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      app.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || (error as Error).message.startsWith('The embedded store cannot start');
  process.stderr.write(`${expected ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exit(1);
});
