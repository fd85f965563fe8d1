/** Exports the shop's reviews, and what people did with products. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { readConfig } from '../config.js';
import { behaviourRecords, behaviourRows } from '../export/behaviour.js';
import { behaviourParquet } from '../export/behaviour-parquet.js';
import { exportedReviews } from '../export/exported-reviews.js';
import { googleFeed } from '../export/google-feed.js';
import { amazonExport, csvExport, type ReviewFormat } from '../export/review-tables.js';
import type { Features } from '../app.js';
import { withShop } from './open-shop.js';

/** @param count told of each review or row, or of several */
type Lines = (verbs: Features['verbs'], count: (more?: number) => void) => AsyncGenerator<string | Buffer>;

function reviewLines({ head, line }: ReviewFormat): Lines {
  return async function* (verbs, count) {
    yield head;
    for await (const review of exportedReviews(verbs)) {
      count();
      yield line(review);
    }
  };
}

async function* googleLines(verbs: Features['verbs'], count: () => void): AsyncGenerator<string> {
  const { productUrl, publicUrl } = readConfig(process.env);
  const urlOf = (slug: string): string => productUrl.replaceAll('{slug}', encodeURIComponent(slug));
  for await (const piece of googleFeed(exportedReviews(verbs), { publisher: new URL(publicUrl).host, urlOf })) {
    if (piece.startsWith('<review>')) count();
    yield piece;
  }
}

async function* behaviourLines(verbs: Features['verbs'], count: () => void): AsyncGenerator<string> {
  const rows = behaviourRows(behaviourRecords(verbs));
  yield (await rows.next()).value as string;
  for await (const row of rows) {
    count();
    yield row;
  }
}

const formats: Record<string, Lines> = {
  'amazon-reviews': reviewLines(amazonExport),
  csv: reviewLines(csvExport),
  'google-product-reviews': googleLines,
  behaviour: behaviourLines,
  'behaviour-parquet': (verbs, count) => behaviourParquet(behaviourRecords(verbs), count),
};

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Exports every visible review; "import" reads amazon-reviews and csv back. Or, with "behaviour" and "behaviour-parquet", what users did with products.',
    )
    .addOption(new Option('--format <format>', 'what to write').choices(Object.keys(formats)).default('amazon-reviews'))
    .option('--out <file>', 'file to write to; defaults to standard output')
    .action(exportData);
}

function exportData({ out, format }: { out?: string; format: string }): Promise<void> {
  return withShop(async (verbs) => {
    let count = 0;
    const lines = Readable.from(formats[format]!(verbs, (more = 1) => (count += more)));
    if (out) await pipeline(lines, createWriteStream(out));
    else if (!(await reaches(pipeline(lines, process.stdout, { end: false })))) return;
    process.stderr.write(`${count} ${format.startsWith('behaviour') ? 'rows' : 'reviews'} exported.\n`);
  });
}

/** Whether a reader has taken all of it; `head` and the like stop early, which is no failure. */
async function reaches(written: Promise<void>): Promise<boolean> {
  try {
    await written;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
    throw error;
  }
}
