/** Reads a file of any format: what each line says, or why it says nothing. */
import { detectEncoding, type Encoding } from './reading/encoding.js';
import { describeDialect, detectDialect, type Dialect } from './reading/dialect.js';
import type { InputFile } from './reading/input-files.js';
import { objectsOf, spreadsObjects } from './reading/json-objects.js';
import { linesOf, type Line } from './reading/lines.js';
import { rowsOf, type TextRow } from './reading/rows.js';
import { isRejectsHeader, rejectsDialect, recordColumn } from './rejects.js';
import type { FormatChoice } from './formats/catalogue.js';
import { exportColumns } from './formats/csv.js';
import { fields, type Field, type Format, type LineFormat, type ReadingStyle, type Row, type TableFormat } from './formats/format.js';
import { ImportFailure, Rejected, type Entry } from './record.js';
import { unprotectedCell } from './spreadsheet-cells.js';
import { findDateOrder, type DateOrder } from './times.js';
import type { DecimalMark } from './values.js';

/** What the user says of a file, instead of having it found out. */
export interface ReadingOptions {
  encoding?: string;
  delimiter?: string;
  quote?: string;
  escape?: string;
  decimal?: DecimalMark;
  dateOrder?: DateOrder;
  currency?: string;
  /** Whether to keep HTML entities as they stand. */
  keepHtml?: boolean;
  shorten?: boolean;
}

export interface ReadListener {
  /** Told once what was found out about the file. */
  onFound?: (found: string) => void;
  onBytes?: (read: number) => void;
}

/** A line, and what became of it. */
export interface ReadLine {
  line: number;
  /** Null where it is rejected. */
  entry: Entry | null;
  rejected: Rejected | null;
  /** The columns of a table; null for lines of other formats. */
  columns: readonly string[] | null;
  values: readonly string[];
  format: Format;
}

const sampleLines = 5000;

/** @throws ImportFailure for a file that cannot be read, or is not of the format */
export async function* readEntries(
  file: InputFile,
  choice: FormatChoice,
  options: ReadingOptions,
  listener: ReadListener = {},
): AsyncGenerator<ReadLine> {
  const encoding = await detectEncoding(file, options.encoding);
  const lines = linesOf(file, encoding, listener.onBytes);
  const sample = await firstLines(lines);
  if (sample.length === 0) throw new ImportFailure(`${file.name} is empty.`);
  const source: Source = { file, encoding, sample, lines: chain(sample, lines), options, listener };
  if (isRejectsHeader(sample[0]!.text)) yield* readRejects(source, choice);
  else {
    const dialect = dialectOf(sample, options);
    const format = chooseVariant(choice.variants, sample[0]!.text, dialect);
    yield* format.layout === 'lines' ? readLines(source, format) : readTable(source, format, dialect);
  }
}

interface Source {
  file: InputFile;
  encoding: Encoding;
  sample: Line[];
  lines: AsyncGenerator<Line>;
  options: ReadingOptions;
  listener: ReadListener;
}

/** Empty lines at the beginning, and Excel's `sep=;`, are no part of the data. */
async function firstLines(lines: AsyncGenerator<Line>): Promise<Line[]> {
  const sample: Line[] = [];
  while (sample.length < sampleLines) {
    const next = await lines.next();
    if (next.done) break;
    if (sample.length > 0 || next.value.text.trim() !== '') sample.push(next.value);
  }
  return sample;
}

async function* chain(first: readonly Line[], rest: AsyncGenerator<Line>): AsyncGenerator<Line> {
  yield* first;
  yield* rest;
}

function dialectOf(sample: Line[], { delimiter, quote, escape }: ReadingOptions): Dialect {
  const separator = /^sep=(.)$/i.exec(sample[0]!.text)?.[1];
  const given = { delimiter: delimiter ?? separator, quote, escape };
  return detectDialect(
    sample.slice(separator ? 1 : 0, 200).map(({ text }) => text),
    given,
  );
}

function chooseVariant(variants: readonly Format[], header: string, { delimiter, quote }: Dialect): Format {
  if (variants.length === 1) return variants[0]!;
  const columns = header.split(delimiter).map((name) => name.trim().replaceAll(quote, ''));
  const fits = (format: Format) => format.layout === 'table' && missingFields(format, bindColumns(format, columns)).length === 0;
  return variants.find(fits) ?? variants.find(({ layout }) => layout === 'lines') ?? variants[0]!;
}

function styleOf(format: Format, options: ReadingOptions, decimal: DecimalMark = '.', dateOrder: DateOrder | null = null): ReadingStyle {
  return {
    decimal: options.decimal ?? decimal,
    dateOrder: options.dateOrder ?? dateOrder,
    html: format.html && !options.keepHtml,
    shorten: options.shorten ?? false,
    scale: format.scale,
    currency: options.currency ?? null,
  };
}

async function* readLines({ file, encoding, sample, lines, options, listener }: Source, format: LineFormat): AsyncGenerator<ReadLine> {
  const style = styleOf(format, options);
  const isSpread = spreadsObjects(sample[0]!.text);
  listener.onFound?.(isSpread ? `${encoding.name}, objects over several lines` : encoding.name);
  for await (const { number, text } of isSpread ? objectsOf(file.name, lines) : lines) {
    if (text.trim() === '') continue;
    yield attempt(format, { line: number, values: [text] }, null, encoding, () => format.read(text, style));
  }
}

function attempt(format: Format, { line, values }: TextRow, columns: string[] | null, encoding: Encoding, read: () => Entry): ReadLine {
  const result = { line, columns, values, format };
  try {
    if (encoding.damaged && values.some((value) => value.includes('\ufffd')))
      throw new Rejected('the line holds bytes that are not UTF-8; --encoding names another encoding');
    return { ...result, entry: read(), rejected: null };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { ...result, entry: null, rejected: error };
  }
}

/** Rejected lines that come again, mended: tables have their own columns beside ours, lines of other formats are in one of ours. */
async function* readRejects(source: Source, choice: FormatChoice): AsyncGenerator<ReadLine> {
  const columns = source.sample[0]!.text.split(',').map((name) => name.replaceAll('"', '').trim());
  const tables = choice.variants.filter((format) => format.layout === 'table');
  const at = columns.indexOf(recordColumn);
  if (at === -1) {
    const table = tables[0];
    if (!table) throw new ImportFailure(`${source.file.name} has rejected rows of a table, which ${choice.name} has not.`);
    yield* readTable(source, table, rejectsDialect);
    return;
  }
  const format = choice.variants.find((variant): variant is LineFormat => variant.layout === 'lines');
  if (!format) throw new ImportFailure(`${source.file.name} has rejected lines of another format than ${choice.name}.`);
  const style = styleOf(format, source.options);
  source.listener.onFound?.(source.encoding.name);
  for await (const row of rowsOf(source.lines, rejectsDialect)) {
    const text = unprotectedCell(row.values[at] ?? '');
    if (text.trim() === '' || text === recordColumn) continue;
    yield attempt(format, { line: row.line, values: [text] }, null, source.encoding, () => format.read(text, style));
  }
}

async function* readTable(source: Source, format: TableFormat, dialect: Dialect): AsyncGenerator<ReadLine> {
  const { file, encoding, lines, options, listener } = source;
  if (/^sep=.$/i.test(source.sample[0]!.text)) await lines.next();
  const rows = rowsOf(lines, dialect);
  const header = await rows.next();
  const written = (header.done ? [] : header.value.values).map((name) => name.trim());
  const readCell = isOwnTable(written) ? unprotectedCell : (cell: string) => cell;
  const columns = written.map(readCell);
  const indexes = bindColumns(format, columns);
  requireColumns(file, format, columns, indexes);
  requireCurrency(file, format, indexes, options);
  const sample = await sampleOf(source, dialect);
  const table = bindRow(columns, indexes);
  const style = styleOf(format, options, findDecimal(sample, indexes), dateOrderOf(file, format, sample, indexes, options));
  listener.onFound?.(describe(encoding, dialect, style, columns, indexes));
  for await (const { line, values: cells } of rows) {
    if (cells.length === 1 && cells[0]!.trim() === '') continue;
    const values = cells.map(readCell);
    yield attempt(format, { line, values }, columns, encoding, () => {
      table.take(values);
      return format.read(table.row, style);
    });
  }
}

/** Whether this program wrote it, with its cells protected from being taken for formulas. */
function isOwnTable(columns: readonly string[]): boolean {
  const header = columns.join(',');
  return isRejectsHeader(header) || header === exportColumns.join(',');
}

/** The same rows again, from the lines that were read ahead. */
async function sampleOf({ sample }: Source, dialect: Dialect): Promise<string[][]> {
  const rows: string[][] = [];
  // Iterators of arrays are not asynchronous, and what reads rows wants one that is.
  for await (const { values } of rowsOf(chain(sample, noLines()), dialect)) rows.push(values);
  return rows.slice(1);
}

async function* noLines(): AsyncGenerator<Line> {}

/** The columns of each meaning, the best first. */
type Indexes = Partial<Record<Field, number[]>>;

function comparable(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function bindColumns(format: TableFormat, columns: readonly string[]): Indexes {
  const indexes: Indexes = {};
  const compared = columns.map(comparable);
  for (const field of fields) {
    const found = (format.columns[field] ?? []).map((name) => {
      const exact = columns.indexOf(name);
      return exact === -1 ? compared.indexOf(comparable(name)) : exact;
    });
    const known = [...new Set(found)].filter((index) => index !== -1);
    if (known.length > 0) indexes[field] = known;
  }
  return indexes;
}

function missingFields(format: TableFormat, indexes: Indexes): (readonly Field[])[] {
  return format.required.filter((group) => group.every((field) => indexes[field] === undefined));
}

function requireColumns(file: InputFile, format: TableFormat, columns: readonly string[], indexes: Indexes): void {
  const [missing] = missingFields(format, indexes);
  if (!missing) return;
  const names = missing.flatMap((field) => format.columns[field]?.[0] ?? []).map((name) => `"${name}"`);
  const what = [...new Set(names)].join(' or ');
  const shown = columns.slice(0, 40).join(', ').slice(0, 500);
  throw new ImportFailure(`${file.name}: there is no column ${what} for ${missing.join(' or ')}; the columns are ${shown}.`);
}

/** A shop's prices are worth nothing without their currency; beside reviews, they are left out. */
function requireCurrency(file: InputFile, format: TableFormat, indexes: Indexes, { currency }: ReadingOptions): void {
  if (indexes.price === undefined || indexes.currency !== undefined || currency) return;
  if (format.required.some((group) => group.includes('rating'))) return void delete indexes.price;
  throw new ImportFailure(`${file.name} has prices without a currency. Name it, such as --currency EUR.`);
}

function bindRow(columns: readonly string[], indexes: Indexes): { row: Row; take(values: string[]): void } {
  let current: string[] = [];
  const indexOf = (field: Field): number | undefined => {
    const known = indexes[field];
    return known && (known.find((index) => (current[index] ?? '').trim() !== '') ?? known[0]);
  };
  const row: Row = {
    text: (field) => current[indexOf(field) ?? -1] ?? '',
    column: (field) => columns[indexOf(field) ?? -1] ?? '',
    has: (field) => indexes[field] !== undefined,
  };
  return {
    row,
    take(values) {
      while (values.length > columns.length && values.at(-1)!.trim() === '') values.pop();
      if (values.length !== columns.length) throw new Rejected(`expected ${columns.length} values, found ${values.length}`);
      current = values;
    },
  };
}

const decimalFields: Field[] = ['rating', 'price', 'salePrice'];

function* valuesIn(rows: string[][], indexes: Indexes, wanted: Field[]): Generator<string> {
  for (const row of rows) {
    for (const index of wanted.flatMap((field) => indexes[field] ?? [])) {
      const value = (row[index] ?? '').trim();
      if (value !== '') yield value;
    }
  }
}

function findDecimal(rows: string[][], indexes: Indexes): DecimalMark {
  let commas = 0;
  let points = 0;
  for (const value of valuesIn(rows, indexes, decimalFields)) {
    if (/\d,\d{1,2}\D*$/.test(value)) commas++;
    else if (/\d\.\d{1,2}\D*$/.test(value)) points++;
  }
  return commas > points ? ',' : '.';
}

function dateOrderOf(file: InputFile, format: TableFormat, rows: string[][], indexes: Indexes, options: ReadingOptions): DateOrder | null {
  if (options.dateOrder) return options.dateOrder;
  const found = findDateOrder(valuesIn(rows, indexes, ['at', 'replyAt']));
  if (found !== 'ambiguous' && found !== 'mixed') return found ?? format.dateOrder ?? null;
  if (found === 'ambiguous' && format.dateOrder) return format.dateOrder;
  const why =
    found === 'mixed' ? 'has dates with the day first and dates with the month first' : 'does not tell whether day or month comes first';
  throw new ImportFailure(`${file.name} ${why}. Say --date-order dmy or --date-order mdy.`);
}

function describe(encoding: Encoding, dialect: Dialect, style: ReadingStyle, columns: string[], indexes: Indexes): string {
  const used = Object.entries(indexes).map(([field, known]) => {
    const names = known.map((index) => columns[index]!);
    return names.length === 1 && field === names[0] ? field : `${field} from ${names.map((name) => `"${name}"`).join(' or ')}`;
  });
  const details = [encoding.name, describeDialect(dialect)];
  if (style.decimal === ',') details.push('decimal commas');
  if (style.dateOrder) details.push(style.dateOrder === 'dmy' ? 'dates with the day first' : 'dates with the month first');
  return `${details.join(', ')}; ${used.join(', ')}`;
}
