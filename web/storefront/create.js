#!/usr/bin/env node
/** Makes a shop of one's own from this folder, with the client that is not on npm yet: `npm create plaza-storefront <folder>` in the clone. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const starter = fileURLToPath(new URL('./', import.meta.url));
const clone = fileURLToPath(new URL('../../', import.meta.url));
/** What is made, and what makes it. */
const left = ['node_modules', 'dist', 'gql', basename(import.meta.filename)];

const [folder, ...others] = process.argv.slice(2);
if (!folder || folder.startsWith('-') || others.length > 0)
  giveUp('Name the folder of the new shop: npm create plaza-storefront ../my-shop');
const target = resolve(folder);
if (existsSync(target) && readdirSync(target).length > 0) giveUp(`${folder} is not empty: name a folder that does not exist yet.`);

// Before anything is written.
npm('run', '--silent', 'build:client');
cpSync(starter, target, { recursive: true, filter: (path) => !left.includes(basename(path)) });
const vendor = join(target, 'vendor');
mkdirSync(vendor);
npm('pack', '--silent', '--workspace', '@plaza/client', '--pack-destination', vendor);
const file = join(target, 'package.json');
const { bin: _bin, ...shop } = JSON.parse(readFileSync(file, 'utf8'));
// As npm allows names.
shop.name =
  basename(target)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'shop';
shop.devDependencies['@plaza/client'] = `file:vendor/${readdirSync(vendor)[0]}`;
writeFileSync(file, `${JSON.stringify(shop, null, 2)}\n`);
console.log(`A shop of your own is in ${folder}. With the API running:\n\n  cd ${folder}\n  npm install\n  npm run dev`);

function npm(...args) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: clone, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) giveUp(`npm ${args[0]} failed:\n${stdout}${stderr}`);
}

function giveUp(reason) {
  console.error(reason);
  process.exit(1);
}
