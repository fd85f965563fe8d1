/** By what ids, handles and names the users and things of a source go here. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import { isEmail } from './values.js';

/** The same thing of the same source has the same id at every import, so that importing twice changes nothing. */
export function importedId(source: string, kind: string, key: string): Types.ObjectId {
  return new Types.ObjectId(createHash('sha1').update(`${source}\0${kind}\0${key}`).digest().subarray(0, 12));
}

const digestLength = 8;

/**
 * The id of what belongs to something else, such as a review to its product: it begins as the other's does, so that the
 * store keeps, and an import writes, what belongs together side by side.
 * @param digest of what tells it apart from others of the same owner, at least 8 bytes
 */
export function idBeside(owner: Types.ObjectId, digest: Uint8Array): Types.ObjectId {
  const bytes = Buffer.allocUnsafe(12);
  bytes.set(owner.id.subarray(0, 12 - digestLength));
  bytes.set(digest.subarray(0, digestLength), 12 - digestLength);
  return new Types.ObjectId(bytes);
}

/** The digest of somebody's rating of a product, from which the ids of all that comes of it are made. */
export function ratingDigest(user: Types.ObjectId, product: Types.ObjectId): Buffer {
  return createHash('sha1').update(user.id).update(product.id).digest();
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
