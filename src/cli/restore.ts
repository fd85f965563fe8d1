/** Puts a backup in the place of the embedded store's data. */
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { CommandLineError } from './command-line.js';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('Restores the embedded store from a backup. The current data is kept beside it. Stop the server first.')
    .argument('<file>', 'a file that the backup command wrote')
    .action(restoreFrom);
}

async function restoreFrom(file: string): Promise<void> {
  const { mongodbUri, dataDirectory } = readConfig(process.env);
  if (mongodbUri) throw new CommandLineError('The data is in MongoDB: restore it with mongorestore.');
  const { restoreBackup, storeDirectory } = await import('../store/connection.js');
  const former = await restoreBackup(storeDirectory(dataDirectory), file);
  process.stdout.write(former ? `Restored. The former data is in ${former}\n` : 'Restored.\n');
}
