/** Places in the order of all changes, and the resume tokens that name them. */
import { Timestamp, type Document } from 'bson';
import { CommandError } from '../errors.js';
import { isDocument, type Value } from '../values/types.js';

/** When a change was committed, and which it was of those committed in one transaction; compared byte by byte. */
export type Position = Buffer;

const size = 12;
const kinds = { event: '00', invalidate: '01' } as const;
export type Kind = keyof typeof kinds;

export interface Token {
  position: Position;
  kind: Kind;
  /** The log that the position is of. */
  log: string;
  /** A later moment, up to which nothing follows the position. */
  heard?: bigint;
}

export function positionOf(moment: bigint, at: number): Position {
  const position = Buffer.alloc(size);
  position.writeBigUInt64BE(moment);
  position.writeUInt32BE(at, 8);
  return position;
}

/** The last position of a moment. */
export function endOf(moment: bigint): Position {
  return positionOf(moment, 0xffffffff);
}

export function momentOf(position: Position): bigint {
  return position.readBigUInt64BE(0);
}

export function timeOf(position: Position): Timestamp {
  return new Timestamp(momentOf(position));
}

/** The token as drivers hand it back: hexadecimal digits, in the order of the positions, that begin with the time as MongoDB's do. */
export function encodeToken({ position, kind, log, heard }: Token): Document {
  if (heard === undefined) return { _data: `82${position.toString('hex')}${kinds[kind]}${log}` };
  return { _data: `82${endOf(heard).toString('hex')}${kinds[kind]}${position.toString('hex')}${log}` };
}

const shape = /^82([0-9a-f]{24})(00|01)([0-9a-f]{24})?([0-9a-f]{16})$/i;

/** @throws CommandError for what is no token of this store */
export function parseToken(token: Value): Token {
  const data = isDocument(token) ? (token['_data'] as Value) : undefined;
  const parts = typeof data === 'string' ? shape.exec(data) : null;
  if (!parts) throw new CommandError(260, 'Invalid resume token');
  const kind = parts[2] === kinds.invalidate ? 'invalidate' : 'event';
  return { position: Buffer.from(parts[3] ?? parts[1]!, 'hex'), kind, log: parts[4]!.toLowerCase() };
}
