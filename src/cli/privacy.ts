/** Writes the tables of `docs/privacy.md` from what the modules declare, or checks that they are what they declare. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { declaredCollections } from '../app.js';
import { readConfig } from '../config.js';
import { createLogger } from '../logger.js';
import type { Collections, HeldData } from '../modules/personal-data.js';
import { markdownTable } from './markdown-table.js';

const options = new Command('privacy')
  .description('Writes the tables of docs/privacy.md')
  .option('--check', 'only compares, and fails where they differ')
  .parse()
  .opts<{ check?: boolean }>();

const file = new URL('../../docs/privacy.md', import.meta.url);
const begin = '<!-- Written by "npm run docs:privacy" from what the modules declare; a change down here is overwritten. -->\n';

function tables(collections: Collections): string {
  const all = Object.entries(collections);
  const held = all.filter((entry): entry is [string, HeldData] => 'what' in entry[1]);
  const none = all.flatMap(([name, data]) => ('none' in data ? [[code(name), data.none]] : []));
  const rows = held.map(([name, { what, why, retention, seenBy }]) => [what, why, retention, seenBy, code(name)]);
  return [
    '## What is held\n',
    markdownTable([['what', 'why', 'how long', 'who sees it', 'collection'], ...rows]),
    '## What holds nothing on people\n',
    markdownTable([['collection', 'what it is'], ...none]),
  ].join('\n');
}

function code(name: string): string {
  return `\`${name}\``;
}

const config = readConfig({ AUTH_SECRET: 'what is declared does not depend on the secret' });
const current = readFileSync(file, 'utf8');
const written = current.slice(0, current.indexOf(begin));
const wanted = `${written}${begin}\n${tables(declaredCollections(config, createLogger('silent')))}`;
if (!options.check) writeFileSync(file, wanted);
else if (current !== wanted) {
  process.stderr.write('docs/privacy.md is not what the modules declare: run "npm run docs:privacy" and commit the change.\n');
  process.exitCode = 1;
}
