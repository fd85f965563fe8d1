/** By what ids, handles and names the users and things of a source go here. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import { isEmail } from './values.js';

/** The same thing of the same source has the same id at every import, so that importing twice changes nothing. */
export function importedId(source: string, kind: string, key: string): Types.ObjectId {
  return new Types.ObjectId(createHash('sha1').update(`${source}\0${kind}\0${key}`).digest().subarray(0, 12));
}

const maxHandle = 30;

/** Numbers and codes that a data set has given its users say nothing of anybody; names, addresses and telephone numbers do. */
function isOpaque(key: string): boolean {
  return /^\d{1,7}$/.test(key) || /^(?=.*[A-Z])(?=.*\d)[A-Z0-9]{8,30}$/.test(key);
}

function codeOf(id: Types.ObjectId): string {
  return id.toHexString().slice(-12);
}

/** The handle of an imported user, of which nobody can tell an e-mail address or a name. */
export function handleOf(source: string, key: string, id: Types.ObjectId): string {
  const ascii = (source.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? []).join('_');
  const prefix = ascii.slice(0, maxHandle - 13) || 'member';
  const handle = `${prefix}_${key}`;
  return isOpaque(key) && handle.length <= maxHandle ? handle : `${prefix}_${codeOf(id)}`;
}

/** The name to show, where the source has none that may be shown. */
export function nameOf(given: string | undefined, key: string, id: Types.ObjectId): string {
  const holdsAddress = given?.split(/[\s<>(),;]+/).some((word) => isEmail(word));
  if (given && !holdsAddress) return given;
  return `Member ${isOpaque(key) && key.length <= 12 ? key : codeOf(id)}`;
}
