/** Public data sets out of Python packages, fetched once into the cache, where Python is present. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../node_modules/.cache/public-data', import.meta.url));

/** @returns the path of one of the files that `public_data.py` writes */
export function publicData(name: 'u.data' | 'opinions.jsonl'): string {
  const file = join(folder, name);
  if (!existsSync(file)) fetchAll();
  return file;
}

function fetchAll(): void {
  const python = ['python3.11', 'python3.12', 'python3'].find((command) => spawnSync(command, ['--version']).status === 0);
  if (!python) throw new Error('Python is needed to fetch public data sets.');
  mkdirSync(folder, { recursive: true });
  const environment = join(folder, 'environment');
  execFileSync(python, ['-m', 'venv', environment]);
  const own = join(environment, 'bin', 'python');
  execFileSync(own, ['-m', 'pip', 'install', '-q', 'pandas', 'pyarrow'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const script = fileURLToPath(new URL('./public_data.py', import.meta.url));
  execFileSync(own, [script, folder], { stdio: ['ignore', 'inherit', 'inherit'] });
}
