/**
 * Compares the schema with that of an earlier state of the repository. Breaking changes must be declared by a changeset
 * that raises the major version, or the minor one below 1.0.0.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema } from 'graphql';

const root = new URL('../', import.meta.url);
const path = 'schema/schema.graphql';

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** The branch, tag or commit to compare with: the one that is named, else the latest release, else main. */
function baseOf(named: string | undefined): string {
  if (named) return named;
  try {
    return git('describe', '--tags', '--abbrev=0', '--match', 'v*');
  } catch {
    return 'main';
  }
}

function schemaAt(base: string): GraphQLSchema {
  try {
    return buildSchema(git('show', `${base}:${path}`));
  } catch {
    process.stderr.write(`There is no ${path} at ${base}. Name a branch, tag or commit: npm run check:schema-changes -- <ref>\n`);
    process.exit(1);
  }
}

function breakingIsDeclared(): boolean {
  const { name, version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { name: string; version: string };
  const bump = version.startsWith('0.') ? '(minor|major)' : 'major';
  const declaration = new RegExp(`^['"]?${name}['"]?: ${bump}$`, 'm');
  const folder = new URL('.changeset/', root);
  const changesets = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return changesets.some((file) => declaration.test(readFileSync(new URL(file, folder), 'utf8')));
}

const base = baseOf(process.argv[2]);
const changes = await diff(schemaAt(base), buildSchema(readFileSync(new URL(path, root), 'utf8')));
const at = (level: CriticalityLevel) => changes.filter(({ criticality }) => criticality.level === level);
const breaking = at(CriticalityLevel.Breaking);
for (const { message } of breaking) process.stdout.write(`breaking: ${message}\n`);
for (const { message, criticality } of at(CriticalityLevel.Dangerous)) {
  process.stdout.write(`dangerous: ${message}${criticality.reason ? ` (${criticality.reason})` : ''}\n`);
}
process.stdout.write(`${changes.length} changes since ${base}, ${breaking.length} of them breaking\n`);
if (breaking.length > 0 && !breakingIsDeclared()) {
  process.stderr.write(
    'Clients would break. Deprecate instead, or declare it: run "npx changeset" and choose major (minor below 1.0.0).\n',
  );
  process.exitCode = 1;
}
