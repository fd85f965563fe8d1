/** Has a collection's short reads answered in this process, where it hosts the store. */
import type { Collection, Connection } from 'mongoose';

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Options = Record<string, unknown>;
type Stored = Record<string, unknown>;
/** A command's fields, its name first. */
type Command = Record<string, unknown>;

/** Reads in this process; null for a read that is left to the driver, since it may take long or something is wrong with it. */
export interface LocalReads {
  find(command: Command): Stored[] | null;
  count(command: Command): number | null;
}
interface Cursor extends Record<string, unknown> {
  toArray(): Promise<Stored[]>;
}

/** What a command says as it was said here; with any other option, the driver is asked. */
const plainOptions = new Set(['projection', 'sort', 'limit', 'skip', 'batchSize', 'maxTimeMS']);
/** Calls that have a cursor read something else. */
const changing = ['sort', 'limit', 'skip', 'project', 'filter', 'hint', 'min', 'max', 'collation', 'map', 'batchSize', 'maxTimeMS'];

export function readLocally(collection: Collection, reads: LocalReads): void {
  const methods = collection as unknown as Record<string, Call>;
  const asker = new Asker(collection, reads);
  const { find, findOne, countDocuments } = methods as { find: Call; findOne: Call; countDocuments: Call };
  methods['find'] = (filter, options) => {
    const cursor = find.call(collection, filter, options) as Cursor;
    const arguments_ = argumentsOf(options);
    if (!arguments_) return cursor;
    const toArray = cursor.toArray.bind(cursor);
    const local: Cursor['toArray'] = async () => asker.find(filter, arguments_) ?? toArray();
    return Object.assign(cursor, forgetsWhenChanged, { toArray: local });
  };
  methods['findOne'] = async (filter, options) => {
    const arguments_ = argumentsOf(options);
    const found = arguments_ && asker.find(filter, { ...arguments_, limit: 1, singleBatch: true });
    return found ? (found[0] ?? null) : findOne.call(collection, filter, options);
  };
  methods['countDocuments'] = async (filter, options) => {
    const arguments_ = argumentsOf(options);
    return (arguments_ && asker.count(filter, arguments_)) ?? countDocuments.call(collection, filter, options);
  };
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

/** Options as a command's arguments; null for those that mean more. */
function argumentsOf(options: unknown): Options | null {
  const given: Options = {};
  for (const [name, value] of Object.entries((options ?? {}) as Options)) {
    if (value === undefined || value === null) continue;
    if (!plainOptions.has(name) || (name === 'sort' && !isPlainSort(value))) return null;
    given[name] = value;
  }
  return given;
}

function isPlainSort(sort: unknown): boolean {
  const isPlain = typeof sort === 'object' && Object.getPrototypeOf(sort) === Object.prototype;
  return isPlain && Object.values(sort as object).every((direction) => direction === 1 || direction === -1);
}

let lastRequest = 0;

/** Asks, and tells of commands as the driver does, to whoever listens to it. */
class Asker {
  private readonly connection: Connection;

  constructor(
    private readonly collection: Collection,
    private readonly reads: LocalReads,
  ) {
    this.connection = (collection as unknown as { conn: Connection }).conn;
  }

  find(filter: unknown, options: Options): Stored[] | null {
    const command = this.commandOf('find', { filter: filter ?? {}, ...options });
    return this.told(
      'find',
      command,
      (documents) => ({ cursor: { firstBatch: documents } }),
      () => this.reads.find(command),
    );
  }

  count(filter: unknown, options: Options): number | null {
    const command = this.commandOf('count', { query: filter ?? {}, ...options });
    return this.told(
      'count',
      command,
      (n) => ({ n }),
      () => this.reads.count(command),
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
