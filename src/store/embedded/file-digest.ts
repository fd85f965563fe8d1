/** The digest of a file that GridFS keeps in pieces: older drivers ask for it after they have written one. */
import { createHash } from 'node:crypto';
import { Binary, type Document } from 'bson';
import { CommandError } from './errors.js';
import { isNumeric, toNumber, type Value } from './values/types.js';

/**
 * @param pieces in the order of their numbers
 * @throws CommandError where one of them is missing or holds no bytes
 */
export function digestOf(pieces: Iterable<Document>): Document {
  const hash = createHash('md5');
  let numChunks = 0;
  for (const piece of pieces) {
    const [n, data] = [piece['n'] as Value, piece['data'] as Value];
    if (!isNumeric(n) || toNumber(n) !== numChunks) throw new CommandError(50985, `the file lacks its chunk ${numChunks}`);
    if (!(data instanceof Binary)) throw new CommandError(50985, `chunk ${numChunks} holds no binary data`);
    hash.update(data.buffer.subarray(0, data.position));
    numChunks++;
  }
  return { numChunks, md5: hash.digest('hex'), ok: 1 };
}
