/** The files behind a path: the file itself, those of a folder, or those of a zip archive; each may be compressed with gzip. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough, pipeline, Transform, type Readable } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import { openPromise, type ZipFile } from 'yauzl';
import { ImportFailure } from '../record.js';

export interface InputFile {
  /** What messages call it. */
  name: string;
  /** Bytes as they lie on disk, for progress. */
  size: number;
  /** The content, unpacked. @param onBytes told how many bytes on disk have been read so far */
  open(onBytes?: (read: number) => void): Promise<Readable>;
}

export interface InputFiles {
  files: InputFile[];
  /** Whether the path is one plain file, and not a folder or an archive. */
  single: boolean;
  close: () => void;
}

const headLength = 8;

/** Compressions and formats that people bring and that have to be unpacked or saved differently first. */
const unsupported: [signature: string, advice: string][] = [
  ['425a68', 'is compressed with bzip2. Unpack it first, or compress it with gzip'],
  ['fd377a585a00', 'is compressed with xz. Unpack it first, or compress it with gzip'],
  ['28b52ffd', 'is compressed with Zstandard. Unpack it first, or compress it with gzip'],
  ['377abcaf271c', 'is a 7-Zip archive. Unpack it first'],
  ['526172211a07', 'is a RAR archive. Unpack it first'],
  ['d0cf11e0a1b1', 'is an Excel workbook. Save it as CSV first'],
  ['50415231', 'is a Parquet file. Convert it to CSV first'],
];

/** @throws ImportFailure for what is not there or cannot be read */
export async function inputFiles(path: string): Promise<InputFiles> {
  const info = await stat(path).catch((error: unknown) => {
    throw new ImportFailure(`${path} cannot be read: ${reasonOf(error)}.`);
  });
  if (info.isDirectory()) {
    const names = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
    const files = await Promise.all(names.sort().map((name) => plainFile(join(path, name))));
    return { files, single: false, close: () => {} };
  }
  const head = await headOf(path);
  return head.startsWith('504b0304') ? zipFiles(path) : { files: [await plainFile(path)], single: true, close: () => {} };
}

async function headOf(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw new ImportFailure(`${path} cannot be read: ${reasonOf(error)}.`);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
    return buffer.toString('hex', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function plainFile(path: string): Promise<InputFile> {
  const { size } = await stat(path);
  return {
    name: path,
    size,
    async open(onBytes = () => {}) {
      const head = await headOf(path);
      for (const [signature, advice] of unsupported) if (head.startsWith(signature)) throw new ImportFailure(`${path} ${advice}.`);
      return unpacked(createReadStream(path), head.startsWith('1f8b'), onBytes);
    },
  };
}

async function zipFiles(path: string): Promise<InputFiles> {
  const archive = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
    throw new ImportFailure(`${path} is not a complete zip archive: ${reasonOf(error)}.`);
  });
  const files: InputFile[] = [];
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      if (entry.fileName === 'xl/workbook.xml') throw new ImportFailure(`${path} is an Excel workbook. Save it as CSV first.`);
      if (entry.isEncrypted()) throw new ImportFailure(`${path} is encrypted. Unpack it first.`);
      files.push(zippedFile(archive, path, entry));
    }
  } catch (error) {
    archive.close();
    throw error instanceof ImportFailure ? error : new ImportFailure(`${path} is not a complete zip archive: ${reasonOf(error)}.`);
  }
  return { files, single: false, close: () => archive.close() };
}

type ZipEntry = Parameters<ZipFile['openReadStreamPromise']>[0];

function zippedFile(archive: ZipFile, path: string, entry: ZipEntry): InputFile {
  return {
    name: `${basename(path)}/${entry.fileName}`,
    size: entry.uncompressedSize,
    async open(onBytes = () => {}) {
      const content = pipeline(await archive.openReadStreamPromise(entry), checksumOf(entry.crc32), () => {});
      return unpacked(content, entry.fileName.endsWith('.gz'), onBytes);
    },
  };
}

/** Passes bytes on, and fails at their end where they are not those that were packed. */
function checksumOf(packed: number): Transform {
  let found = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      found = crc32(chunk, found);
      done(null, chunk);
    },
    flush(done) {
      done(found === packed ? null : new Error('its checksum is wrong, so that it is damaged'));
    },
  });
}

function unpacked(source: Readable, gzip: boolean, onBytes: (read: number) => void): Readable {
  let read = 0;
  source.on('data', (chunk: Buffer) => onBytes((read += chunk.length)));
  // A pipeline hands an error on and closes what is before it, so that the reader sees it and nothing stays open.
  return pipeline(source, gzip ? createGunzip() : new PassThrough(), () => {});
}

/** The sentence behind a system's error. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'you have no permission to read it',
    EISDIR: 'it is a folder',
    Z_BUF_ERROR: 'it ends in the middle of its compressed data; it was probably not downloaded completely',
    Z_DATA_ERROR: 'its compressed data is damaged',
  };
  return (code && known[code]) ?? message.replace(/\.$/, '');
}
