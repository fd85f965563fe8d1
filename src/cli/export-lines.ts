/** What the export command writes, by format. */
import { readConfig } from '../config.js';
import { behaviourRecords, behaviourRows } from '../export/behaviour.js';
import { behaviourParquet } from '../export/behaviour-parquet.js';
import { exportedReviews } from '../export/exported-reviews.js';
import { googleFeed } from '../export/google-feed.js';
import { amazonExport, csvExport, type ReviewFormat } from '../export/review-tables.js';
import type { Features } from '../app.js';
import type { ExportFormat } from './export-formats.js';

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

export const exportLines: Record<ExportFormat, Lines> = {
  'amazon-reviews': reviewLines(amazonExport),
  csv: reviewLines(csvExport),
  'google-product-reviews': googleLines,
  behaviour: behaviourLines,
  'behaviour-parquet': (verbs, count) => behaviourParquet(behaviourRecords(verbs), count),
};
