/** A text file, plain or gzip, line by line, without holding it in memory. */
import { createReadStream, openSync, readSync, closeSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

export interface Line {
  number: number;
  text: string;
}

/** @param onBytes told how many bytes of the file have been read */
export async function* linesOf(path: string, onBytes: (read: number, total: number) => void = () => {}): AsyncGenerator<Line> {
  const total = statSync(path).size;
  let read = 0;
  const file = createReadStream(path);
  file.on('data', (chunk) => onBytes((read += chunk.length), total));
  const unzipped = isGzip(path) ? file.pipe(createGunzip()) : file;
  const failed = new Promise<never>((_, reject) => {
    file.on('error', reject);
    unzipped.on('error', reject);
  });
  failed.catch(() => {});
  let number = 0;
  for await (const text of createInterface({ input: unzipped, crlfDelay: Infinity })) yield { number: ++number, text };
  if (unzipped.errored) await failed;
}

function isGzip(path: string): boolean {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  readSync(file, head, 0, 2, 0);
  closeSync(file);
  return head[0] === 0x1f && head[1] === 0x8b;
}
