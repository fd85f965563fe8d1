/** Documents as they are stored: their bytes, and a checksum that tells damage from data. */
import { crc32 } from 'node:zlib';
import { CommandError } from './errors.js';

const checksumLength = 4;

export function withChecksum(document: Buffer): Buffer {
  const stored = Buffer.allocUnsafe(document.length + checksumLength);
  document.copy(stored);
  stored.writeUInt32LE(crc32(document), document.length);
  return stored;
}

export function isSound(stored: Buffer): boolean {
  const end = stored.length - checksumLength;
  return end > 4 && stored.readInt32LE(0) === end && crc32(stored.subarray(0, end)) === stored.readUInt32LE(end);
}

/** @throws CommandError where the document is not what was written */
export function withoutChecksum(stored: Buffer, key: Buffer): Buffer {
  if (!isSound(stored))
    throw new CommandError(322, `The stored document ${key.toString('hex')} is damaged: check the data and restore a backup`);
  return stored.subarray(0, stored.length - checksumLength);
}
