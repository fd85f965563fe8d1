/** Brings the files of another shop or a data set into the store: users, products, reviews, orders and what the recommender learns from. */
import { basename } from 'node:path';
import type { Types } from 'mongoose';
import type { Features } from '../app.js';
import type { OnConflict } from '../modules/review/index.js';
import { formatNamed, planFiles, trustFormat, type FormatChoice, type PlannedFile } from './formats/catalogue.js';
import { readEntries, type ReadingOptions, type ReadLine } from './entries.js';
import { inputFiles, type InputFiles } from './reading/input-files.js';
import { RejectsFile } from './rejects.js';
import { ImportFailure } from './record.js';
import { StoreWriter, type Writer, type Written } from './writer.js';

export interface ImportRequest {
  /** Names the source, so that its ids do not meet another's. */
  source: string;
  format: FormatChoice;
  /** A file, a folder or a zip archive. */
  path: string;
  /** A separate file of products. */
  items?: string;
  itemsFormat?: string;
  /** A separate file of who trusts whom. */
  trust?: string;
  reading: ReadingOptions;
  onConflict: OnConflict;
  /** The account that sells the products. */
  merchant: Types.ObjectId | null;
  /** Where rejected lines go. */
  rejects?: string;
}

export interface RejectedLine {
  file: string;
  line: number;
  column: string;
  value: string;
  reason: string;
}

export interface ImportReport extends Written {
  /** Lines that were read and taken, whether they were new or not. */
  accepted: number;
  rejected: number;
}

export interface ImportListener {
  onProgress(share: number, what: string): void;
  onFound(file: string, found: string): void;
  onRejected(line: RejectedLine): void;
  /** What was written so far, after each batch. */
  onWritten(report: ImportReport): void;
}

/** How much is read before it is written: the more, the more of it lies side by side in the store. */
const batch = { lines: 20_000, characters: 16_000_000 };

/** What of the progress is reading; the rest is scoring. */
const readingShare = 0.85;

/**
 * @param signal ends the import between two batches; importing the same file again goes on
 * @throws ImportFailure where a file cannot be read
 */
export async function importFiles(
  request: ImportRequest,
  writer: Writer,
  listener: ImportListener,
  signal?: AbortSignal,
): Promise<ImportReport> {
  return new Import(request, writer, listener, signal).run();
}

/** @param currency the shop's */
export function storeWriter(verbs: Features['verbs'], { source, format, merchant, onConflict }: ImportRequest, currency: string): Writer {
  return new StoreWriter(verbs, { source, merchant, onConflict, category: format.variants[0]!.category, currency });
}

class Import {
  private accepted = 0;
  private rejected = 0;
  private bytesDone = 0;
  private bytesTotal = 0;
  private writing: Promise<void> = Promise.resolve();
  private readonly rejects: RejectsFile | null;

  constructor(
    private readonly request: ImportRequest,
    private readonly writer: Writer,
    private readonly listener: ImportListener,
    private readonly signal?: AbortSignal,
  ) {
    this.rejects = request.rejects ? new RejectsFile(request.rejects) : null;
  }

  async run(): Promise<ImportReport> {
    const opened: InputFiles[] = [];
    try {
      const planned = await this.plan(opened);
      this.bytesTotal = planned.reduce((sum, { file }) => sum + file.size, 0);
      for (const input of planned) await this.read(input);
    } finally {
      for (const { close } of opened) close();
      // Whatever happened, the scores of what was written are true.
      await this.writer.finish((share) => this.listener.onProgress(readingShare + (1 - readingShare) * share, 'scores'));
      await this.rejects?.close();
    }
    return this.report();
  }

  private report(): ImportReport {
    return { ...this.writer.written, accepted: this.accepted, rejected: this.rejected };
  }

  private async plan(opened: InputFiles[]): Promise<PlannedFile[]> {
    const { path, format, items, itemsFormat, trust } = this.request;
    const filesOf = async (of: string, choice: FormatChoice): Promise<PlannedFile[]> => {
      const input = await inputFiles(of);
      opened.push(input);
      return planFiles(of, input.files, choice, input.single);
    };
    const productFormat = itemsFormat ? formatNamed(itemsFormat, {}, undefined) : { ...format, variants: format.products };
    if (items && productFormat.variants.length === 0)
      throw new ImportFailure(`${format.name} has no separate file of products; --items-format names its format.`);
    return [
      ...(items ? await filesOf(items, productFormat) : []),
      ...(await filesOf(path, format)),
      ...(trust ? await filesOf(trust, trustFormat) : []),
    ];
  }

  private async read({ file, format }: PlannedFile): Promise<void> {
    const what = basename(file.name);
    const entries = readEntries(file, format, this.request.reading, {
      onFound: (found) => this.listener.onFound(file.name, found),
      onBytes: (read) => this.listener.onProgress((readingShare * (this.bytesDone + read)) / Math.max(1, this.bytesTotal), what),
    });
    try {
      await this.readAll(file.name, entries);
    } finally {
      await this.finishWriting();
    }
    this.bytesDone += file.size;
  }

  private async readAll(file: string, entries: AsyncIterable<ReadLine>): Promise<void> {
    let lines: ReadLine[] = [];
    let characters = 0;
    for await (const read of entries) {
      if (read.rejected) {
        await this.reject(file, read);
        continue;
      }
      lines.push(read);
      for (const value of read.values) characters += value.length;
      if (lines.length < batch.lines && characters < batch.characters) continue;
      await this.flush(lines);
      lines = [];
      characters = 0;
    }
    await this.flush(lines);
  }

  /** Writes a batch, while the next is read and made ready: waits only for the batch before. */
  private async flush(lines: readonly ReadLine[]): Promise<void> {
    const write = this.writer.prepare(lines);
    await this.finishWriting();
    if (this.signal?.aborted) throw new ImportFailure('The import was interrupted. Run the same command again to go on.');
    if (lines.length === 0) return;
    this.writing = write().then(() => void (this.accepted += lines.length));
    // What fails is told where it is waited for.
    this.writing.catch(() => {});
  }

  private async finishWriting(): Promise<void> {
    const { writing } = this;
    this.writing = Promise.resolve();
    await writing;
    this.listener.onWritten(this.report());
  }

  private async reject(file: string, read: ReadLine): Promise<void> {
    const { line, rejected } = read;
    this.rejected++;
    await this.rejects?.write(file, read);
    this.listener.onRejected({ file, line, column: rejected!.column, value: rejected!.value, reason: rejected!.message });
  }
}
