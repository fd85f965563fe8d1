#!/usr/bin/env node
/** The `plaza` command. Only the subcommand that is asked for is loaded; where none is, the overview shows what each takes. */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { runCommand } from './command-line.js';

/** Its own folder, for what is compiled there is run: a folder for all would let others choose what. */
const compiled = fileURLToPath(new URL('../../node_modules/.cache/plaza/', import.meta.url));
// From Node 22 on a command starts in three quarters of the time with it; where the folder cannot be written, without.
(module as { enableCompileCache?: (folder: string) => void }).enableCompileCache?.(compiled);

interface Subcommand {
  summary: string;
  load: () => Promise<Command>;
}

const subcommands: Record<string, Subcommand> = {
  start: { summary: 'start the server', load: async () => (await import('./start.js')).startCommand() },
  import: { summary: 'import users, products, reviews and follows', load: async () => (await import('./import.js')).importCommand() },
  export: { summary: 'export reviews or behaviour', load: async () => (await import('./export.js')).exportCommand() },
  train: { summary: 'train the recommender', load: async () => (await import('./train.js')).trainCommand() },
  tune: { summary: 'search hyper-parameters for the next training', load: async () => (await import('./tune.js')).tuneCommand() },
  evaluate: {
    summary: 'evaluate the recommender on a file of ratings',
    load: async () => (await import('./evaluate.js')).evaluateCommand(),
  },
  migrate: { summary: 'upgrade the store to this release', load: async () => (await import('./migrate.js')).migrateCommand() },
  backup: { summary: 'back up the embedded store', load: async () => (await import('./backup.js')).backupCommand() },
  restore: { summary: 'restore the embedded store from a backup', load: async () => (await import('./restore.js')).restoreCommand() },
  'check-data': { summary: 'check the embedded store for damage', load: async () => (await import('./check-data.js')).checkDataCommand() },
  'console-user': {
    summary: 'create or promote a staff account',
    load: async () => (await import('./console-user.js')).consoleUserCommand(),
  },
  seed: { summary: 'fill the store with the demo shop', load: async () => (await import('./seed.js')).seedCommand() },
};

async function plaza(names: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const program = new Command('plaza')
    .description('Plaza, a GraphQL social commerce API. Settings are environment variables: see docs/configuration.md.')
    .version(version, '-v, --version', 'display the version');
  const isOverview = !names.some((name) => Object.hasOwn(subcommands, name));
  for (const [name, { summary, load }] of Object.entries(subcommands))
    program.addCommand((isOverview || names.includes(name) ? await load() : new Command(name)).summary(summary));
  return program;
}

/** An unknown command that is asked for help is named as any other: Commander would show the overview. */
function commandLine([node, file, ...given]: readonly string[]): readonly string[] {
  const name = given[given[0] === 'help' ? 1 : 0];
  const isUnknown = name !== undefined && !name.startsWith('-') && name !== 'help' && !Object.hasOwn(subcommands, name);
  return [node!, file!, ...(isUnknown ? [name] : given)];
}

const argv = commandLine(process.argv);
await runCommand(await plaza(argv.slice(2, 4)), argv);
