/** insert, update, delete and findAndModify. */
import type { Document } from 'bson';
import type { Catalog, Collection } from './catalog.js';
import { CommandError, errorReply } from './errors.js';
import { deadlineOf } from './arguments.js';
import { parseCollation } from './collation.js';
import type { Variables } from './expressions/index.js';
import { compileFilter, type Filter } from './query/matching.js';
import { commandVariables } from './variables.js';
import { decode } from './raw-document.js';
import type { FindOptions, Reader, Row } from './reader.js';
import { shownBy } from './projection.js';
import type { StoreTransaction } from './transaction.js';
import { compileUpdate, type Modification, type Update } from './update.js';
import { isTruthy, toNumber } from './values/types.js';
import { unfinished, type Run } from './write-queue.js';
import type { Change } from './change.js';
import { fieldsToInsert, requireValid, type Writer } from './writer.js';

interface UpdateStatement {
  q: Document;
  u: Modification;
  multi?: boolean;
  upsert?: boolean;
  arrayFilters?: Document[];
  hint?: string | Document;
  sort?: Document;
  collation?: Document;
  c?: Document;
}

interface DeleteStatement {
  q: Document;
  limit: number;
  hint?: string | Document;
  collation?: Document;
}

interface Outcome {
  matched: number;
  modified: number;
  upserted?: unknown;
  before: Row | null;
  after: Row | null;
}

function constants(given: Document | undefined): Variables {
  return given ? { ...given } : {};
}

/** How a statement finds its documents, and whether what it leaves must be valid. */
interface WriteOptions extends FindOptions {
  bypass?: boolean;
}

/** How far a command of several statements has come, in what can be stored. */
export interface WriteProgress {
  next: number;
  matched: number;
  modified: number;
  upserted: Document[];
  writeErrors: Document[];
}

/** A write command in progress: it goes on where it stopped, after the end of a step or waiting for a lock. */
export interface WriteRun {
  next: Run<Document>;
  progress(): WriteProgress;
  resume(progress: WriteProgress): void;
}

/** A statement in progress; it is called until it gives its outcome. */
type StatementRun = (collection: Collection, deadline: number) => Outcome | typeof unfinished;

/** Beyond so many matches a statement keeps keys alone, and reads the documents again. */
const mostRowsKept = 1000;
/** A command that has so much to report is done in one step, since each step would store it again. */
const mostNotesKept = 200;
/** Error messages of one command beyond so many bytes are left out, as MongoDB does. */
const mostErrorBytes = 1024 * 1024;

/** How much of a step goes to checking documents; the rest to writing them. */
const checkingShare = 0.4;

const insertedOne: Outcome = { matched: 1, modified: 0, before: null, after: null };

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
    const bypass = bypasses(command);
    if (!transaction) return this.insertInSteps(command, documents, bypass);
    const begin = (bytes: Buffer): StatementRun => {
      return (collection) => {
        this.applyAll([this.writer.insertion(collection, Buffer.from(bytes))], transaction, bypass);
        return insertedOne;
      };
    };
    return this.runStatements(command, String(command['insert']), documents, begin, transaction);
  }

  /** As many documents a step as fit into it are checked, then written together. */
  private insertInSteps(command: Document, documents: Buffer[], bypass: boolean): WriteRun {
    const progress = new Progress(isOrdered(command));
    const next: Run<Document> = (deadline) => {
      const collection = this.catalog.require(String(command['$db']), String(command['insert']));
      const names = fieldsToInsert(collection);
      const now = performance.now();
      const checkedBy = now + (deadline - now) * checkingShare;
      const changes: Change[] = [];
      const taken = new Set<string>();
      try {
        while (progress.state.next < documents.length) {
          progress.attempt(documents.length, (at) => {
            const change = this.writer.insertion(collection, documents[at]!, names);
            if (!bypass) requireValid(change);
            this.writer.requireFree(change);
            this.writer.requireNew(change, taken);
            changes.push(change);
            return insertedOne;
          });
          if (progress.isLight && performance.now() > checkedBy) break;
        }
      } finally {
        this.writer.insertAll(changes);
      }
      return progress.state.next < documents.length ? unfinished : report(progress.state, false);
    };
    return { next, progress: () => progress.state, resume: (earlier) => (progress.state = earlier) };
  }

  private prepareUpdate(command: Document, transaction: StoreTransaction | null): WriteRun {
    const variables = commandVariables(command);
    const deadline = deadlineOf(command);
    const bypass = bypasses(command);
    const begin = (statement: UpdateStatement): StatementRun => {
      const { q: filter, multi = false, upsert = false, sort, hint } = statement;
      if (multi && sort) throw new CommandError(9, 'Cannot specify sort with multi=true');
      const within = {
        collation: parseCollation(statement.collation),
        variables: { ...variables, ...constants(statement.c) },
        deadline,
        bypass,
      };
      const update = compileUpdate({ modification: statement.u, filter, arrayFilters: statement.arrayFilters, multi, ...within });
      const options = { limit: multi ? 0 : 1, hint, sort, ...within };
      if (multi) return this.updateMany(filter, update, options, upsert, transaction);
      return (collection) => this.update(collection, filter, update, options, upsert, transaction);
    };
    return this.runStatements(command, String(command['update']), (command['updates'] ?? []) as UpdateStatement[], begin, transaction);
  }

  private prepareDelete(command: Document, transaction: StoreTransaction | null): WriteRun {
    const variables = commandVariables(command);
    const deadline = deadlineOf(command);
    const begin = (statement: DeleteStatement): StatementRun => {
      const limit = toNumber(statement.limit);
      if (limit !== 0 && limit !== 1) throw new CommandError(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`);
      const options = { limit, hint: statement.hint, collation: parseCollation(statement.collation), variables, deadline };
      if (limit === 0) return this.many(statement.q, options, transaction, (collection, row) => this.writer.deletion(collection, row));
      return (collection) => {
        const rows = this.collect(collection, statement.q, options, transaction);
        this.applyAll(
          rows.map((row) => this.writer.deletion(collection, row)),
          transaction,
        );
        return { matched: rows.length, modified: 0, before: null, after: null };
      };
    };
    return this.runStatements(command, String(command['delete']), (command['deletes'] ?? []) as DeleteStatement[], begin, transaction);
  }

  private updateMany(
    filter: Document,
    update: Update,
    options: WriteOptions,
    upsert: boolean,
    transaction: StoreTransaction | null,
  ): StatementRun {
    const run = this.many(filter, options, transaction, (collection, row) =>
      this.writer.replacement(collection, row, update.modify(row.bytes)),
    );
    return (collection, deadline) => {
      const outcome = run(collection, deadline);
      if (outcome === unfinished || outcome.matched > 0 || !upsert) return outcome;
      return this.insertMissing(collection, update, options, transaction);
    };
  }

  /**
   * A statement over many documents: finds them, then changes one after the other. Between two steps others may have
   * changed a document, so it is read again, and left out where it no longer matches. In a transaction nobody else can.
   */
  private many(
    filter: Document,
    options: WriteOptions,
    transaction: StoreTransaction | null,
    change: (collection: Collection, row: Row) => Change | null,
  ): StatementRun {
    const found: { key: Buffer; row: Row | null; step: number }[] = [];
    const outcome: Outcome = { matched: 0, modified: 0, before: null, after: null };
    const test = compileFilter(filter, options);
    let rows: Iterator<Row> | null = null;
    let at = 0;
    let complete = false;
    return (collection, deadline) => {
      rows ??= this.reader.find(collection, filter, options, transaction ?? {}, { ...none });
      while (!complete) {
        const next = rows.next();
        if (next.done) complete = true;
        else found.push({ key: next.value.key, row: found.length < mostRowsKept ? next.value : null, step: deadline });
        if (!complete && performance.now() > deadline) return unfinished;
      }
      while (at < found.length) {
        const { key, row, step } = found[at]!;
        const isCurrent = row && (transaction || step === deadline);
        const current = isCurrent ? row : this.readAgain(collection, key, row, test, transaction);
        const made = current && change(collection, current);
        if (made) this.applyAll([made], transaction, options.bypass);
        outcome.matched += current ? 1 : 0;
        outcome.modified += made ? 1 : 0;
        found[at++]!.row = null;
        if (at < found.length && performance.now() > deadline) return unfinished;
      }
      return outcome;
    };
  }

  private readAgain(collection: Collection, key: Buffer, seen: Row | null, test: Filter, transaction: StoreTransaction | null): Row | null {
    const bytes = this.reader.get(collection, key, transaction ?? {});
    if (!bytes) return null;
    if (!transaction && !this.catalog.list(collection.database).includes(collection)) return null;
    if (seen?.bytes.equals(bytes) || test(decode(bytes))) return { key, bytes, document: null };
    return null;
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
    const within = {
      collation: parseCollation(command['collation']),
      variables: commandVariables(command),
      deadline: deadlineOf(command),
      bypass: bypasses(command),
    };
    const options = { limit: 1, sort, hint, ...within };
    if (remove && modification) throw new CommandError(9, 'Cannot specify both an update and remove=true');
    if (remove && upsert) throw new CommandError(9, 'Cannot specify both upsert=true and remove=true');
    if (remove && returnNew)
      throw new CommandError(9, "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
    if (!remove && !modification) throw new CommandError(9, 'Either an update or remove=true must be specified');
    const show = shownBy(fields, { filter, ...within }).bytes;
    if (remove) {
      return atomic(() => this.findAndRemove(this.collectionFor(command, name, transaction), filter, options, show, transaction));
    }
    const update = compileUpdate({ modification: modification!, filter, arrayFilters, ...within });
    return atomic(() => {
      const collection = this.collectionFor(command, name, transaction);
      const outcome = this.update(collection, filter, update, options, upsert, transaction);
      const shown = returnNew ? outcome.after : outcome.before;
      const upserted = outcome.upserted === undefined ? {} : { upserted: outcome.upserted };
      return {
        lastErrorObject: {
          n: outcome.matched + (outcome.upserted === undefined ? 0 : 1),
          updatedExisting: outcome.matched > 0,
          ...upserted,
        },
        value: shown && decode(show(shown)),
        ok: 1,
      };
    });
  }

  private findAndRemove(
    collection: Collection,
    filter: Document,
    options: WriteOptions,
    show: (row: Row) => Buffer,
    transaction: StoreTransaction | null,
  ): Document {
    const rows = this.collect(collection, filter, options, transaction);
    this.applyAll(
      rows.map((row) => this.writer.deletion(collection, row)),
      transaction,
    );
    return { lastErrorObject: { n: rows.length }, value: rows[0] ? decode(show(rows[0])) : null, ok: 1 };
  }

  private runStatements<Statement>(
    command: Document,
    name: string,
    statements: Statement[],
    begin: (statement: Statement) => StatementRun,
    transaction: StoreTransaction | null,
  ): WriteRun {
    const progress = new Progress(isOrdered(command), transaction !== null);
    let current: StatementRun | null = null;
    const next: Run<Document> = (deadline) => {
      const collection = this.collectionFor(command, name, transaction);
      while (progress.state.next < statements.length) {
        const goesOn = progress.attempt(statements.length, (at) => {
          current ??= begin(statements[at]!);
          return current(collection, deadline);
        });
        if (goesOn) return unfinished;
        current = null;
        if (progress.isLight && progress.state.next < statements.length && performance.now() > deadline) return unfinished;
      }
      return report(progress.state, command['update'] !== undefined);
    };
    return { next, progress: () => progress.state, resume: (earlier) => (progress.state = earlier) };
  }

  private collectionFor(command: Document, name: string, transaction: StoreTransaction | null): Collection {
    const database = String(command['$db']);
    return transaction?.collectionNamed(database, name) ?? this.catalog.require(database, name);
  }

  private update(
    collection: Collection,
    filter: Document,
    update: Update,
    options: WriteOptions,
    upsert: boolean,
    transaction: StoreTransaction | null,
  ): Outcome {
    const rows = this.collect(collection, filter, options, transaction);
    if (rows.length === 0) {
      if (!upsert) return { matched: 0, modified: 0, before: null, after: null };
      return this.insertMissing(collection, update, options, transaction);
    }
    const changes: Change[] = [];
    let after: Row | null = null;
    for (const row of rows) {
      const modified = update.modify(row.bytes);
      after = { key: row.key, bytes: modified.bytes, document: null };
      const change = this.writer.replacement(collection, row, modified);
      if (change) changes.push(change);
    }
    this.applyAll(changes, transaction, options.bypass);
    return { matched: rows.length, modified: changes.length, before: rows[0]!, after };
  }

  private insertMissing(collection: Collection, update: Update, { bypass }: WriteOptions, transaction: StoreTransaction | null): Outcome {
    const change = this.writer.insertion(collection, update.upsert());
    this.applyAll([change], transaction, bypass);
    const after = { key: change.key, bytes: change.after!, document: change.document };
    return { matched: 0, modified: 0, upserted: change.document!['_id'], before: null, after };
  }

  private collect(collection: Collection, filter: Document, options: WriteOptions, transaction: StoreTransaction | null): Row[] {
    return [...this.reader.find(collection, filter, options, transaction ?? {}, { ...none })];
  }

  private applyAll(changes: Change[], transaction: StoreTransaction | null, bypass = false): void {
    if (!bypass) changes.forEach(requireValid);
    if (!transaction) for (const change of changes) this.writer.requireFree(change);
    for (const change of changes) this.writer.apply(change, transaction);
  }
}

function bypasses(command: Document): boolean {
  return isTruthy(command['bypassDocumentValidation']);
}

function isOrdered(command: Document): boolean {
  return command['ordered'] === undefined || isTruthy(command['ordered']);
}

/** A command that is done in one step. */
function atomic(run: () => Document): WriteRun {
  const state: WriteProgress = { next: 0, matched: 0, modified: 0, upserted: [], writeErrors: [] };
  return { next: run, progress: () => state, resume: () => {} };
}

/** How far a command of several statements has come, and what to report of it. */
class Progress {
  state: WriteProgress = { next: 0, matched: 0, modified: 0, upserted: [], writeErrors: [] };
  private errorBytes = 0;

  constructor(
    private readonly ordered: boolean,
    private readonly inTransaction = false,
  ) {}

  /** Whether there is little enough to report for the command to be done in steps. */
  get isLight(): boolean {
    return this.state.upserted.length + this.state.writeErrors.length < mostNotesKept;
  }

  /** Runs the next of so many statements. @returns whether it is still unfinished */
  attempt(count: number, run: (at: number) => Outcome | typeof unfinished): boolean {
    const { state } = this;
    try {
      const outcome = run(state.next);
      if (outcome === unfinished) return true;
      state.matched += outcome.matched;
      state.modified += outcome.modified;
      if (outcome.upserted !== undefined) state.upserted.push({ index: state.next, _id: outcome.upserted });
    } catch (error) {
      if (!(error instanceof CommandError) || this.inTransaction || error.code === 112 || error.code === 50) throw error;
      const { ok: _ok, ...entire } = errorReply(error);
      this.errorBytes += error.message.length;
      state.writeErrors.push({ index: state.next, ...(this.errorBytes > mostErrorBytes ? { code: error.code, errmsg: '' } : entire) });
      if (this.ordered) state.next = count;
    }
    state.next++;
    return false;
  }
}

function report({ matched, modified, upserted, writeErrors }: WriteProgress, isUpdate: boolean): Document {
  return {
    n: matched + upserted.length,
    ...(isUpdate ? { nModified: modified } : {}),
    ...(upserted.length > 0 ? { upserted } : {}),
    ...(writeErrors.length > 0 ? { writeErrors } : {}),
    ok: 1,
  };
}
