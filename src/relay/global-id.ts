/** Opaque global ids: the type's name and the store's id, so that `node(id)` can find anything. */
import { Types } from 'mongoose';
import { RequestError } from '../errors.js';

export function toGlobalId(type: string, id: Types.ObjectId | string): string {
  return Buffer.from(`${type}:${id.toString()}`).toString('base64url');
}

/** @throws RequestError BAD_USER_INPUT naming the argument, for anything that is no id of ours. */
export function parseGlobalId(id: string, argument: string): { type: string; id: Types.ObjectId } {
  const match = /^([A-Za-z]+):([0-9a-f]{24})$/.exec(Buffer.from(id, 'base64url').toString('latin1'));
  if (!match) throw new RequestError('BAD_USER_INPUT', `"${id.slice(0, 100)}" is not a valid ID.`, argument);
  return { type: match[1]!, id: new Types.ObjectId(match[2]) };
}

/** The store's id of an object that must be of one type. */
export function idOf(type: string, id: string, argument: string): Types.ObjectId {
  const parsed = parseGlobalId(id, argument);
  if (parsed.type !== type) throw new RequestError('BAD_USER_INPUT', `Expected the ID of a ${type}, got a ${parsed.type}.`, argument);
  return parsed.id;
}

/** The store's ids of images that an input names; undefined where it names none. */
export function imageIdsOf(ids: readonly string[] | null | undefined): Types.ObjectId[] | undefined {
  return ids?.map((id, at) => idOf('Image', id, `input.imageIds.${at}`));
}

/** An object's own key, of whatever form: most are ids of the store. @throws RequestError BAD_USER_INPUT as above */
export function parseNodeId(id: string, argument: string): { type: string; key: string } {
  const match = /^([A-Za-z]+):([\w:-]{1,200})$/.exec(Buffer.from(id, 'base64url').toString('latin1'));
  if (!match) throw new RequestError('BAD_USER_INPUT', `"${id.slice(0, 100)}" is not a valid id.`, argument);
  return { type: match[1]!, key: match[2]! };
}
