import { createHash } from 'node:crypto';
import { Types } from 'mongoose';

/** The same thing of the same source has the same id at every import, so that importing twice changes nothing. */
export function importedId(source: string, kind: string, key: string): Types.ObjectId {
  return new Types.ObjectId(createHash('sha1').update(`${source}\0${kind}\0${key}`).digest().subarray(0, 12));
}
