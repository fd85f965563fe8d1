/**
 * Builds the web applications that are packages of their own, each in `web/<name>/dist`, when their sources have changed since.
 * `--check` checks their types instead.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = new Set(['dist', 'node_modules', 'gql']);
const names = ['storefront'];

/** All files below, but for what is made from them. */
function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = join(path, entry.name);
      if (entry.isDirectory()) return made.has(entry.name) ? [] : filesBelow(full);
      return [full];
    });
}

/** A digest of everything that a page is made from. */
function digestOf(folder) {
  const hash = createHash('sha256');
  const shared = [join(root, 'schema', 'schema.graphql'), join(root, 'package-lock.json'), ...filesBelow(join(root, 'client', 'src'))];
  for (const file of [...filesBelow(folder), ...shared])
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function run(folder, script) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['run', '--silent', script], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** @param script of the page's package @param stamp names what was done, and for which sources */
function runUnlessDone(name, script, stamp) {
  const folder = join(root, 'web', name);
  const file = join(folder, stamp);
  const digest = digestOf(folder);
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return;
  rmSync(file, { force: true });
  run(folder, script);
  if (script === 'build' && existsSync(join(folder, 'dist', 'assets'))) compress(join(folder, 'dist', 'assets'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
}

/** The server sends these in place of the files where the browser takes them. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
  }
}

const isCheck = process.argv.includes('--check');
runUnlessDone('../client', 'build', 'dist/built-from');
for (const name of names) {
  if (isCheck) runUnlessDone(name, 'check', 'node_modules/.cache/checked');
  else runUnlessDone(name, 'build', 'dist/built-from');
}
