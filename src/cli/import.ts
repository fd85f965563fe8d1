/** Imports ratings of another shop or data set. */
import { createWriteStream } from 'node:fs';
import { Command, Option } from 'commander';
import { csvFields } from '../import/formats/csv.js';
import { importRatings, type RejectedLine } from '../import/importer.js';
import { progressBar } from '../progress-bar.js';
import { withShop } from './command-line.js';
import { formatNames, formatOf, readMapping, readScale, type FormatOptions } from './formats.js';

interface Options extends FormatOptions {
  trust?: string;
  items?: string;
  source?: string;
  rejects?: string;
}

const shownRejects = 20;

const command = new Command('import')
  .description('Imports users, products, reviews and follows. Importing the same file again changes nothing.')
  .argument('<ratings>', 'the file of ratings, plain or gzip')
  .addOption(new Option('--format <format>', 'what the file is').choices(formatNames).makeOptionMandatory())
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

const options = command.opts<Options>();
const [ratings] = command.args as [string];

await withShop(async (verbs) => {
  const rejected: RejectedLine[] = [];
  const rejects = options.rejects ? createWriteStream(options.rejects) : null;
  const bar = progressBar('Importing');
  const source = options.source ?? options.format;
  const report = await importRatings(
    verbs,
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
