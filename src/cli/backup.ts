/** Copies the embedded store's data into a file, also while a server runs on it. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { CommandLineError } from './command-line.js';
import { withStore } from './open-shop.js';

export function backupCommand(): Command {
  return new Command('backup')
    .description('Backs up the embedded store to a file. Works while the server runs.')
    .argument('<file>', 'the file to write; it must not exist')
    .action(backupTo);
}

async function backupTo(file: string): Promise<void> {
  const { mongodbUri, dataDirectory } = readConfig(process.env);
  if (mongodbUri) throw new CommandLineError('The data is in MongoDB: back it up with mongodump.');
  const { backUp } = await import('../store/connection.js');
  await withStore(({ database }) => backUp(database, dataDirectory, resolve(file)));
  if (!process.exitCode) process.stdout.write(`Backed up to ${resolve(file)}\n`);
}
