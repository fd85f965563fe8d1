/** Where the bytes of images are kept: a directory of this machine by default, or an S3-compatible store. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface UploadTarget {
  url: string;
  headers: Record<string, string>;
}

export interface UploadDescription {
  key: string;
  contentType: string;
  byteSize: number;
  /** Seconds for which the address works. */
  lifetime: number;
}

export interface ImageStorage {
  /** The bytes under a key; null where there are none. @throws TooManyBytes */
  read(key: string, maxBytes: number): Promise<Buffer | null>;
  write(key: string, bytes: Buffer, contentType: string): Promise<void>;
  /** Removing what is not there changes nothing. */
  remove(key: string): Promise<void>;
  /** Where clients send bytes themselves; null where they send them to the API. */
  uploadTarget(upload: UploadDescription): Promise<UploadTarget | null>;
}

export class TooManyBytes extends Error {
  constructor(readonly maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
  }
}

const staleAfter = 24 * 60 * 60 * 1000;

/** Keeps images as files. What is written is on disk before it has its name, so that no file is ever half there. */
export class DiskStorage implements ImageStorage {
  /** @param directory made when the first image comes */
  constructor(private readonly directory: string) {}

  async read(key: string, maxBytes: number): Promise<Buffer | null> {
    const path = this.pathOf(key);
    try {
      if ((await stat(path)).size > maxBytes) throw new TooManyBytes(maxBytes);
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async write(key: string, bytes: Buffer): Promise<void> {
    await this.writeStream(key, [bytes], bytes.length);
  }

  /** @throws TooManyBytes for a source that is longer; nothing is kept then */
  async writeStream(key: string, source: Readable | Iterable<Buffer>, maxBytes: number): Promise<void> {
    const path = this.pathOf(key);
    const partial = `${path}.${randomBytes(6).toString('hex')}.part`;
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    try {
      await pipeline(source, atMost(maxBytes), createWriteStream(partial, { mode: 0o600, flush: true }));
      await rename(partial, path);
      await flushDirectory(join(path, '..'));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  async uploadTarget(): Promise<null> {
    return null;
  }

  /** Removes what a process that was killed left half written. */
  async removePartial(): Promise<void> {
    for (const folder of ['uploads', 'originals']) {
      for (const name of await namesIn(join(this.directory, folder))) {
        if (!name.endsWith('.part')) continue;
        const path = join(this.directory, folder, name);
        const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now());
        if (age > staleAfter) await rm(path, { force: true });
      }
    }
  }

  private pathOf(key: string): string {
    return join(this.directory, key);
  }
}

function atMost(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) done(new TooManyBytes(maxBytes));
      else done(null, chunk);
    },
  });
}

/** A new name is only there for good once its directory is on disk. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
