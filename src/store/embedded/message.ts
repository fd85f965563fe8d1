/** OP_MSG: what a request says, as much of it as is needed. */
import { deserialize, serialize, type Document } from 'bson';
import { CommandError } from './errors.js';
import { visitFields } from './raw-document.js';
import { decode, decodeCommand } from './values/decoding.js';

export const headerSize = 16;
export const largestMessage = 48_000_000;
export const opcode = { reply: 1, query: 2004, message: 2013 } as const;
const flag = { checksumPresent: 1, moreToCome: 2 } as const;

/** What a reply's message has before its body: the header, no flags, and the kind of the one section. */
export const replyHead = headerSize + 5;

/** What decides which thread runs a command, read without decoding the rest. */
export interface Outline {
  name: string;
  inTransaction: boolean;
  /** The cursor that a getMore or killCursors is about. */
  cursor: bigint | null;
  /** The first stage of a pipeline. */
  firstStage: string | null;
}

export function wantsReply(message: Buffer): boolean {
  return (message.readUInt32LE(16) & flag.moreToCome) === 0;
}

/** The one thing the old opcode is still used for is a driver's first greeting. */
export function parseLegacyHello(message: Buffer): Document {
  const nameEnd = message.indexOf(0, 20);
  const command = deserialize(message.subarray(nameEnd + 9));
  const name = Object.keys(command)[0] ?? '';
  if (!/^(hello|ismaster)$/i.test(name)) throw new CommandError(115, 'OP_QUERY is only accepted for hello');
  return { hello: 1, $db: 'admin' };
}

/** @throws CommandError for a message that names no command in a form this server understands */
export function outline(message: Buffer): Outline {
  const found: Outline = { name: '', inTransaction: false, cursor: null, firstStage: null };
  const body = sections(message).find(({ kind }) => kind === 0);
  if (!body) throw new CommandError(9, 'OP_MSG has no body');
  const { bytes } = body;
  visitFields(bytes, 0, (name, type, at) => {
    found.name ||= name;
    if (name === 'autocommit') found.inTransaction = true;
    else if (name === 'getMore') found.cursor = cursorId(bytes, type, at);
    else if (name === 'cursors' && type === 0x04) found.cursor = firstLong(bytes, at);
    else if (name === 'pipeline' && type === 0x04) found.firstStage = firstStage(bytes, at);
    return true;
  });
  return found;
}

/** A request that ends the transaction which a request belongs to. */
export function abortOf(message: Buffer): Buffer {
  const { lsid, txnNumber } = parseMessage(message);
  const body = serialize({ abortTransaction: 1, lsid, txnNumber, autocommit: false, $db: 'admin' });
  const request = Buffer.alloc(replyHead + body.length);
  request.writeInt32LE(request.length, 0);
  request.writeInt32LE(opcode.message, 12);
  request.set(body, replyHead);
  return request;
}

/** The body of an OP_MSG, with its document sequences as arrays of raw documents. */
export function parseMessage(message: Buffer): Document {
  let body: Document | null = null;
  const sequences: Document = {};
  for (const { kind, bytes } of sections(message)) {
    if (kind === 0) body = parseBody(bytes);
    else Object.assign(sequences, parseSequence(bytes));
  }
  if (!body) throw new CommandError(9, 'OP_MSG has no body');
  return Object.assign(body, sequences);
}

function sections(message: Buffer): { kind: number; bytes: Buffer }[] {
  const flags = message.readUInt32LE(16);
  const end = message.length - (flags & flag.checksumPresent ? 4 : 0);
  const unknownFlags = flags & 0xffff & ~(flag.checksumPresent | flag.moreToCome);
  if (unknownFlags !== 0) throw new CommandError(9, 'unknown required OP_MSG flag');
  const found: { kind: number; bytes: Buffer }[] = [];
  for (let at = 20; at < end;) {
    const kind = message[at]!;
    const size = message.readInt32LE(at + 1);
    if (size < 5 || at + 1 + size > end) throw new Error('invalid section length');
    if (kind > 1) throw new CommandError(9, `unknown OP_MSG section kind ${kind}`);
    found.push({ kind, bytes: message.subarray(at + 1, at + 1 + size) });
    at += 1 + size;
  }
  return found;
}

/** Drivers send a cursor's id as a long; whoever sends another number may. */
function cursorId(bytes: Buffer, type: number, at: number): bigint | null {
  if (type === 0x12) return bytes.readBigInt64LE(at);
  if (type === 0x10) return BigInt(bytes.readInt32LE(at));
  const value = type === 0x01 ? bytes.readDoubleLE(at) : NaN;
  return Number.isInteger(value) ? BigInt(value) : null;
}

function firstLong(bytes: Buffer, array: number): bigint | null {
  let found: bigint | null = null;
  visitFields(bytes, array, (_position, type, at) => {
    found = cursorId(bytes, type, at);
    return false;
  });
  return found;
}

function firstStage(bytes: Buffer, array: number): string | null {
  let found: string | null = null;
  visitFields(bytes, array, (_position, type, at) => {
    if (type === 0x03)
      visitFields(bytes, at, (name) => {
        found = name;
        return false;
      });
    return false;
  });
  return found;
}

function parseBody(section: Buffer): Document {
  try {
    return decodeCommand(section);
  } catch (error) {
    throw new CommandError(22, error instanceof Error ? error.message : 'invalid BSON');
  }
}

function parseSequence(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const name = section.toString('utf8', 4, nameEnd);
  const documents: unknown[] = [];
  for (let at = nameEnd + 1; at < section.length;) {
    const size = section.readInt32LE(at);
    if (size < 5 || at + size > section.length) throw new Error('invalid document length');
    const bytes = section.subarray(at, at + size);
    documents.push(name === 'documents' ? bytes : decode(bytes));
    at += size;
  }
  return { [name]: documents };
}
