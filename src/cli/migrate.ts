/** Brings the store to this release: its documents and all of its indexes. A server does the same when it starts. */
import { Command } from 'commander';
import { withOpenShop } from './open-shop.js';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Upgrades the documents and indexes of the store to this release. Does nothing if they are up to date.')
    .action(migrate);
}

function migrate(): Promise<void> {
  return withOpenShop(async ({ migrations }) => {
    await migrations.run({ indexes: 'ALL' });
    process.stdout.write(`The store has version ${migrations.version} and all indexes.\n`);
  });
}
