/** The demo shop in a process of its own, and how long its product page takes at a steady rate. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kill, runCommand, startApi } from '../support/processes.js';
import { madeRatings } from './made-ratings.js';
import { atRest } from './process-use.js';
import { quantile } from './quantile.js';

/** Requests a second that the server keeps up with. */
export const rate = 60;
export const seconds = 8;

const page = JSON.stringify({
  query: readFileSync(new URL('../../schema/examples/02-product-page.graphql', import.meta.url), 'utf8'),
  variables: { slug: 'barista-espresso-machine' },
});

export class ShopUnderLoad {
  private constructor(
    private readonly url: string,
    private readonly directory: string,
    /** Waits until nothing is left to do of what was added. */
    readonly rest: () => Promise<void>,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<ShopUnderLoad> {
    const directory = mkdtempSync(join(tmpdir(), 'plaza-load-'));
    const running = await startApi({ PLAZA_DATA_DIR: directory, DEMO_SHOP: 'true' });
    const close = async (): Promise<void> => {
      await kill(running, 'SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    };
    return new ShopUnderLoad(`${running.url}/graphql`, directory, () => atRest(running.child), close);
  }

  /** Adds reviews of other products by other people, with something to learn in them. */
  async addRatings(count: number): Promise<void> {
    const { user, item, rating } = madeRatings(count);
    const file = join(this.directory, 'ratings.csv');
    const lines = Array.from(user, (one, at) => `u${one},p${item[at]},${rating[at]}\n`);
    writeFileSync(file, `user,product,rating\n${lines.join('')}`);
    await runCommand('import', [file, '--format', 'csv'], { PLAZA_DATA_DIR: this.directory });
  }

  async post<Data>(query: string, variables: object = {}, token?: string): Promise<Data> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return ((await response.json()) as { data: Data }).data;
  }

  /**
   * Milliseconds from when a request was due until it was answered, as visitors come: whoever else waits. The page was asked for
   * just before.
   */
  async measurePage(): Promise<{ p50: number; p99: number }> {
    const took: number[] = [];
    const ask = async (due: number): Promise<void> => {
      const response = await fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: page });
      await response.arrayBuffer();
      took.push(performance.now() - due);
    };
    await ask(0);
    took.length = 0;
    const running: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let at = 0; at < rate * seconds; at++) {
      const due = startedAt + (at * 1000) / rate;
      await pause(Math.max(0, due - performance.now()));
      running.push(ask(due));
    }
    await Promise.all(running);
    return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
  }
}
