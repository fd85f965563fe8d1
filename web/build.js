/**
 * Builds the client and the web applications, each into its own `dist`, where what it is made from has changed since.
 * `--check` checks the types of those that are packages instead, and `--docs` builds the documentation.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = new Set(['dist', 'node_modules', 'gql']);
/** What each may be made from, besides its own folder. */
const shared = ['schema/schema.graphql', 'package-lock.json', 'client/src', 'web/tab-session.ts'];
const applications = ['storefront', 'console', 'playground'];

/** A file, or all files below a folder but for what is made from them. */
function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !made.has(name))
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** A digest of everything that a folder is made from. */
function digestOf(folder) {
  const hash = createHash('sha256');
  for (const file of [folder, ...shared.map((path) => join(root, path))].flatMap(filesOf))
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Packages have scripts of their own. */
function run(folder, script) {
  // Tests build with another environment, and React would take it for development.
  const options = { cwd: folder, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } };
  if (existsSync(join(folder, 'package.json'))) {
    const isWindows = process.platform === 'win32';
    execFileSync(isWindows ? 'npm.cmd' : 'npm', ['run', '--silent', script], { ...options, shell: isWindows });
  } else {
    execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), script, '--logLevel', 'warn'], options);
  }
}

/** @param stamp the file, below the folder, that says for which sources it was done */
function runUnlessDone(folder, script, stamp) {
  unlessDone(folder, join(folder, stamp), () => {
    run(folder, script);
    // The server sends the storefront's files compressed where the browser takes them.
    if (script === 'build' && folder.endsWith('storefront')) compress(join(folder, 'dist', 'assets'));
  });
}

/** @param file says for which sources of the folder the work was done */
function unlessDone(folder, file, work) {
  const digest = digestOf(folder);
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return;
  rmSync(file, { force: true });
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
}

function compress(folder) {
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
  }
}

function buildDocs() {
  const script = join(root, 'node_modules/vitepress/bin/vitepress.js');
  unlessDone(join(root, 'docs'), join(root, 'web/docs/dist/built-from'), () =>
    execFileSync(process.execPath, [script, 'build', 'docs'], { cwd: root, stdio: 'ignore' }),
  );
}

if (process.argv.includes('--docs')) {
  buildDocs();
  process.exit();
}
runUnlessDone(join(root, 'client'), 'build', 'dist/built-from');
for (const folder of applications.map((name) => join(root, 'web', name))) {
  if (!process.argv.includes('--check')) runUnlessDone(folder, 'build', 'dist/built-from');
  else if (existsSync(join(folder, 'package.json'))) runUnlessDone(folder, 'check', 'node_modules/.cache/checked');
}
