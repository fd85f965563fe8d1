/** Checks the embedded store's data, also while a server runs on it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { CommandLineError } from './command-line.js';

export function checkDataCommand(): Command {
  return new Command('check-data')
    .description('Checks all data of the embedded store and lists what is damaged. Exits with code 1 if there are problems.')
    .argument('[file]', 'a backup to check; by default the data itself')
    .action(checkFile);
}

const insideVariable = 'PLAZA_CHECK_INSIDE';

/** A damaged page may end the process that reads it, so another one reads, and this one says where it was. */
async function checkInAnotherProcess(file: string): Promise<void> {
  const child = fork(process.argv[1]!, ['check-data', file], { env: { ...process.env, [insideVariable]: '1' } });
  let collection = 'the list of collections';
  child.on('message', (name: string) => (collection = name));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal) process.stderr.write(`The file is damaged where it holds ${collection}: reading ended with ${signal}. Restore a backup.\n`);
  process.exitCode = code === 0 ? 0 : 1;
}

async function check(file: string): Promise<void> {
  const { checkData } = await import('../store/connection.js');
  let collection = 'the list of collections';
  try {
    const { collections, documents, entries, problems } = await checkData(file, {
      onCollection: (name) => process.send?.((collection = name)),
      onProblem: (problem) => process.stdout.write(`${problem}\n`),
    });
    process.stdout.write(`${collections} collections, ${documents} documents, ${entries} index entries: ${problems} problems\n`);
    process.exitCode = problems > 0 ? 1 : 0;
  } catch (error) {
    throw new CommandLineError(`The file is damaged where it holds ${collection}: ${(error as Error).message}. Restore a backup.`);
  }
}

async function checkFile(given: string | undefined): Promise<void> {
  const { mongodbUri, dataDirectory } = readConfig(process.env);
  if (mongodbUri) throw new CommandLineError('The data is in MongoDB: check it with its validate command.');
  const { dataFileOf, problemOfFile, reading, storeDirectory } = await import('../store/connection.js');
  const file = given ?? dataFileOf(storeDirectory(dataDirectory));
  if (!existsSync(file)) throw new CommandLineError(`There is no data at ${file}.`);
  // Before it is mapped into memory, which writes into an empty file and ends with a file of another kind.
  const problem = problemOfFile(file);
  if (problem !== null) throw new CommandLineError(`${file} ${problem}. ${given ? 'Name a backup' : 'Restore a backup'}.`);
  await (process.env[insideVariable] ? check(file) : reading(file, checkInAnotherProcess));
}
