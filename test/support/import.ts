/** Reads bytes as a file of a format, the way the import does. */
import { Readable } from 'node:stream';
import { readEntries, type ReadingOptions, type ReadLine } from '../../src/import/entries.js';
import { formatNamed } from '../../src/import/formats/catalogue.js';
import type { ColumnMapping } from '../../src/import/formats/csv.js';
import type { ImportedRating, Scale } from '../../src/import/record.js';

export interface ReadingTest extends ReadingOptions {
  columns?: ColumnMapping;
  scale?: Scale;
  /** Bytes a chunk, to see that characters and lines survive being cut apart. */
  chunk?: number;
}

export async function readBytes(format: string, bytes: Buffer, { columns = {}, scale, chunk, ...options }: ReadingTest = {}) {
  const found: string[] = [];
  const size = chunk ?? Math.max(1, bytes.length);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const file = { name: 'file', size: bytes.length, open: async () => Readable.from(chunks, { objectMode: false }) };
  const lines: ReadLine[] = [];
  for await (const line of readEntries(file, formatNamed(format, columns, scale), options, { onFound: (text) => found.push(text) }))
    lines.push(line);
  return {
    found: found.join(),
    lines,
    ratings: lines.flatMap(({ entry }) => entry?.rating ?? []),
    products: lines.flatMap(({ entry }) => entry?.product ?? []),
    rejected: lines.flatMap(({ line, rejected }) =>
      rejected ? [{ line, column: rejected.column, value: rejected.value, reason: rejected.message }] : [],
    ),
  };
}

export async function readText(format: string, text: string, options: ReadingTest = {}) {
  return readBytes(format, Buffer.from(text), options);
}

/** The only rating of a file of one line. */
export async function readOne(format: string, text: string, options: ReadingTest = {}): Promise<ImportedRating> {
  const { ratings, rejected } = await readText(format, text, options);
  if (ratings.length !== 1) throw new Error(`expected one rating: ${JSON.stringify(rejected)}`);
  return ratings[0]!;
}
