/** What is held on people is declared, collection by collection, and docs/privacy.md says so. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { declaredCollections } from '../../src/app.js';
import { configurationSections } from '../../src/config-variables.js';
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/logger.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const declared = declaredCollections(readConfig({ AUTH_SECRET: 'not read by what is declared here' }), createLogger('silent'));
const document = readFileSync('docs/privacy.md', 'utf8');

test('every collection of the database is declared, and every declared one is there', async () => {
  const models = Object.values(plaza.connection.models).map(({ collection }) => collection.name);
  const stored = (await plaza.connection.db!.listCollections().toArray()).map(({ name }) => name);
  const found = [...new Set([...models, ...stored])].filter((name) => !name.startsWith('system.'));
  expect(found.filter((name) => !(name in declared))).toEqual([]);
  // Gorse and a search engine have collections of their own where they are configured, and processes take turns on MongoDB alone.
  const elsewhere = (name: string): boolean => name.startsWith('gorse_') || ['key_turns', 'search_engine_leases'].includes(name);
  expect(Object.keys(declared).filter((name) => !found.includes(name) && !elsewhere(name))).toEqual([]);
});

test('every collection stands in the document, with what is held, why, for how long and who sees it', () => {
  for (const [name, data] of Object.entries(declared)) {
    expect(document).toContain(`\`${name}\``);
    for (const text of Object.values(data)) expect(document).toContain(text);
  }
});

test('every time that the document names is configured', () => {
  const variables = Object.values(configurationSections).flatMap((section) => Object.keys(section));
  const named = Object.values(declared).flatMap((data) =>
    'retention' in data ? [...data.retention.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name) : [],
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !variables.includes(name!))).toEqual([]);
});
