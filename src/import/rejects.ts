/** The file of rejected lines: why each was rejected, and all of it, so that it can be mended and imported again. */
import { once } from 'node:events';
import { accessSync, constants, createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { finished } from 'node:stream/promises';
import Papa from 'papaparse';
import type { Dialect } from './reading/dialect.js';
import { ImportFailure, type Rejected } from './record.js';
import { protectedCell } from './spreadsheet-cells.js';

const ownColumns = ['import_line', 'import_column', 'import_value', 'import_reason'];

/** The whole line, in formats that are no tables. */
export const recordColumn = 'import_record';

export const rejectsDialect: Dialect = { delimiter: ',', quote: '"', escape: '"', spaced: false };

export function isRejectsHeader(line: string): boolean {
  return line.startsWith(ownColumns.join(','));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you have no permission to write there',
  EISDIR: 'it is a folder',
  ERR_FS_EISDIR: 'it is a folder',
  ENOSPC: 'there is no space left',
};

/** A line that is not taken. */
export interface RejectedRow {
  line: number;
  rejected: Rejected | null;
  /** The columns of a table; null for lines of other formats. */
  columns: readonly string[] | null;
  values: readonly string[];
}

/** Writes one file for each file that has rejected lines: the first under the path itself, others beside it. */
export class RejectsFile {
  private stream: WriteStream | null = null;
  private of = '';
  private readonly written = new Set<string>();

  private failure: Error | null = null;

  /** @throws ImportFailure where the file cannot be written */
  constructor(private readonly path: string) {
    try {
      rmSync(path, { force: true });
      accessSync(dirname(path), constants.W_OK);
    } catch (error) {
      throw this.unwritable(error);
    }
  }

  private unwritable(error: unknown): ImportFailure {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return new ImportFailure(`The file of rejected lines, ${this.path}, cannot be written: ${reasons[code] ?? message}.`);
  }

  async write(file: string, { line, rejected, columns, values }: RejectedRow): Promise<void> {
    if (this.of !== file) await this.begin(file, columns);
    const { column, value, message } = rejected!;
    const own = columns?.filter((name) => !ownColumns.includes(name)) ?? [recordColumn];
    const kept = columns ? values.filter((_, at) => !ownColumns.includes(columns[at] ?? '')) : values;
    await this.put([String(line), column, value, message, ...kept, ...Array<string>(Math.max(0, own.length - kept.length)).fill('')]);
  }

  private async begin(file: string, columns: readonly string[] | null): Promise<void> {
    await this.close();
    this.of = file;
    this.stream = createWriteStream(this.pathFor(file)).on('error', (error) => (this.failure = this.unwritable(error)));
    await this.put([...ownColumns, ...(columns?.filter((name) => !ownColumns.includes(name)) ?? [recordColumn])]);
  }

  private pathFor(file: string): string {
    const suffix = extname(this.path);
    const stem = this.path.slice(0, this.path.length - suffix.length);
    // Files of different folders may have the same name.
    const named = (number: number): string => `${stem}.${basename(file)}${number > 1 ? `.${number}` : ''}${suffix}`;
    let path = this.path;
    for (let number = 1; this.written.has(path); number++) path = named(number);
    this.written.add(path);
    return path;
  }

  private async put(values: string[]): Promise<void> {
    if (!this.stream!.write(`${Papa.unparse([values.map(protectedCell)])}\n`) && !this.failure) await once(this.stream!, 'drain');
    if (this.failure) throw this.failure;
  }

  /** @throws ImportFailure where some of it could not be written */
  async close(): Promise<void> {
    if (!this.stream) return;
    await finished(this.stream.end()).catch((error: unknown) => {
      throw this.failure ?? error;
    });
  }
}
