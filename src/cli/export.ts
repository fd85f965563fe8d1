/** Exports the shop's reviews, and what people did with products. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { making } from './command-line.js';
import { exportFormats, type ExportFormat } from './export-formats.js';
import { withShop } from './open-shop.js';

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Exports every visible review; "import" reads amazon-reviews and csv back. Or, with "behaviour" and "behaviour-parquet", what users did with products.',
    )
    .addOption(new Option('--format <format>', 'what to write').choices(exportFormats).default('amazon-reviews'))
    .option('--out <file>', 'file to write to; defaults to standard output')
    .action(exportData);
}

function exportData({ out, format }: { out?: string; format: ExportFormat }): Promise<void> {
  return withShop(async (verbs) => {
    const { exportLines } = await import('./export-lines.js');
    let count = 0;
    const lines = Readable.from(exportLines[format](verbs, (more = 1) => (count += more)));
    if (out) await making(out, () => pipeline(lines, createWriteStream(out)));
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
