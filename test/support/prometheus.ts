/** A Prometheus that asks a Plaza every second and knows the alert rules. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, kill } from './processes.js';
import { until } from './until.js';

export const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;
if (!hasPrometheus) process.stderr.write('No prometheus was found: the tests with it are skipped.\n');

interface Answer<Data> {
  status: string;
  error?: string;
  data: Data;
}

export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly directory: string,
  ) {}

  /** Waits until it has asked Plaza, and found the rules. */
  static async start(plazaUrl: string, token: string): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'plaza-prometheus-'));
    const file = join(directory, 'prometheus.yml');
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [resolve('deploy/prometheus/alerts.yml')],
      scrape_configs: [
        { job_name: 'plaza', authorization: { credentials: token }, static_configs: [{ targets: [new URL(plazaUrl).host] }] },
      ],
    };
    // YAML holds all of JSON.
    writeFileSync(file, JSON.stringify(configuration));
    const address = `127.0.0.1:${await freePort()}`;
    const options = [`--config.file=${file}`, `--storage.tsdb.path=${join(directory, 'data')}`, `--web.listen-address=${address}`];
    const child = spawn('prometheus', [...options, '--log.level=error'], { stdio: ['ignore', 'inherit', 'inherit'] });
    const prometheus = new Prometheus(child, `http://${address}/api/v1`, directory);
    await until(async () => (await prometheus.query('up == 1')).result.length > 0);
    await until(async () => (await prometheus.rules()).every(({ health }) => health !== 'unknown'));
    return prometheus;
  }

  /** What a question is answered now. */
  async query(expression: string): Promise<{ result: unknown[]; error: string | null }> {
    const answer = await this.ask<{ result: unknown[] }>(`query?query=${encodeURIComponent(expression)}`);
    return { result: answer?.data?.result ?? [], error: answer?.error ?? null };
  }

  async rules(): Promise<{ name: string; health: string }[]> {
    const answer = await this.ask<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
    return (answer?.data.groups ?? []).flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    await kill({ child: this.child }, 'SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async ask<Data>(path: string): Promise<Answer<Data> | null> {
    return fetch(`${this.url}/${path}`)
      .then((response) => response.json() as Promise<Answer<Data>>)
      .catch(() => null);
  }
}
