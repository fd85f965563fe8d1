/** insert, update, delete and findAndModify. */
import type { Document } from 'bson';
import type { Catalog, Collection } from './catalog.js';
import { CommandError, errorReply } from './errors.js';
import { decode, encode } from './raw-document.js';
import type { FindOptions, Reader, Row } from './reader.js';
import { applyProjection } from './projection.js';
import type { StoreTransaction } from './transaction.js';
import { modify, upsertDocument, validateModification, type Modification, type UpdateSpecification } from './update.js';
import type { Change, Writer } from './writer.js';

interface UpdateStatement {
  q: Document;
  u: Modification;
  multi?: boolean;
  upsert?: boolean;
  arrayFilters?: Document[];
  hint?: string | Document;
}

interface DeleteStatement {
  q: Document;
  limit: number;
  hint?: string | Document;
}

interface Outcome {
  matched: number;
  modified: number;
  upserted?: unknown;
  before: Document | null;
  after: Document | null;
}

/** A write command in progress: it may be called again after waiting for a lock and goes on where it stopped. */
export type WriteRun = () => Document;

const none = { keysExamined: 0, documentsExamined: 0 };

export class WriteCommands {
  constructor(
    private readonly catalog: Catalog,
    private readonly reader: Reader,
    private readonly writer: Writer,
  ) {}

  prepare(command: Document, transaction: StoreTransaction | null): WriteRun {
    switch (Object.keys(command)[0]) {
      case 'insert':
        return this.prepareInsert(command, transaction);
      case 'update':
        return this.prepareUpdate(command, transaction);
      case 'delete':
        return this.prepareDelete(command, transaction);
      default:
        return this.prepareFindAndModify(command, transaction);
    }
  }

  private prepareInsert(command: Document, transaction: StoreTransaction | null): WriteRun {
    const documents = (command['documents'] ?? []) as Buffer[];
    const statement = (collection: Collection, bytes: Buffer): Outcome => {
      this.applyAll([this.writer.insertion(collection, Buffer.from(bytes))], transaction);
      return { matched: 1, modified: 0, before: null, after: null };
    };
    return this.runStatements(command, String(command['insert']), documents, statement, transaction);
  }

  private prepareUpdate(command: Document, transaction: StoreTransaction | null): WriteRun {
    const statement = (collection: Collection, one: UpdateStatement): Outcome => {
      const specification = { modification: one.u, filter: one.q, arrayFilters: one.arrayFilters };
      validateModification(one.u, one.multi ?? false);
      const limit = one.multi ? 0 : 1;
      return this.update(collection, specification, { limit, hint: one.hint }, one.upsert ?? false, transaction);
    };
    return this.runStatements(command, String(command['update']), (command['updates'] ?? []) as UpdateStatement[], statement, transaction);
  }

  private prepareDelete(command: Document, transaction: StoreTransaction | null): WriteRun {
    const statement = (collection: Collection, one: DeleteStatement): Outcome => {
      const rows = this.collect(collection, one.q, { limit: one.limit, hint: one.hint }, transaction);
      this.applyAll(
        rows.map((row) => this.writer.deletion(collection, row)),
        transaction,
      );
      return { matched: rows.length, modified: 0, before: null, after: null };
    };
    return this.runStatements(command, String(command['delete']), (command['deletes'] ?? []) as DeleteStatement[], statement, transaction);
  }

  private prepareFindAndModify(command: Document, transaction: StoreTransaction | null): WriteRun {
    const {
      query: filter = {},
      sort,
      remove,
      new: returnNew,
      upsert = false,
      fields,
      arrayFilters,
      hint,
    } = command as {
      query?: Document;
      sort?: Document;
      remove?: boolean;
      new?: boolean;
      upsert?: boolean;
      fields?: Document;
      arrayFilters?: Document[];
      hint?: string;
    };
    const modification = command['update'] as Modification | undefined;
    const name = String(command['findAndModify'] ?? command['findandmodify']);
    return () => {
      const collection = this.catalog.require(String(command['$db']), name);
      const options = { limit: 1, sort, hint };
      if (remove) return this.findAndRemove(collection, filter, options, fields, transaction);
      if (!modification) throw new CommandError(9, 'Either an update or remove=true must be specified');
      validateModification(modification, false);
      const outcome = this.update(collection, { modification, filter, arrayFilters }, options, upsert, transaction);
      const shown = returnNew ? outcome.after : outcome.before;
      const upserted = outcome.upserted === undefined ? {} : { upserted: outcome.upserted };
      return {
        lastErrorObject: {
          n: outcome.matched + (outcome.upserted === undefined ? 0 : 1),
          updatedExisting: outcome.matched > 0,
          ...upserted,
        },
        value: shown && applyProjection(shown, fields),
        ok: 1,
      };
    };
  }

  private findAndRemove(
    collection: Collection,
    filter: Document,
    options: FindOptions,
    fields: Document | undefined,
    transaction: StoreTransaction | null,
  ): Document {
    const rows = this.collect(collection, filter, options, transaction);
    this.applyAll(
      rows.map((row) => this.writer.deletion(collection, row)),
      transaction,
    );
    const removed = rows[0] ? decode(rows[0].bytes) : null;
    return { lastErrorObject: { n: rows.length }, value: removed && applyProjection(removed, fields), ok: 1 };
  }

  private runStatements<Statement>(
    command: Document,
    name: string,
    statements: Statement[],
    apply: (collection: Collection, statement: Statement) => Outcome,
    transaction: StoreTransaction | null,
  ): WriteRun {
    const ordered = command['ordered'] !== false;
    const isUpdate = command['update'] !== undefined;
    const upserted: Document[] = [];
    const writeErrors: Document[] = [];
    let matched = 0;
    let modified = 0;
    let next = 0;
    return () => {
      const collection = this.catalog.require(String(command['$db']), name);
      for (; next < statements.length; next++) {
        try {
          const outcome = apply(collection, statements[next]!);
          matched += outcome.matched;
          modified += outcome.modified;
          if (outcome.upserted !== undefined) upserted.push({ index: next, _id: outcome.upserted });
        } catch (error) {
          if (!(error instanceof CommandError) || transaction || error.code === 112) throw error;
          const { ok: _ok, ...report } = errorReply(error);
          writeErrors.push({ index: next, ...report });
          if (ordered) break;
        }
      }
      return {
        n: matched + upserted.length,
        ...(isUpdate ? { nModified: modified } : {}),
        ...(upserted.length > 0 ? { upserted } : {}),
        ...(writeErrors.length > 0 ? { writeErrors } : {}),
        ok: 1,
      };
    };
  }

  private update(
    collection: Collection,
    specification: UpdateSpecification,
    options: FindOptions,
    upsert: boolean,
    transaction: StoreTransaction | null,
  ): Outcome {
    const rows = this.collect(collection, specification.filter, options, transaction);
    if (rows.length === 0) {
      if (!upsert) return { matched: 0, modified: 0, before: null, after: null };
      const inserted = upsertDocument(specification);
      this.applyAll([this.writer.insertion(collection, encode(inserted))], transaction);
      return { matched: 0, modified: 0, upserted: inserted['_id'], before: null, after: inserted };
    }
    const changes: Change[] = [];
    let after: Document | null = null;
    for (const row of rows) {
      const before = decode(row.bytes);
      after = modify(row.document ?? decode(row.bytes), specification);
      const change = this.writer.replacement(collection, row, before, after);
      if (change) changes.push(change);
    }
    this.applyAll(changes, transaction);
    return { matched: rows.length, modified: changes.length, before: decode(rows[0]!.bytes), after };
  }

  private collect(collection: Collection, filter: Document, options: FindOptions, transaction: StoreTransaction | null): Row[] {
    return [...this.reader.find(collection, filter, options, transaction ?? {}, { ...none })];
  }

  private applyAll(changes: Change[], transaction: StoreTransaction | null): void {
    if (!transaction) for (const change of changes) this.writer.requireFree(change);
    for (const change of changes) this.writer.apply(change, transaction);
  }
}
