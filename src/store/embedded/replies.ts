/** Replies as bytes, with room in front for what a message has there. */
import { Double, type Document } from 'bson';
import { nextMoment } from './clock.js';
import { CommandError, errorReply } from './errors.js';
import { largestMessage, replyHead } from './message.js';
import { encodeAny } from './raw-document.js';

/** @throws CommandError where the reply would be longer than a message may be */
export function encodeReply(reply: Document | Uint8Array): Buffer {
  const bytes = reply instanceof Uint8Array ? reply : encodeAny(withDouble(reply));
  if (bytes.length > largestMessage - 1024)
    throw new CommandError(10334, `The reply of ${bytes.length} bytes is longer than a message may be`);
  return withOperationTime(bytes);
}

/** The reply to a command that failed. */
export function failure(error: unknown): Buffer {
  return withOperationTime(encodeAny(withDouble(errorReply(error))));
}

/** MongoDB says `ok` as a double, which drivers of typed languages read as nothing else. */
function withDouble(reply: Document): Document {
  reply['ok'] = new Double(Number(reply['ok']));
  return reply;
}

const timeField = Buffer.from('\x11operationTime\0', 'latin1');
const timeSize = timeField.length + 8;

/** Every reply says a moment before which it knows all writes and after which it knows none, for drivers that ask for no less afterwards. */
function withOperationTime(reply: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(replyHead + reply.length + timeSize);
  out.set(reply, replyHead);
  let at = replyHead + reply.length - 1;
  at += timeField.copy(out, at);
  at = out.writeBigUInt64LE(nextMoment(), at);
  out[at] = 0;
  out.writeInt32LE(out.length, 0);
  out.writeInt32LE(reply.length + timeSize, replyHead);
  return out;
}
