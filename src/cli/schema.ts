/** Writes the API's schema to schema/schema.graphql, or checks that the file is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { createLogger } from '../logger.js';
import { apiSchema } from '../app.js';
import { readConfig } from '../config.js';
import { printApi } from '../graphql/schema.js';

const file = new URL('../../schema/schema.graphql', import.meta.url);

const { check } = new Command('schema')
  .description('Writes schema/schema.graphql from the code.')
  .option('--check', 'write nothing; fail where the file is not current')
  .parse()
  .opts<{ check?: boolean }>();

// No store is asked, and nothing is signed.
const config = readConfig({ AUTH_SECRET: 'the schema does not depend on the secret' });
const emitted = printApi(await apiSchema(config, createLogger('silent')));
if (!check) {
  writeFileSync(file, emitted);
} else if (readFileSync(file, 'utf8') !== emitted) {
  process.stderr.write('schema/schema.graphql is not what the code emits: run "npm run schema" and commit the change.\n');
  process.exitCode = 1;
}
process.exit();
