/** A text file line by line, in any encoding, without holding it in memory. */
import type { Readable } from 'node:stream';
import { decodeStream } from 'iconv-lite';
import { ImportFailure } from '../record.js';
import type { Encoding } from './encoding.js';
import { reasonOf, type InputFile } from './input-files.js';

export interface Line {
  /** From 1. */
  number: number;
  text: string;
  /** What ended it. */
  end: string;
}

const maxLineLength = 32 * 1024 * 1024;

/**
 * Splits at line feeds (or carriage returns, where the file has no others) and nowhere else: U+2028 is a character of the text.
 * @param onBytes told how many bytes on disk have been read
 * @throws ImportFailure where the file breaks off
 */
export async function* linesOf(file: InputFile, encoding: Encoding, onBytes?: (read: number) => void): AsyncGenerator<Line> {
  const { lineEnd } = encoding;
  let number = 0;
  let rest = '';
  for await (const chunk of textOf(file, encoding, onBytes)) {
    let from = 0;
    for (let end = chunk.indexOf(lineEnd); end !== -1; end = chunk.indexOf(lineEnd, from)) {
      yield lineOf(++number, rest + chunk.slice(from, end), lineEnd);
      rest = '';
      from = end + 1;
    }
    // Only put together: what has been searched is not searched again with each piece of a long line.
    rest += chunk.slice(from);
    if (rest.length > maxLineLength) throw new ImportFailure(`${file.name}: line ${number + 1} is longer than 32 million characters.`);
  }
  if (rest !== '') yield lineOf(number + 1, rest, '');
}

function lineOf(number: number, text: string, end: string): Line {
  return text.endsWith('\r') ? { number, text: text.slice(0, -1), end: `\r${end}` } : { number, text, end };
}

async function* textOf(file: InputFile, { name }: Encoding, onBytes?: (read: number) => void): AsyncGenerator<string> {
  const bytes = await file.open(onBytes);
  const decoder = decodeStream(name, { stripBOM: true });
  bytes.on('error', (error) => (decoder as unknown as Readable).destroy(error));
  try {
    for await (const chunk of bytes.pipe(decoder)) yield String(chunk);
  } catch (error) {
    throw new ImportFailure(`${file.name} cannot be read to its end: ${reasonOf(error)}.`);
  } finally {
    bytes.destroy();
  }
}
