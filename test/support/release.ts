/** An earlier release as it was, made from this repository's history and the packages that it had locked. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const commits = { '0.1.0': '3b821a0' };

/**
 * Makes it once; later runs find it.
 * @returns the server's entry, or null, with the reason on standard error, where the history or the packages cannot be had
 */
export function releaseOf(version: keyof typeof commits): string | null {
  const directory = resolve(`node_modules/.cache/plaza-${version}`);
  const main = resolve(directory, 'dist/main.js');
  if (existsSync(main)) return main;
  const unfinished = `${directory}.new`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const packed = execFileSync('git', ['archive', commits[version]], { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });
    if (spawnSync('tar', ['-x', '-C', unfinished], { input: packed }).status !== 0) throw new Error('tar is not here');
    const npm = (...args: string[]) => execFileSync('npm', args, { cwd: unfinished, stdio: ['ignore', 'pipe', 'pipe'] });
    npm('ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline');
    npm('run', '--silent', 'build');
    renameSync(unfinished, directory);
    return main;
  } catch (error) {
    process.stderr.write(`Release ${version} could not be built, so nothing is upgraded from it: ${String(error)}\n`);
    return null;
  }
}
