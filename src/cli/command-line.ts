/** How a command line is read, what is said where it fails, and how it is interrupted. */
import cluster from 'node:cluster';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { CommanderError, type Command } from 'commander';
import { withoutSecrets } from '../logger.js';
import { OperatorError } from '../operator-error.js';
import { withProgress, type OnProgress } from '../progress-bar.js';

const exitCodes = { failure: 1, usage: 2 };

/** Parses the command line and runs what it says. A mistake on it is one sentence and exit code 2. */
export async function runCommand(command: Command, argv: readonly string[]): Promise<void> {
  for (const each of [command, ...command.commands]) prepare(each);
  // Whoever reads may stop early, as `head` does; the work goes on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') reportFailure(error);
  });
  process.stderr.on('error', () => {});
  try {
    await command.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error);
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  }
}

function prepare(command: Command): void {
  command
    .exitOverride()
    .helpOption('-h, --help', 'display help')
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(`${usageSentence(text)} Run "${pathOf(command)} --help" for help.\n`) });
  if (command.commands.length > 0) return;
  command
    .option('--config <file>', 'read environment variables from this file; those that are set already win')
    .hook('preAction', () => loadVariables(command.opts<{ config?: string }>().config));
}

/** "error: unknown option '--formt'\n(Did you mean --format?)" becomes one line. */
function usageSentence(text: string): string {
  const [problem = '', ...hints] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const hint = hints.length > 0 ? ` ${hints.join(' ').replace(/^\((.*)\)$/s, '$1')}` : '';
  return `${problem.charAt(0).toUpperCase()}${ended(problem.slice(1))}${hint}`;
}

/** With the end of a sentence; lists have none. */
function ended(text: string): string {
  return /[.!?]$|\n/.test(text) ? text : `${text}.`;
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

async function loadVariables(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw fileProblem(error as Error) === null ? new CommandLineError(`--config ${file} is no file of variables.`) : error;
  }
  // One process says it for all that serve the port.
  if (cluster.isPrimary) await tellUnknown(file);
}

/** Variables of Node and of libraries may stand there too, so that nothing is refused. */
async function tellUnknown(file: string): Promise<void> {
  const { environment } = await import('../config-variables.js');
  const unknown = Object.keys(parseEnv(readFileSync(file, 'utf8'))).filter((name) => !Object.hasOwn(environment.shape, name));
  if (unknown.length > 0) process.stderr.write(`${printable(`Plaza reads no variable ${unknown.join(', ')} of ${file}.`)}\n`);
}

/** Somebody pressed Ctrl-C, or the process is told to end. */
export class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
  }
}

/** Runs the work until a signal interrupts it, so that what is open can be closed. @throws Interrupted */
export async function interruptible<Result>(work: () => Promise<Result>): Promise<Result> {
  let onSignal: (signal: NodeJS.Signals) => void;
  const interruption = new Promise<never>((_, reject) => (onSignal = (signal) => reject(new Interrupted(signal))));
  process.once('SIGINT', onSignal!).once('SIGTERM', onSignal!);
  try {
    return await Promise.race([work(), interruption]);
  } finally {
    process.off('SIGINT', onSignal!).off('SIGTERM', onSignal!);
  }
}

/** The same with a bar, which is taken away when the work is interrupted. @throws Interrupted */
export function interruptibleProgress<Result>(title: string, work: (onProgress: OnProgress) => Promise<Result>): Promise<Result> {
  // Signals are listened to before the bar shows, and the bar ends before what is open is closed.
  return interruptible(() => withProgress(title, (onProgress) => interruptible(() => work(onProgress))));
}

let reported: unknown;

/** Says what went wrong, with a stack only where nobody foresaw it. */
export function reportFailure(error: unknown): void {
  if (error instanceof Interrupted) return endBy(error.signal);
  // Output that cannot be written fails by itself and for who writes it.
  if (error === reported) return;
  reported = error;
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = exitCodes.failure;
}

/** Ends as the signal would have ended it, so that shells and npm are quiet about it too. */
function endBy(signal: NodeJS.Signals): void {
  process.stderr.write('\nStopped.\n');
  process.kill(process.pid, signal);
}

function messageOf(error: Error): string {
  if (error instanceof CommandLineError) return printable(ended(error.message));
  const ofFile = fileProblem(error);
  if (ofFile !== null) return printable(ofFile);
  return printable(withoutSecrets(error instanceof OperatorError ? ended(error.message) : String(error.stack)));
}

/** Makes a file and writes it. The system says of one that can't be made what it says of one that is not there to be read. */
export async function making(path: string, write: () => Promise<void> | void): Promise<void> {
  try {
    await write();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && syscall === 'open' && existsSync(dirname(path))) throw new CommandLineError(`The file ${path} can't be made.`);
    throw error;
  }
}

/** Text with words of a file or its name in it, which could do more than be read: terminals obey control characters. */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** What stands in the way of reading or writing a file, as the system says; null for any other error. */
function fileProblem({ code, errno, path, dest, syscall, message }: NodeJS.ErrnoException & { dest?: string }): string | null {
  if (code === 'ENOSPC') return `There is no space left on the disk${path === undefined ? '' : ` of ${path}`}.`;
  if (errno === undefined || path === undefined) return null;
  const at = dest ?? path;
  const missing = [at, path].map(dirname).find((folder) => !existsSync(folder));
  switch (code) {
    case 'ENOENT':
      if (missing !== undefined) return `There is no folder ${missing}.`;
      return syscall === 'mkdir' ? `The folder ${path} can't be made.` : `There is no file ${path}.`;
    case 'EACCES':
    case 'EPERM':
      return `The permissions of ${nearest(at)} do not allow this.`;
    case 'EISDIR':
      return `${at} is a folder.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `There is a file where ${at} needs a folder.`;
    default:
      return `${at} can't be used: ${/^\w+: (.+?), \w+/.exec(message)?.[1] ?? message}.`;
  }
}

/** The path itself, or the folder above it that there is. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path));
}

/** A mistake on the command line or in its files. */
export class CommandLineError extends OperatorError {
  constructor(message: string) {
    super('COMMAND_LINE_INVALID', message);
  }
}
