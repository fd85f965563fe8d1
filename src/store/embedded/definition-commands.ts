/** What collections and indexes there are, and making and changing them. */
import { Binary, type Document } from 'bson';
import { collectionName, splitNamespace, type Namespace } from './arguments.js';
import { identityIndex, type Catalog, type Collection, type Index } from './catalog.js';
import { dropDatabaseOf, dropOf, renameOf } from './changes/events.js';
import { describeIndex } from './descriptions.js';
import { CommandError } from './errors.js';
import { compileFilter } from './query/matching.js';
import { show } from './values/show.js';
import { isTruthy, type Value } from './values/types.js';
import { changeIndex, createIndex } from './index-commands.js';
import { cursorReply, encode } from './raw-document.js';
import type { StoreTransaction } from './transaction.js';
import { collectionOptions } from './validation.js';
import type { WriteQueue } from './write-queue.js';
import type { Writer } from './writer.js';

export class DefinitionCommands {
  constructor(
    private readonly catalog: Catalog,
    private readonly writer: Writer,
    private readonly queue: WriteQueue,
  ) {}

  listDatabases(command: Document): Document {
    const filter = compileFilter((command['filter'] ?? {}) as Document);
    const names = [...new Set(this.catalog.list().map((collection) => collection.database))];
    const databases = names.map((name) => ({ name, sizeOnDisk: 0, empty: false })).filter((database) => filter(database));
    if (isTruthy(command['nameOnly'])) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
    return { databases, totalSize: 0, ok: 1 };
  }

  listCollections(command: Document): Buffer {
    const filter = compileFilter((command['filter'] ?? {}) as Document);
    const collections = this.catalog
      .list(String(command['$db']))
      .map(({ name, uuid, options }) => ({
        name,
        type: 'collection',
        options,
        info: { readOnly: false, uuid: new Binary(Buffer.from(uuid.replaceAll('-', ''), 'hex'), 4) },
        idIndex: { v: 2, key: { _id: 1 }, name: identityIndex },
      }))
      .filter((collection) => filter(collection));
    const shown = isTruthy(command['nameOnly']) ? collections.map(({ name, type }) => ({ name, type })) : collections;
    return cursorReply(
      'firstBatch',
      shown.map((description) => encode(description)),
      0n,
      `${String(command['$db'])}.$cmd.listCollections`,
    );
  }

  listIndexes(command: Document): Buffer {
    const collection = this.requireCollection(command, 'listIndexes');
    return cursorReply(
      'firstBatch',
      collection.indexes.map((index) => encode(describeIndex(index))),
      0n,
      `${collection.database}.${collection.name}`,
    );
  }

  private requireCollection(command: Document, field: string): Collection {
    const collection = this.catalog.find(String(command['$db']), collectionName(command, field));
    if (!collection) throw new CommandError(26, `ns does not exist: ${String(command['$db'])}.${String(command[field])}`);
    return collection;
  }

  statistics(command: Document): Document {
    const collection = this.requireCollection(command, 'collStats');
    return { ns: `${collection.database}.${collection.name}`, count: collection.count, nindexes: collection.indexes.length, ok: 1 };
  }

  databaseStatistics(db: string): Document {
    const collections = this.catalog.list(db);
    const objects = collections.reduce((sum, collection) => sum + this.catalog.countOf(collection), 0);
    const indexes = collections.reduce((sum, collection) => sum + collection.indexes.length, 0);
    return { db, collections: collections.length, views: 0, objects, indexes, ok: 1 };
  }

  create(command: Document, transaction: StoreTransaction | null): Promise<Document> {
    const [database, name] = [String(command['$db']), String(command['create'])];
    const options = collectionOptions(command);
    return this.queue.submit(() => {
      const existing = transaction?.collectionNamed(database, name) ?? this.catalog.find(database, name);
      if (existing && transaction) throw new CommandError(48, `Collection already exists. NS: ${database}.${name}`);
      if (existing && JSON.stringify(existing.options) !== JSON.stringify(options)) {
        throw new CommandError(48, `namespace ${database}.${name} already exists, but with different options`);
      }
      if (!existing) this.catalog.setOptions(this.required(database, name, transaction), options);
      return { ok: 1 };
    });
  }

  /** The collection of this name, made where there is none; what a transaction makes is there for others when it commits. */
  required(database: string, name: string, transaction: StoreTransaction | null): Collection {
    const existing = transaction?.collectionNamed(database, name) ?? this.catalog.find(database, name);
    if (existing) return existing;
    if (!transaction) return this.catalog.create(database, name);
    const collection = this.catalog.make(database, name);
    transaction.collections.set(`${database}.${name}`, collection);
    return collection;
  }

  /** Changes a collection's validator or when an index lets documents expire. */
  collMod(command: Document): Promise<Document> {
    const changes = collectionOptions(command);
    const index = command['index'] as Document | undefined;
    return this.queue.submit(() => {
      const collection = this.requireCollection(command, 'collMod');
      if (Object.keys(changes).length > 0) this.catalog.setOptions(collection, { ...collection.options, ...changes });
      return { ...(index ? changeIndex(this.catalog, collection, index) : {}), ok: 1 };
    });
  }

  rename(command: Document): Promise<Document> {
    const [from, to] = [String(command['renameCollection']), String(command['to'])].map(splitNamespace) as [Namespace, Namespace];
    return this.queue.submit(() => {
      const collection = this.catalog.find(from.database, from.name);
      if (!collection) throw new CommandError(26, `Source collection ${from.database}.${from.name} does not exist`);
      const existing = this.catalog.find(to.database, to.name);
      if (existing === collection) throw new CommandError(20, "Can't rename a collection to itself");
      if (existing && command['dropTarget'] !== true) throw new CommandError(48, 'target namespace exists');
      if (existing) this.catalog.drop(existing);
      this.catalog.rename(collection, to.database, to.name);
      this.catalog.recent.noteUpheaval();
      this.catalog.log.append([renameOf(from.database, from.name, { db: to.database, coll: to.name })]);
      return { ok: 1 };
    });
  }

  drop(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      const collection = this.catalog.find(String(command['$db']), collectionName(command, 'drop'));
      if (!collection) return { ok: 1 };
      this.catalog.drop(collection);
      this.catalog.recent.noteUpheaval();
      this.catalog.log.append([dropOf(collection.database, collection.name)]);
      return { ns: `${collection.database}.${collection.name}`, ok: 1 };
    });
  }

  dropDatabase(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      const database = String(command['$db']);
      const collections = this.catalog.list(database);
      for (const collection of collections) this.catalog.drop(collection);
      const drops = collections.map(({ name }) => dropOf(database, name));
      this.catalog.recent.noteUpheaval();
      if (collections.length > 0) this.catalog.log.append([...drops, dropDatabaseOf(database)]);
      return { dropped: command['$db'] as unknown, ok: 1 };
    });
  }

  createIndexes(command: Document, transaction: StoreTransaction | null): Promise<Document> {
    const specifications = command['indexes'] as Value;
    if (!Array.isArray(specifications) || specifications.length === 0)
      throw new CommandError(2, 'Must specify at least one index to create');
    return this.queue.submit(() => {
      const database = String(command['$db']);
      const name = String(command['createIndexes']);
      const createdCollectionAutomatically = !this.catalog.find(database, name);
      const collection = this.required(database, name, transaction);
      const numIndexesBefore = collection.indexes.length;
      for (const specification of specifications as Document[]) {
        const isNew = !collection.indexes.some((index) => index.name === specification['name']);
        const isEmpty = collection.pending && !transaction?.overlays.get(collection)?.size;
        if (transaction && !isEmpty && isNew) {
          throw new CommandError(
            263,
            `Cannot create new indexes on existing collection ${database}.${name} in a multi-document transaction.`,
          );
        }
        createIndex(this.catalog, this.writer, collection, specification);
      }
      return { numIndexesBefore, numIndexesAfter: collection.indexes.length, createdCollectionAutomatically, ok: 1 };
    });
  }

  dropIndexes(command: Document): Promise<Document> {
    return this.queue.submit(() => {
      const collection = this.requireCollection(command, 'dropIndexes');
      const nIndexesWas = collection.indexes.length;
      for (const index of namedIndexes(collection, command['index'] as Value)) this.catalog.dropIndex(collection, index);
      return { nIndexesWas, ok: 1 };
    });
  }
}

/** The indexes that a command to drop them means. @throws CommandError where there is none, or it is that of `_id` */
function namedIndexes(collection: Collection, wanted: Value): Index[] {
  if (wanted === '*') return collection.indexes.filter(({ name }) => name !== identityIndex);
  return (Array.isArray(wanted) ? (wanted as Value[]) : [wanted]).map((element) => {
    const index = collection.indexes.find(({ name, key }) => name === element || JSON.stringify(key) === JSON.stringify(element));
    if (!index) throw new CommandError(27, `index not found with name [${show(element)}]`);
    if (index.name === identityIndex) throw new CommandError(72, 'cannot drop _id index');
    return index;
  });
}
