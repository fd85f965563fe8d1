/** Imports users, products, reviews and follows of another shop or data set. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { readConfig } from '../config.js';
import { formatOf, formatNames, withReadingOptions, type FormatOptions } from './formats.js';
import type { ImportListener, ImportReport, ImportRequest, RejectedLine } from '../import/importer.js';
import { ImportFailure } from '../import/record.js';
import type { Features } from '../app.js';
import type { ImportCounts, ImportNotes } from '../modules/import-run/index.js';
import type { OnConflict } from '../modules/review/index.js';
import { withProgress, type OnProgress } from '../progress-bar.js';
import { CommandLineError, printable } from './command-line.js';
import { withShop } from './open-shop.js';

interface Options extends FormatOptions {
  trust?: string;
  items?: string;
  itemsFormat?: string;
  source?: string;
  rejects?: string;
  onConflict: OnConflict;
  merchant?: string;
  dryRun?: boolean;
  strict?: boolean;
}

const exitCodes = { nothingTaken: 1, someRejected: 2 };
const shownRejects = 20;

/** @param open opens the shop for the work, and reports what goes wrong */
export function importCommand(open: typeof withShop = withShop): Command {
  return withReadingOptions(
    new Command('import')
      .description('Imports users, products, reviews and follows. Importing the same file again changes nothing.')
      .argument('<path>', 'a file, plain or gzip, or the folder or zip archive of a data set')
      .addOption(new Option('--format <format>', 'the format of the file').choices(formatNames).makeOptionMandatory()),
  )
    .option('--items <file>', 'a separate file of products')
    .addOption(new Option('--items-format <format>', 'the format of the products file, if it differs').choices(formatNames))
    .option('--trust <file>', 'with filmtrust: the file of trust statements, imported as follows')
    .option('--source <name>', 'name of the source, which keeps its IDs apart from other sources’; defaults to the format')
    .addOption(
      new Option('--on-conflict <what>', 'what to do with reviews and products that already exist')
        .choices(['update', 'keep', 'newest'])
        .default('update'),
    )
    .option('--merchant <email>', 'email address of the merchant who sells the products')
    .option('--rejects <file>', 'writes rejected lines to this file as CSV, to be fixed and imported again')
    .option('--dry-run', 'reports what would happen and writes nothing')
    .option('--strict', `ends with exit code ${exitCodes.someRejected} if any line is rejected`)
    .action(async (path: string, options: Options) => {
      if (options.dryRun && !hasStore()) await run(path, options, null);
      else await open((verbs) => run(path, options, verbs));
    });
}

function requireWritableRejects(path: string, options: Options): void {
  if (options.rejects && [path, options.items, options.trust].some((input) => input && resolve(input) === resolve(options.rejects!)))
    throw new CommandLineError('--rejects names a file that is being imported; name another one.');
}

function requireOwnTrust({ trust, format }: Options): void {
  if (trust && format !== 'filmtrust') throw new CommandLineError('--trust goes with --format filmtrust.');
}

function requestOf(path: string, options: Options, merchant: ImportRequest['merchant']): ImportRequest {
  const { source, items, itemsFormat, trust, rejects, onConflict, format } = options;
  return {
    source: source ?? format,
    format: formatOf(options),
    path,
    items,
    itemsFormat,
    trust,
    rejects,
    reading: options,
    onConflict,
    merchant,
  };
}

async function merchantOf(email: string | undefined, { users }: Features['verbs']): Promise<ImportRequest['merchant']> {
  if (!email) return null;
  const account = await users.accountByEmail(email);
  if (!account?.roles.includes('MERCHANT')) throw new CommandLineError(`There is no merchant's account with the address ${email}.`);
  return account._id;
}

class Console implements ImportListener {
  readonly rejected: RejectedLine[] = [];
  readonly found: string[] = [];

  constructor(
    private readonly options: Options,
    private readonly showProgress: OnProgress,
    /** Where staff sees how it goes; null for a dry run. */
    private readonly notes: ImportNotes | null,
  ) {}

  /** Shown once a file has turned out to be what it should be: what is wrong with it is told first, and alone. */
  onProgress(share: number, what: string): void {
    if (this.found.length > 0) this.showProgress(share, printable(what));
    this.notes?.noteProgress(share);
  }

  onWritten(report: ImportReport): void {
    this.notes?.noteCounts(countsOf(report));
  }

  onFound(file: string, found: string): void {
    this.found.push(`${file}: ${found}`);
  }

  onRejected(line: RejectedLine): void {
    if (this.rejected.length < shownRejects) this.rejected.push(line);
    const { file, column, ...rejected } = line;
    this.notes?.noteRejected({ ...rejected, file: basename(file), column: column || null });
  }

  print(report: ImportReport): void {
    const lines = [
      '',
      ...this.found,
      `New: ${report.users} users, ${report.products} products, ${report.reviews} reviews, ${report.follows} follows.`,
      `Updated: ${report.updatedReviews} reviews, ${report.updatedProducts} products. Unchanged: ${report.unchangedReviews} reviews.`,
      `Lines: ${report.accepted} accepted, ${report.rejected} rejected.`,
      ...this.rejected.map(({ file, line, column, reason }) => `  ${file}:${line}:${column ? ` ${column}:` : ''} ${reason}`),
    ];
    if (report.rejected > this.rejected.length) {
      const hint = this.options.rejects ? '' : '; --rejects <file> writes them all';
      lines.push(`  … and ${report.rejected - this.rejected.length} more${hint}`);
    }
    if (this.options.dryRun) lines.push('This was a dry run: nothing was written.');
    process.stdout.write(`${printable(lines.join('\n'))}\n`);
  }
}

/** @param verbs null for a dry run where there is no store */
async function run(path: string, options: Options, verbs: Features['verbs'] | null): Promise<void> {
  requireWritableRejects(path, options);
  requireOwnTrust(options);
  const { importFiles, storeWriter } = await import('../import/importer.js');
  const { DryWriter } = await import('../import/writer.js');
  const { handOverImportedProducts } = await import('../import/merchant.js');
  const request = requestOf(path, options, verbs && (await merchantOf(options.merchant, verbs)));
  const category = request.format.variants[0]!.category;
  const writer =
    options.dryRun || !verbs
      ? new DryWriter(verbs, { ...request, category })
      : storeWriter(verbs, request, readConfig(process.env).currency);
  const started = { source: request.source, format: request.format.name, file: basename(path) };
  const notes = verbs && !options.dryRun ? await verbs.importRuns.begin(started) : null;
  const report = await noted(notes, path, async () => {
    const work = async (onProgress: OnProgress): Promise<[ImportReport, Console]> => {
      const listener = new Console(options, onProgress, notes);
      return [await stoppable((signal) => importFiles(request, writer, listener, signal)), listener];
    };
    const [report, listener] = await withProgress(options.dryRun ? 'Checking' : 'Importing', work, { atOnce: false });
    listener.print(report);
    if (report.accepted === 0) throw new ImportFailure('Nothing was imported: no line could be taken.');
    if (verbs && request.merchant && !options.dryRun) await handOverImportedProducts(verbs.catalog, request.source, request.merchant);
    return report;
  });
  if (options.strict && report.rejected > 0) process.exitCode = exitCodes.someRejected;
}

/** Runs the work until it ends; the first Ctrl+C, or the first word to end, aborts the signal that it gets. */
async function stoppable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

/** Does the work of an import, and notes how it ended, without where the files lie. */
async function noted(notes: ImportNotes | null, path: string, work: () => Promise<ImportReport>): Promise<ImportReport> {
  try {
    const report = await work();
    await notes?.end(null);
    return report;
  } catch (error) {
    await notes?.end(
      error instanceof ImportFailure ? error.message.replaceAll(path, basename(path)) : 'The import failed. The command says why.',
    );
    throw error;
  }
}

function countsOf({ accepted, rejected, users, products, reviews, follows, ...other }: ImportReport): ImportCounts {
  const { updatedProducts, updatedReviews, unchangedReviews } = other;
  return {
    ...{ acceptedLines: accepted, rejectedLines: rejected, newUsers: users, newProducts: products, newReviews: reviews },
    ...{ newFollows: follows, updatedProducts, updatedReviews, unchangedReviews },
  };
}

/** A dry run makes no store where there is none. */
function hasStore(): boolean {
  const { mongodbUri, dataDirectory } = readConfig(process.env);
  return mongodbUri !== undefined || existsSync(join(dataDirectory, 'store'));
}
