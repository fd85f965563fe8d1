/**
 * Finds by `_id`, the commonest of all commands: read from the command's own bytes and answered with the documents' bytes,
 * without making anything of either. Whatever is not plain, or not well-formed, is left to the commands.
 */
import type { Catalog, Collection } from './catalog.js';
import { CommandError } from './errors.js';
import { encodeFields, encodeObjectId } from './key.js';
import { headerSize } from './message.js';
import { cursorReply, visitFields } from './raw-document.js';
import { encodeReply } from './replies.js';
import { decodeValue } from './values/decoding.js';

const type = { text: 0x02, document: 0x03, array: 0x04, objectId: 0x07, boolean: 0x08, int: 0x10 } as const;
const bodyAt = headerSize + 5;
/** As many as the first batch has where the command names no size: all are in it, and no cursor stays. */
const mostIds = 100;
/** Longer texts share keys, so that a match has to be checked on the document. */
const longestText = 128;
/** More is left to the threads that may take their time. */
const mostBytes = 1024 * 1024;
const levels = new Set(['local', 'majority', 'available']);
const ascending = [false];

/** Where the values of an `_id` condition are in a message. */
interface Id {
  type: number;
  at: number;
}

interface Find {
  database: string;
  name: string;
  ids: Id[];
  limit: number;
  batchSize: number;
}

/** The reply to a find by `_id`; null for any other message, and where the commands have to say what is wrong. */
export function readByIdentity(message: Buffer, catalog: Catalog): Buffer | null {
  if (!beginsWithFind(message)) return null;
  try {
    const find = parseFind(message);
    if (!find) return null;
    catalog.refresh();
    const collection = catalog.find(find.database, find.name);
    const batch = collection && documentsOf(catalog, collection, message, find);
    return batch ? encodeReply(cursorReply('firstBatch', batch, 0n, `${find.database}.${find.name}`)) : null;
  } catch (error) {
    if (error instanceof CommandError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether a message has no flags, one section, and a document in it that begins with `find` and a text. */
function beginsWithFind(message: Buffer): boolean {
  return (
    message.length > bodyAt + 16 &&
    message.readUInt32LE(16) === 0 &&
    message[20] === 0 &&
    message.readInt32LE(bodyAt) === message.length - bodyAt &&
    message[bodyAt + 4] === type.text &&
    message.readUInt32LE(bodyAt + 5) === 0x646e6966 &&
    message[bodyAt + 9] === 0
  );
}

function parseFind(message: Buffer): Find | null {
  const find: Find = { database: '', name: '', ids: [], limit: 0, batchSize: 0 };
  const complete = visitFields(message, bodyAt, (name, kind, at) => {
    switch (name) {
      case 'find':
        find.name = textAt(message, at);
        return true;
      case '$db':
        if (kind !== type.text) return false;
        find.database = textAt(message, at);
        return true;
      case 'filter':
        return kind === type.document && find.ids.length === 0 && parseFilter(message, at, find.ids);
      case 'limit':
        if (kind === type.int) find.limit = message.readInt32LE(at);
        return kind === type.int && find.limit >= 0;
      case 'batchSize':
        if (kind === type.int) find.batchSize = message.readInt32LE(at);
        return kind === type.int && find.batchSize > 0;
      default:
        return isWithoutEffect(message, name, kind, at);
    }
  });
  return complete && find.ids.length > 0 && fitsOneBatch(find) ? find : null;
}

/** Arguments that change nothing about a find of this kind. */
function isWithoutEffect(message: Buffer, name: string, kind: number, at: number): boolean {
  switch (name) {
    case 'singleBatch':
      return kind === type.boolean;
    case 'maxTimeMS':
      return kind === type.int && message.readInt32LE(at) >= 0;
    case 'lsid':
    case '$clusterTime':
    case '$readPreference':
      return kind === type.document;
    case 'readConcern':
      return (
        kind === type.document &&
        visitFields(message, at, (field, valueKind, valueAt) => {
          return field === 'level' && valueKind === type.text && levels.has(textAt(message, valueAt));
        })
      );
    default:
      return false;
  }
}

function fitsOneBatch({ ids, limit, batchSize }: Find): boolean {
  return batchSize === 0 || batchSize > ids.length || (limit > 0 && limit <= batchSize);
}

/** Takes the ids of `{ _id: id }` and `{ _id: { $in: ids } }`; false for any other filter. */
function parseFilter(message: Buffer, start: number, ids: Id[]): boolean {
  return visitFields(message, start, (name, kind, at) => {
    if (name !== '_id' || ids.length > 0) return false;
    if (kind !== type.document) return takeId(message, kind, at, ids);
    return visitFields(message, at, (operator, listKind, listAt) => {
      if (operator !== '$in' || listKind !== type.array || ids.length > 0) return false;
      return visitFields(message, listAt, (_position, idKind, idAt) => takeId(message, idKind, idAt, ids));
    });
  });
}

function takeId(message: Buffer, kind: number, at: number, ids: Id[]): boolean {
  const isPlain = kind === type.objectId || kind === type.int || (kind === type.text && message.readInt32LE(at) <= longestText);
  if (isPlain) ids.push({ type: kind, at });
  return isPlain && ids.length <= mostIds;
}

function textAt(message: Buffer, at: number): string {
  return message.toString('utf8', at + 4, at + 3 + message.readInt32LE(at));
}

/** The documents in the order of their ids, each once; null where they are so large that reading them would hold up others. */
function documentsOf(catalog: Catalog, collection: Collection, message: Buffer, { ids, limit }: Find): Buffer[] | null {
  const keys = ids.map((id) => keyOf(collection, message, id));
  if (keys.length > 1) keys.sort((left, right) => left.compare(right));
  const found: Buffer[] = [];
  let bytes = 0;
  for (let at = 0; at < keys.length && (limit === 0 || found.length < limit); at++) {
    if (at > 0 && keys[at]!.equals(keys[at - 1]!)) continue;
    const document = catalog.readDocument(collection, keys[at]!);
    if (!document) continue;
    bytes += document.length;
    if (bytes > mostBytes) return null;
    found.push(document);
  }
  return found;
}

function keyOf({ prefix }: Collection, message: Buffer, { type: kind, at }: Id): Buffer {
  if (kind === type.objectId) return encodeObjectId(prefix, message, at);
  return encodeFields(prefix, [decodeValue(message, kind, at)], ascending);
}
