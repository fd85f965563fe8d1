/** Imports ratings of another shop or data set. */
import { createWriteStream } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { amazonReviews } from '../import/formats/amazon-reviews.js';
import { csv, csvFields, type ColumnMapping, type CsvField } from '../import/formats/csv.js';
import { filmtrust } from '../import/formats/filmtrust.js';
import { movielens } from '../import/formats/movielens.js';
import { importRatings, type RejectedLine } from '../import/importer.js';
import type { Format, Scale } from '../import/record.js';
import { progressBar } from '../progress-bar.js';
import { withStore } from './command-line.js';

interface Options {
  format: 'filmtrust' | 'movielens' | 'amazon-reviews' | 'csv';
  trust?: string;
  items?: string;
  columns: ColumnMapping;
  scale: Scale;
  source?: string;
  rejects?: string;
}

const shownRejects = 20;

const command = new Command('import')
  .description('Imports users, products, reviews and follows. Importing the same file again changes nothing.')
  .argument('<ratings>', 'the file of ratings, plain or gzip')
  .addOption(
    new Option('--format <format>', 'what the file is').choices(['filmtrust', 'movielens', 'amazon-reviews', 'csv']).makeOptionMandatory(),
  )
  .option('--trust <file>', 'with filmtrust: the file of who trusts whom, imported as follows')
  .option('--items <file>', 'with movielens: the file of titles and genres')
  .option(
    '--columns <mapping>',
    `with csv: which column holds what, as user=customer,product=sku,…; of ${csvFields.join(', ')}`,
    readMapping,
    {},
  )
  .option('--scale <least-most>', 'with csv: the scale of the ratings', readScale, { least: 1, most: 5 })
  .option('--source <name>', 'names the source, so that its ids do not meet another’s; by default the format')
  .option('--rejects <file>', 'writes every rejected line there, with its number and the reason')
  .parse();

function readMapping(text: string): ColumnMapping {
  const pairs = text.split(',').map((pair) => pair.split('='));
  for (const [field, column] of pairs) {
    if (!csvFields.includes(field as CsvField) || !column)
      throw new InvalidArgumentError(`expected field=column, with one of ${csvFields.join(', ')}`);
  }
  return Object.fromEntries(pairs) as ColumnMapping;
}

function readScale(text: string): Scale {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
  if (!match || Number(match[1]) >= Number(match[2])) throw new InvalidArgumentError('expected the least and the most, as 1-10');
  return { least: Number(match[1]), most: Number(match[2]) };
}

function formatOf({ format, columns, scale }: Options): Format {
  return { filmtrust, movielens, 'amazon-reviews': amazonReviews, csv: csv(columns, scale) }[format];
}

const options = command.opts<Options>();
const [ratings] = command.args as [string];

await withStore(async () => {
  const rejected: RejectedLine[] = [];
  const rejects = options.rejects ? createWriteStream(options.rejects) : null;
  const bar = progressBar('Importing');
  const source = options.source ?? options.format;
  const report = await importRatings(
    { source, format: formatOf(options), ratings, products: options.items, trust: options.trust },
    {
      onProgress: (share, what) => bar.update(share, what),
      onRejected(line) {
        if (rejected.length < shownRejects) rejected.push(line);
        rejects?.write(`${line.file}:${line.line}: ${line.reason}\n`);
      },
    },
  );
  bar.stop();
  rejects?.end();
  const { users, products, reviews, follows } = report;
  process.stdout.write(`\nNew: ${users} users, ${products} products, ${reviews} reviews, ${follows} follows.\n`);
  process.stdout.write(`Lines: ${report.accepted} accepted, ${report.rejected} rejected.\n`);
  for (const { file, line, reason } of rejected) process.stdout.write(`  ${file}:${line}: ${reason}\n`);
  if (report.rejected > rejected.length)
    process.stdout.write(`  … and ${report.rejected - rejected.length} more${rejects ? '' : '; --rejects <file> writes them all'}\n`);
});
