/**
 * Raises the version by what .changeset holds, and writes CHANGELOG.md. Changesets takes the workspaces for all packages
 * there are, and Plaza is the root: so it is shown the root alone.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const changesets = createRequire(import.meta.url).resolve('@changesets/cli/bin.js');
const before = readFileSync('package.json', 'utf8');
const { workspaces: _hidden, ...alone } = JSON.parse(before);
const write = (content) => writeFileSync('package.json', `${JSON.stringify(content, null, 2)}\n`);

write(alone);
try {
  execFileSync(process.execPath, [changesets, 'version'], { stdio: 'inherit' });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  write({ ...JSON.parse(before), version });
} catch (error) {
  writeFileSync('package.json', before);
  throw error;
}
