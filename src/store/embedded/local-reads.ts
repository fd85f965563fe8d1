/**
 * Reads of the store in the thread that asks, without a driver, sockets and messages in between: the file is open here
 * too, and what the thread that writes has committed is seen by the next read. Only what is short is read here; all else
 * is left to the store's own threads, and so is saying what is wrong with a command.
 */
import type { Document } from 'bson';
import { mongo } from 'mongoose';
import { Catalog } from './catalog.js';
import { commitsOn } from './clock.js';
import { Commands } from './commands.js';
import { CommandError } from './errors.js';
import { findByIdentity } from './identity-reads.js';
import { replyHead } from './message.js';
import { OverBudget } from './reader.js';
import { decodeCommand } from './values/decoding.js';

const { deserialize, serialize } = mongo.BSON;

/** A command's fields, its name first. */
type Command = Record<string, unknown>;
type Stored = Record<string, unknown>;

/** Less than at the store's door: while a read runs here, no request is answered. */
const budget = 300;

/** As the driver writes and reads. */
const written = { ignoreUndefined: false } as const;
const read = { validation: { utf8: false } } as const;

export class LocalReads {
  private readonly catalog: Catalog;
  private readonly commands: Commands;

  /**
   * @param path the data file, which the thread that writes has made
   * @param clock that of the store's threads
   */
  constructor(path: string, clock: SharedArrayBuffer) {
    this.catalog = new Catalog(path, { readOnly: true, commits: () => BigInt(commitsOn(clock)) });
    this.commands = new Commands(this.catalog, () => '', { thread: null, budget });
  }

  /** What a find finds; null where it is left to the store's threads. */
  find(command: Command): Stored[] | null {
    const message = messageOf(command);
    return whereShort(() => {
      const found = findByIdentity(message, this.catalog)?.batch ?? this.commands.found(this.taken(message));
      return found.map((document) => deserialize(document, read));
    });
  }

  /** What a count counts; null where it is left to the store's threads. */
  count(command: Command): number | null {
    const message = messageOf(command);
    return whereShort(() => this.commands.counted(this.taken(message)));
  }

  async close(): Promise<void> {
    await this.catalog.environment.close();
  }

  /** The command, to be run on the latest data. */
  private taken(message: Buffer): Document {
    this.catalog.refresh();
    return decodeCommand(message.subarray(replyHead));
  }
}

function messageOf(command: Command): Buffer {
  const body = serialize(command, written);
  const message = Buffer.alloc(replyHead + body.length);
  message.set(body, replyHead);
  return message;
}

function whereShort<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof OverBudget || error instanceof CommandError) return null;
    throw error;
  }
}
