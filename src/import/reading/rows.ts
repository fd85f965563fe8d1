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

/** A quoted value may go on for so many lines and characters; a quote that is not closed by then was never meant to open one. */
const longestRow = { lines: 1000, characters: 4 * 1024 * 1024 };

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
    const texts = [first.text];
    const quotes = new OpenQuotes(dialect);
    let state = quotes.take(first.text);
    let last = first;
    let characters = first.text.length;
    while (state === 'open' && texts.length < longestRow.lines && characters < longestRow.characters) {
      const next = await lineAt(texts.length);
      if (!next) break;
      texts.push(last.end + next.text);
      characters += next.text.length;
      last = next;
      state = quotes.take(next.text);
    }
    const isWhole = state === 'complete';
    queue.splice(0, isWhole ? texts.length : 1);
    yield { line: first.number, values: isWhole ? valuesOf(texts.join(''), dialect) : looseValues(first.text, dialect) };
  }
}

/** Spaces before quotes that open values. */
function spacesBeforeQuotes({ delimiter, quote }: Dialect): RegExp {
  return new RegExp(`${escapeStringRegexp(delimiter)} +${escapeStringRegexp(quote)}`, 'g');
}

type QuoteState = 'complete' | 'open' | 'broken';

/** Follows the quotes of a row from line to line, so that none is read twice. */
class OpenQuotes {
  private isOpen = false;

  constructor(private readonly dialect: Dialect) {}

  /** Whether the row ends with this line, or a quoted value is still open at the end of it. */
  take(line: string): QuoteState {
    const { delimiter, quote } = this.dialect;
    for (let at = 0; ;) {
      if (this.isOpen || line.startsWith(quote, at)) {
        const end = this.closingQuote(line, this.isOpen ? at : at + 1);
        if (typeof end === 'string') return end;
        this.isOpen = false;
        at = end + 1;
      }
      const next = line.indexOf(delimiter, at);
      if (next === -1) return 'complete';
      at = next + delimiter.length;
    }
  }

  private closingQuote(line: string, from: number): number | 'open' | 'broken' {
    const { delimiter, quote, escape } = this.dialect;
    for (let at = from; ;) {
      const found = line.indexOf(quote, at);
      if (found === -1) {
        this.isOpen = true;
        return 'open';
      }
      if (escape === quote ? line[found + 1] === quote : line[found - 1] === escape) {
        at = found + (escape === quote ? 2 : 1);
        continue;
      }
      if (found + 1 === line.length || line.startsWith(delimiter, found + 1)) return found;
      // A quote amid a value is meant as it stands, unless the value has swallowed a line.
      if (this.isOpen) return 'broken';
      at = found + 1;
    }
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
