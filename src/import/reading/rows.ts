/** The rows of a file of comma-separated values, each with the line on which it begins. */
import escapeStringRegexp from 'escape-string-regexp';
import Papa from 'papaparse';
import type { Dialect } from './dialect.js';
import type { Line } from './lines.js';

export interface TextRow {
  /** The line on which it begins. */
  line: number;
  values: string[];
}

/** A quoted value may go on for so many lines; a quote that is not closed by then was never meant to open one. */
const maxLinesOfRow = 1000;

/**
 * Quoted values may hold line breaks. A quote that never closes, or does so amid a value that has gone on to another
 * line, spoils no more than its own line: reading goes on with the next.
 */
export async function* rowsOf(lines: AsyncIterator<Line>, dialect: Dialect): AsyncGenerator<TextRow> {
  const queue: Line[] = [];
  const spaces = dialect.spaced ? spacesBeforeQuotes(dialect) : null;
  const lineAt = async (at: number): Promise<Line | null> => {
    while (queue.length <= at) {
      const next = await lines.next();
      if (next.done) return null;
      queue.push(spaces ? { ...next.value, text: next.value.text.replace(spaces, () => dialect.delimiter + dialect.quote) } : next.value);
    }
    return queue[at]!;
  };
  for (let first = await lineAt(0); first; first = await lineAt(0)) {
    let { text } = first;
    let last = first;
    let taken = 1;
    let state = quoteState(text, dialect);
    for (; state === 'open' && taken < maxLinesOfRow; taken++) {
      const next = await lineAt(taken);
      if (!next) break;
      text += last.end + next.text;
      last = next;
      state = quoteState(text, dialect);
    }
    const isWhole = state === 'complete';
    queue.splice(0, isWhole ? taken : 1);
    yield { line: first.number, values: isWhole ? valuesOf(text, dialect) : looseValues(first.text, dialect) };
  }
}

/** Spaces before quotes that open values. */
function spacesBeforeQuotes({ delimiter, quote }: Dialect): RegExp {
  return new RegExp(`${escapeStringRegexp(delimiter)} +${escapeStringRegexp(quote)}`, 'g');
}

type QuoteState = 'complete' | 'open' | 'broken';

/** Whether a row ends with its text, or a quoted value is still open at the end of it. */
function quoteState(text: string, { delimiter, quote, escape }: Dialect): QuoteState {
  if (!text.includes(quote)) return 'complete';
  for (let at = 0; ;) {
    if (text.startsWith(quote, at)) {
      const end = closingQuote(text, at, delimiter, quote, escape);
      if (typeof end === 'string') return end;
      at = end + 1;
    }
    const next = text.indexOf(delimiter, at);
    if (next === -1) return 'complete';
    at = next + delimiter.length;
  }
}

function closingQuote(text: string, start: number, delimiter: string, quote: string, escape: string): number | 'open' | 'broken' {
  for (let at = start + 1; ;) {
    const found = text.indexOf(quote, at);
    if (found === -1) return 'open';
    if (escape === quote ? text[found + 1] === quote : text[found - 1] === escape) {
      at = found + (escape === quote ? 2 : 1);
      continue;
    }
    if (found + 1 === text.length || text.startsWith(delimiter, found + 1)) return found;
    // A quote amid a value is meant as it stands, unless the value has swallowed a line.
    if (text.slice(start, found).includes('\n')) return 'broken';
    at = found + 1;
  }
}

function valuesOf(text: string, dialect: Dialect): string[] {
  if (!text.includes(dialect.quote)) return text.split(dialect.delimiter);
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter: dialect.delimiter,
    quoteChar: dialect.quote,
    escapeChar: dialect.escape,
    newline: '\n',
  });
  return errors.length === 0 && data.length === 1 ? data[0]! : looseValues(text, dialect);
}

/** Quotes that do not pair are characters like others. */
function looseValues(text: string, { delimiter }: Dialect): string[] {
  return text.split(delimiter);
}
