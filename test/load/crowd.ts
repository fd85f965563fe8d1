/** Subscribers in a process of their own, for benchmarks. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChannelCrowdInput, CrowdInput, CrowdReport } from './live-crowd.js';

export class Crowd {
  private readonly child = fork(fileURLToPath(new URL('./live-crowd.ts', import.meta.url)));

  /** Waits until all have subscribed. */
  async join(input: CrowdInput | ChannelCrowdInput): Promise<void> {
    this.child.send(input);
    await once(this.child, 'message');
  }

  async report(): Promise<CrowdReport> {
    this.child.send('report');
    return ((await once(this.child, 'message')) as [CrowdReport])[0];
  }

  leave(): void {
    this.child.kill();
  }
}
