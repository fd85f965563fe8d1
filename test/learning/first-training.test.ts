import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { kill, runCommand, startApi } from '../support/processes.js';
import { until } from '../support/until.js';

async function modelVersion(url: string): Promise<unknown> {
  const body = JSON.stringify({ query: '{ recommenderStatus { modelVersion } }' });
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await response.json()) as { data: { recommenderStatus: { modelVersion: unknown } } }).data.recommenderStatus.modelVersion;
}

test('A shop that has nothing to learn from when it starts trains by itself once it has.', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-first-training-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const environment = { PLAZA_DATA_DIR: join(directory, 'data'), DEMO_SHOP: 'false', TRAINING_INTERVAL: '1s' };
  const server = await startApi(environment);
  onTestFinished(() => kill(server, 'SIGTERM'));
  expect(await modelVersion(server.url)).toBeNull();
  const ratings = Array.from(
    { length: 400 },
    (_, number) => `${number % 20}\t${Math.floor(number / 20)}\t${1 + (number % 5)}\t${874_724_710 + number}`,
  );
  writeFileSync(join(directory, 'u.data'), `${ratings.join('\n')}\n`);
  await runCommand('import', [join(directory, 'u.data'), '--format', 'movielens'], environment);
  await until(async () => (await modelVersion(server.url)) !== null);
});
