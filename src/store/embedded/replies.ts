/** Replies as bytes. */
import type { Document } from 'bson';
import { CommandError, errorReply } from './errors.js';
import { largestMessage } from './message.js';
import { encodeAny } from './raw-document.js';

/** @throws CommandError where the reply would be longer than a message may be */
export function encodeReply(reply: Document | Uint8Array): Uint8Array {
  if (reply instanceof Uint8Array) return reply;
  const bytes = encodeAny(reply);
  if (bytes.length > largestMessage - 1024)
    throw new CommandError(10334, `The reply of ${bytes.length} bytes is longer than a message may be`);
  return bytes;
}

/** The reply to a command that failed. */
export function failure(error: unknown): Uint8Array {
  return encodeAny(errorReply(error));
}
