/** Whether a failure is one of the store and not of what was asked of it, so that asking again later may help. */
import mongoose from 'mongoose';

const { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo;

const unreachable = [
  MongoNetworkError,
  MongoServerSelectionError,
  mongoose.Error.MongooseServerSelectionError,
  mongoose.mongo.MongoNotConnectedError,
  mongoose.mongo.MongoTopologyClosedError,
];

/** What sockets say of connections that the other side has ended, which the driver passes on where it has just written. */
const ended = new Set(['EPIPE', 'ECONNRESET']);

/** Servers that stop, step down, start up, have lost others, or have no room. */
const codes = new Set([6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436, 14031]);

export function isStoreUnavailable(error: unknown): boolean {
  if (unreachable.some((kind) => error instanceof kind)) return true;
  // A bulk write that lost its connection says so in what it wraps.
  if (error instanceof MongoBulkWriteError && (error.errorResponse as unknown) instanceof Error)
    return isStoreUnavailable(error.errorResponse);
  if (error instanceof Error && ended.has(String((error as NodeJS.ErrnoException).code))) return true;
  return error instanceof MongoServerError && codes.has(Number(error.code));
}
