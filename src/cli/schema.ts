/** Writes the API's schema to schema/schema.graphql, or checks that the file is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { resolversOf } from '../app.js';
import { CatalogSearch } from '../modules/catalog/index.js';
import { RecommenderService } from '../modules/recommendation/index.js';
import { AccessTokens, SessionService } from '../modules/user/index.js';
import { assembleSchema, printApi } from '../graphql/schema.js';

const file = new URL('../../schema/schema.graphql', import.meta.url);

const { check } = new Command('schema')
  .description('Writes schema/schema.graphql from the code.')
  .option('--check', 'write nothing; fail where the file is not current')
  .parse()
  .opts<{ check?: boolean }>();

// Assembling the schema asks the services nothing.
const services = {
  sessions: new SessionService(new AccessTokens('', 0), 0),
  recommender: new RecommenderService(() => {}),
  catalogSearch: new CatalogSearch(() => {}),
  publicUrl: '',
  productUrlOf: (slug: string) => slug,
};
const emitted = printApi(await assembleSchema(resolversOf(services)));
if (!check) {
  writeFileSync(file, emitted);
} else if (readFileSync(file, 'utf8') !== emitted) {
  process.stderr.write('schema/schema.graphql is not what the code emits: run "npm run schema" and commit the change.\n');
  process.exitCode = 1;
}
process.exit();
