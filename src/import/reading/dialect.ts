/** How a file of comma-separated values is written: found out from a sample, or given. */
import Papa from 'papaparse';

export interface Dialect {
  delimiter: string;
  quote: string;
  /** What makes a quote inside a quoted value part of it: the quote itself, or a backslash. */
  escape: string;
  /** Whether spaces stand between delimiters and the quotes that open values. */
  spaced: boolean;
}

const delimiters = [',', ';', '\t', '|', '\x1f', '\x01', '^', '~'];

/** @param lines the first lines of the file, its header included */
export function detectDialect(lines: readonly string[], given: Partial<Dialect>): Dialect {
  const sample = lines.join('\n');
  const quote = given.quote ?? (looksQuotedBy("'", lines) && !looksQuotedBy('"', lines) ? "'" : '"');
  const delimiter = given.delimiter ?? detectDelimiter(sample, lines[0] ?? '', quote);
  const spaced = delimiter.trim() !== '' && sample.includes(`${delimiter} ${quote}`) && !sample.includes(delimiter + quote);
  return { delimiter, quote, escape: given.escape ?? detectEscape(sample, quote, delimiter), spaced };
}

/** A backslash before the quote that ends a value is a part of the value, and says nothing. */
function detectEscape(sample: string, quote: string, delimiter: string): string {
  if (sample.includes(quote + quote)) return quote;
  const [, ...parts] = sample.split(`\\${quote}`);
  return parts.some((part) => !/^\s*($|\n)/.test(part) && !part.startsWith(delimiter)) ? '\\' : quote;
}

function looksQuotedBy(quote: string, lines: readonly string[]): boolean {
  const edges = lines.filter((line) => line.length > 1 && line.startsWith(quote) && line.endsWith(quote));
  return edges.length > lines.length / 2;
}

function detectDelimiter(sample: string, header: string, quote: string): string {
  const { meta } = Papa.parse(sample, { preview: 50, quoteChar: quote, delimitersToGuess: delimiters });
  if (header.includes(meta.delimiter)) return meta.delimiter;
  // Of a header alone, nothing can be compared: the most frequent wins.
  const counts = delimiters.map((delimiter) => header.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

export function describeDialect({ delimiter, quote, escape }: Dialect): string {
  const names: Record<string, string> = {
    ',': 'commas',
    ';': 'semicolons',
    '\t': 'tabs',
    '|': 'bars',
    '\x1f': 'unit separators',
    '\x01': 'Ctrl-A',
  };
  const quotes = quote === '"' ? '' : `, quoted with ${quote}`;
  return `separated by ${names[delimiter] ?? `"${delimiter}"`}${quotes}${escape === '\\' ? ', quotes escaped with backslashes' : ''}`;
}
