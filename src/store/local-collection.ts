/** Has a collection's short reads answered in this process, where it hosts the store. */
import type { Collection, Connection } from 'mongoose';
import { writes } from './cache/recorded-collection.js';
import type { Command, ShortReads, Stored } from './short-reads.js';
import { transactionReads } from './transaction-reads.js';

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Options = Record<string, unknown>;

interface Cursor extends Record<string, unknown> {
  toArray(): Promise<Stored[]>;
  close(): Promise<void>;
}

/** A read as it was asked for here, and where it is to be read. */
interface Asked {
  options: Options;
  reads: ShortReads;
}

/** The reads of each collection that is read here. */
const finds = new WeakMap<Collection, (filter: unknown, options: Options) => Stored[] | null>();

/** What a find without a session finds, without the cursor that the driver makes for it; null where the driver is to be asked. */
export function findHere(collection: Collection, filter: unknown, options: Options): Stored[] | null {
  return finds.get(collection)?.(filter, options) ?? null;
}

/** What a command says as it was said here; with any other option, the driver is asked. */
const plainOptions = new Set(['projection', 'sort', 'limit', 'skip', 'batchSize', 'maxTimeMS']);
/** Calls that have a cursor read something else. */
const changing = ['sort', 'limit', 'skip', 'project', 'filter', 'hint', 'min', 'max', 'collation', 'map', 'batchSize', 'maxTimeMS'];

/** @param reads of what is asked outside transactions */
export function readLocally(collection: Collection, reads: ShortReads): void {
  const methods = collection as unknown as Record<string, Call>;
  const asker = new Asker(collection);
  const { name } = collection;
  const askedWith = (options: unknown): Asked | null => {
    const { session, readPreference, ...rest } = (options ?? {}) as Options;
    if (!session) return askedOf((options ?? {}) as Options, reads);
    // Transactions are read from the primary, which is here.
    const own = readPreference === undefined || isPrimary(readPreference) ? transactionReads(session)?.of(name) : null;
    return own ? askedOf(rest, own) : null;
  };
  finds.set(collection, (filter, options) => asker.find(filter, askedOf(options, reads)));
  const { find, findOne, countDocuments } = methods as { find: Call; findOne: Call; countDocuments: Call };
  methods['find'] = (filter, options) => {
    const cursor = find.call(collection, filter, options) as Cursor;
    const asked = askedWith(options);
    if (!asked) return cursor;
    const toArray = cursor.toArray.bind(cursor);
    const local: Cursor['toArray'] = async () => {
      const found = asker.find(filter, askedWith(options));
      if (!found) return toArray();
      // The driver's client remembers each of its cursors until it is closed.
      void cursor.close();
      return found;
    };
    return Object.assign(cursor, forgetsWhenChanged, { toArray: local });
  };
  methods['findOne'] = async (filter, options) => {
    const asked = askedWith(options);
    const found = asked && asker.find(filter, { ...asked, options: { ...asked.options, limit: 1, singleBatch: true } });
    return found ? (found[0] ?? null) : findOne.call(collection, filter, options);
  };
  methods['countDocuments'] = async (filter, options) => {
    return asker.count(filter, askedWith(options)) ?? countDocuments.call(collection, filter, options);
  };
  for (const method of writes) {
    const write = methods[method];
    if (!write) continue;
    methods[method] = (...args) => {
      transactionReads((args.at(-1) as Options | undefined)?.['session'])?.noteWrite(name);
      return write.apply(collection, args);
    };
  }
}

function isPrimary(readPreference: unknown): boolean {
  return readPreference === 'primary' || (readPreference as { mode?: unknown }).mode === 'primary';
}

/** A cursor that was changed reads as it is told to. */
const forgetsWhenChanged = Object.fromEntries(
  changing.map((method) => [
    method,
    function (this: Cursor, ...args: unknown[]): unknown {
      const own = this as Partial<Cursor>;
      delete own.toArray;
      delete own[method];
      return (this[method] as Call).apply(this, args);
    },
  ]),
);

/** With options as a command's arguments; null for those that mean more. */
function askedOf(options: Options, reads: ShortReads): Asked | null {
  const given: Options = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (!plainOptions.has(name) || (name === 'sort' && !isPlainSort(value))) return null;
    given[name] = value;
  }
  return { options: given, reads };
}

function isPlainSort(sort: unknown): boolean {
  const isPlain = typeof sort === 'object' && Object.getPrototypeOf(sort) === Object.prototype;
  return isPlain && Object.values(sort as object).every((direction) => direction === 1 || direction === -1);
}

let lastRequest = 0;

/** Asks, and tells of commands as the driver does, to whoever listens to it. */
class Asker {
  private readonly connection: Connection;

  constructor(private readonly collection: Collection) {
    this.connection = (collection as unknown as { conn: Connection }).conn;
  }

  find(filter: unknown, asked: Asked | null): Stored[] | null {
    if (!asked) return null;
    const { options, reads } = asked;
    const command = this.commandOf('find', { filter: filter ?? {}, ...options });
    return this.told(
      'find',
      command,
      (documents) => ({ cursor: { firstBatch: documents } }),
      () => reads.find(command),
    );
  }

  count(filter: unknown, asked: Asked | null): number | null {
    if (!asked) return null;
    const { options, reads } = asked;
    const command = this.commandOf('count', { query: filter ?? {}, ...options });
    return this.told(
      'count',
      command,
      (n) => ({ n }),
      () => reads.count(command),
    );
  }

  private commandOf(name: string, rest: Options): Command {
    return { [name]: this.collection.name, ...rest, $db: this.connection.db!.databaseName };
  }

  private told<Result>(
    commandName: string,
    command: Command,
    replyWith: (result: Result) => object,
    read: () => Result | null,
  ): Result | null {
    const client = this.connection.getClient();
    if (client.listenerCount('commandStarted') === 0) return read();
    const startedAt = performance.now();
    const result = read();
    if (result === null) return null;
    const event = { requestId: --lastRequest, commandName, databaseName: command['$db'] };
    client.emit('commandStarted', { ...event, command } as never);
    client.emit('commandSucceeded', { ...event, duration: performance.now() - startedAt, reply: replyWith(result) } as never);
    return result;
  }
}
