/** Builds the web applications beside this file, each into its own `dist`; those that are up to date are left as they are. */
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

// Tests build with another environment, and React would take it for development.
process.env['NODE_ENV'] = 'production';
const root = fileURLToPath(new URL('.', import.meta.url));
/** What every application may be made from, besides its own folder. */
const shared = ['../schema', '../package-lock.json'];

// `build-packages.js` builds the storefront, whose client is a package too.
const applications = readdirSync(root).filter((name) => existsSync(join(root, name, 'vite.config.ts')) && name !== 'storefront');
for (const name of applications) {
  const folder = join(root, name);
  const built = join(folder, 'dist', 'index.html');
  const newest = Math.max(newestIn(folder), ...shared.map((path) => newestIn(join(root, path))));
  if (existsSync(built) && statSync(built).mtimeMs > newest) continue;
  if (existsSync(join(folder, 'package.json'))) runScript(folder);
  else await build({ root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'warn' });
}

/** An application with a package of its own knows how it is built. */
function runScript(folder: string): void {
  execSync('npm run --silent build', { cwd: folder, stdio: 'inherit' });
}

/** When something in a file or folder was last changed. */
function newestIn(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = readdirSync(path).filter((name) => !['dist', 'node_modules', 'gql'].includes(name));
  return Math.max(found.mtimeMs, ...entries.map((name) => newestIn(join(path, name))));
}
