/** Finds out in which encoding a text file is, by one pass over all of it. */
import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { encodingExists } from 'iconv-lite';
import { ImportFailure } from '../record.js';
import { reasonOf, type InputFile } from './input-files.js';

export interface Encoding {
  /** As iconv-lite calls it. */
  name: string;
  /** Whether some bytes of a UTF-8 file are not UTF-8; lines with them are rejected. */
  damaged: boolean;
  /** What ends a line. */
  lineEnd: '\n' | '\r';
}

const byteOrderMarks: [mark: string, encoding: string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

const sampleLength = 256 * 1024;

/**
 * @param given an encoding that the user names, instead of a guess
 * @throws ImportFailure for a file that is cut off, is no text, or an encoding nobody knows
 */
export async function detectEncoding(file: InputFile, given?: string): Promise<Encoding> {
  const known: boolean = given === undefined || encodingExists(given);
  if (!known) throw new ImportFailure(`There is no encoding named "${given}".`);
  const scan = new Scan();
  try {
    for await (const chunk of await file.open()) scan.take(chunk as Buffer);
  } catch (error) {
    if (error instanceof ImportFailure) throw error;
    throw new ImportFailure(`${file.name} cannot be read: ${reasonOf(error)}.`);
  }
  const name = given ?? scan.encoding(file.name);
  return { name, damaged: isUtf8Name(name) && scan.invalid > 0, lineEnd: scan.lineEnd };
}

function isUtf8Name(name: string): boolean {
  return /^utf-?8$/i.test(name);
}

/** Looks at the bytes of a file as they come by, and keeps but a sample of them. */
class Scan {
  /** Characters outside ASCII that are good UTF-8, and bytes that are not. */
  private valid = 0;
  invalid = 0;
  private head: Buffer | null = null;
  private sample: Buffer | null = null;
  private rest = Buffer.alloc(0);
  private feeds = 0;
  private returns = 0;

  take(chunk: Buffer): void {
    this.head ??= chunk.subarray(0, sampleLength);
    this.feeds ||= Number(chunk.includes(0x0a));
    this.returns ||= Number(chunk.includes(0x0d));
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = bytes.length - unfinished(bytes);
    this.rest = Buffer.from(bytes.subarray(end));
    this.judge(bytes.subarray(0, end));
  }

  private judge(bytes: Buffer): void {
    if (isUtf8(bytes)) {
      // Which share of a good file lies outside ASCII does not matter; that some of it does, does.
      if (this.valid === 0 && bytes.some((byte) => byte > 0x7f)) this.valid = 1;
      return;
    }
    this.sample ??= bytes.subarray(0, sampleLength);
    for (const character of bytes.toString('utf8')) {
      if (character === '\ufffd') this.invalid++;
      else if (character > '\x7f') this.valid++;
    }
  }

  encoding(name: string): string {
    const head = this.head ?? Buffer.alloc(0);
    const hex = head.toString('hex', 0, 4);
    const marked = byteOrderMarks.find(([mark]) => hex.startsWith(mark));
    if (marked) return marked[1];
    const wide = wideEncoding(head);
    if (wide) return wide;
    if (zerosIn(head) > head.length / 50) throw new ImportFailure(`${name} is not a text file.`);
    if (this.rest.length > 0) this.judge(this.rest);
    if (this.invalid === 0 || this.valid > 3 * this.invalid) return 'utf-8';
    return guess(this.sample ?? head);
  }

  get lineEnd(): '\n' | '\r' {
    return this.returns > 0 && this.feeds === 0 ? '\r' : '\n';
  }
}

/** How many bytes at the end begin a character that the next chunk may finish. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** UTF-16 without a mark: of Latin text, every other byte is zero. */
function wideEncoding(head: Buffer): string | null {
  const zeros = [0, 0];
  const length = Math.min(head.length, 4096) & ~1;
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros[at % 2]!++;
  if (zeros[1]! > length / 5 && zeros[0]! < length / 50) return 'utf-16le';
  if (zeros[0]! > length / 5 && zeros[1]! < length / 50) return 'utf-16be';
  return null;
}

function zerosIn(bytes: Buffer): number {
  return bytes.reduce((count, byte) => count + Number(byte === 0), 0);
}

/** What browsers do: ISO-8859-1 is read as Windows-1252, which has all of it and the quotation marks of Windows besides. */
function guess(sample: Buffer): string {
  const found = analyse(sample).filter(({ name }) => !name.startsWith('UTF-') && encodingExists(name));
  const best = found[0]?.name ?? 'windows-1252';
  return best === 'ISO-8859-1' || best === 'ASCII' ? 'windows-1252' : best.toLowerCase();
}
