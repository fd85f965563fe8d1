/** The log of a process of its own, as it ends and where nobody can take its lines. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

describe('the log', () => {
  test.each(['process.exit(1)', "throw new Error('unforeseen')", ''])('is written whole when its process ends: %s', (end) => {
    const script = `const { createLogger } = await import('./dist/logger.js'); const log = createLogger('info');
      for (let line = 0; line < 100; line++) log.info({ line }, 'a line'); ${end}`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line);
    expect(lines).toEqual(Array.from({ length: 100 }, (_, line) => line));
  });

  test.each(['pipe', '/dev/full'].filter((to) => to === 'pipe' || existsSync(to)))(
    'that cannot be written (%s) keeps its process from neither working nor ending',
    async (to) => {
      const script = `const { createLogger } = await import('./dist/logger.js'); const log = createLogger('info');
      for (let line = 0; line < 100; line++) log.info({ line }, 'a line');
      setTimeout(() => { log.info({}, 'the last'); process.exit(3); }, 200);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', to === 'pipe' ? 'pipe' : openSync(to, 'w'), 'inherit'],
        ...{ timeout: 60_000, killSignal: 'SIGKILL' },
      });
      child.stdout?.destroy();
      expect(await once(child, 'exit')).toEqual([3, null]);
    },
  );
});
