/** Opening change streams and waiting for what they tell. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Document } from 'bson';
import { collectionName, numberOf, timeLimit } from './arguments.js';
import type { Aggregation } from './aggregation.js';
import type { Catalog } from './catalog.js';
import { ChangeStream, parseStream, type Batch, type Watched } from './changes/stream.js';
import { parseCollation } from './collation.js';
import { CommandError } from './errors.js';
import { decode } from './raw-document.js';
import type { Reader } from './reader.js';
import type { Cursors, OpenCursor } from './sessions.js';
import type { Value } from './values/types.js';
import { commandVariables } from './variables.js';
import type { WriteQueue } from './write-queue.js';
import { documentKey } from './writer.js';

const defaultBatch = 101;
/** How long a getMore waits that names no time, in milliseconds. */
const defaultWait = 1000;

export class StreamCommands {
  constructor(
    private readonly catalog: Catalog,
    private readonly reader: Reader,
    private readonly aggregation: Aggregation,
    private readonly queue: WriteQueue,
    private readonly cursors: Cursors,
  ) {}

  async open(command: Document): Promise<Document> {
    if (command['autocommit'] === false)
      throw new CommandError(
        263,
        'Operation not permitted in transaction :: caused by :: Aggregation stage $changeStream cannot run within a multi-document transaction.',
      );
    const level = (command['readConcern'] as Document | undefined)?.['level'] as string | undefined;
    if (level !== undefined && level !== 'majority')
      throw new CommandError(72, "$changeStream cannot run with a readConcern other than 'majority', or in a snapshot transaction.");
    const pipeline = command['pipeline'] as Document[];
    const watched = watchedBy(command, parseStream(pipeline[0]!));
    if (this.catalog.log.isToBegin) await this.queue.submit(() => this.catalog.log.begin());
    const context = this.aggregation.contextOf({
      database: String(command['$db']),
      view: {},
      statistics: { keysExamined: 0, documentsExamined: 0 },
      collation: parseCollation(command['collation']),
      variables: commandVariables(command),
    });
    const lookUp = (database: string, collection: string, id: Value) => this.lookUp(database, collection, id);
    const stream = new ChangeStream(this.catalog.log, watched, pipeline, context, lookUp);
    const name = watched.collection ?? '$cmd.aggregate';
    const cursor = this.cursors.add(`${String(command['$db'])}.${name}`, [].values(), () => Buffer.alloc(0));
    cursor.stream = stream;
    const size = numberOf((command['cursor'] ?? {}) as Document, 'batchSize') ?? defaultBatch;
    return this.reply(cursor, 'firstBatch', stream.read(size));
  }

  /** Waits for events until the time is over that the command names. */
  async next(command: Document, cursor: OpenCursor): Promise<Document> {
    const stream = cursor.stream!;
    const size = numberOf(command, 'batchSize') || Infinity;
    const until = performance.now() + (timeLimit(command) ?? defaultWait);
    for (;;) {
      if (!stream.isOpen) throw new CommandError(43, `cursor id ${cursor.id} not found`);
      const batch = stream.read(size);
      const rest = until - performance.now();
      if (batch.events.length > 0 || batch.ended || rest <= 0) return this.reply(cursor, 'nextBatch', batch);
      if (stream.isBehind) await turn();
      else await this.catalog.log.next(rest);
      cursor.usedAt = Date.now();
    }
  }

  /** What changed since a place, with the documents before and after; waits for news for as long as the command says. */
  async recent(command: Document): Promise<Document> {
    const until = performance.now() + Number(command['wait'] ?? 0);
    for (;;) {
      const found = this.catalog.recent.read(String(command['$db']), { id: command['id'], sequence: command['sequence'] });
      const rest = until - performance.now();
      const isNews = found.lost || found.changes.length > 0 || found['commits'] !== command['commits'];
      if (isNews || rest <= 0) return { ...found, ok: 1 };
      await this.catalog.log.next(rest);
    }
  }

  private reply({ id, namespace }: OpenCursor, field: 'firstBatch' | 'nextBatch', { events, resumeToken, ended }: Batch): Document {
    if (ended) this.cursors.close(id);
    return { cursor: { [field]: events, postBatchResumeToken: resumeToken, id: ended ? 0n : id, ns: namespace }, ok: 1 };
  }

  private lookUp(database: string, name: string, id: Value): Document | null {
    const collection = this.catalog.find(database, name);
    const bytes = collection && this.reader.get(collection, documentKey(collection, id), {});
    return bytes ? decode(bytes) : null;
  }
}

function watchedBy(command: Document, specification: Document): Watched {
  const database = String(command['$db']);
  if (specification['allChangesForCluster'] === true) {
    if (database !== 'admin' || command['aggregate'] !== 1)
      throw new CommandError(
        72,
        "A $changeStream with 'allChangesForCluster:true' may only be opened on the 'admin' database, and with no collection name",
      );
    return { database: null, collection: null };
  }
  if (database === 'admin' || database === 'local' || database === 'config')
    throw new CommandError(73, `$changeStream may not be opened on the internal ${database} database`);
  return { database, collection: command['aggregate'] === 1 ? null : collectionName(command, 'aggregate') };
}
