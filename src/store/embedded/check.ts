/** Reads all the data beside whoever uses it, and says what is not as it was written. */
import { accessSync, constants, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { secondaryIndexes, Catalog, type Collection, type Index } from './catalog.js';
import { indexKeys } from './index-entries.js';
import { successor } from './key.js';
import { decode } from './raw-document.js';
import { isSound, StoredDocument } from './stored-document.js';
import { documentKey } from './writer.js';

export interface CheckProgress {
  /** Called before a collection is read, so that whoever looks on knows where a check ended that died. */
  onCollection(name: string): void;
  onProblem(problem: string): void;
}

export interface CheckResult {
  collections: number;
  documents: number;
  entries: number;
  problems: number;
}

const mostProblemsTold = 100;

/**
 * Gives a file to be read, under the name to read it by. The storage engine writes a lock beside it, which a file that nobody
 * has open needs not, and which may be where nobody can write.
 */
export async function reading(file: string, read: (path: string) => Promise<void>): Promise<void> {
  const lock = `${file}-lock`;
  if (existsSync(lock)) {
    accessSync(lock, constants.W_OK);
    return read(file);
  }
  const folder = mkdtempSync(join(tmpdir(), 'plaza-check-'));
  try {
    const path = join(folder, 'plaza.lmdb');
    symlinkSync(resolve(file), path);
    await read(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks a data file: the checksum of each document, its key, each of its index entries, and every count. */
export async function checkData(path: string, progress: CheckProgress): Promise<CheckResult> {
  const catalog = new Catalog(path, { readOnly: true, untouched: true });
  try {
    const check = new Check(catalog, progress);
    for (const collection of catalog.list()) check.collection(collection);
    return check.result;
  } finally {
    await catalog.environment.close();
  }
}

class Check {
  readonly result: CheckResult = { collections: 0, documents: 0, entries: 0, problems: 0 };
  private readonly snapshot;

  constructor(
    private readonly catalog: Catalog,
    private readonly progress: CheckProgress,
  ) {
    this.snapshot = catalog.snapshot();
  }

  collection(collection: Collection): void {
    const name = `${collection.database}.${collection.name}`;
    this.progress.onCollection(name);
    this.result.collections++;
    const expected = new Map<Index, number>(secondaryIndexes(collection).map((index) => [index, 0]));
    let count = 0;
    for (const { key, value } of this.catalog.documents.getRange({ ...rangeOf(collection.prefix), transaction: this.snapshot })) {
      count++;
      this.document(collection, name, key, value, expected);
    }
    this.result.documents += count;
    const counted = this.catalog.countOf(collection);
    if (counted !== count) this.problem(`${name} counts ${counted} documents and has ${count}`);
    for (const [index, wanted] of expected) this.index(index, name, wanted);
  }

  private document(collection: Collection, name: string, key: Buffer, stored: Buffer, expected: Map<Index, number>): void {
    const shown = key.subarray(collection.prefix.length).toString('hex');
    if (!isSound(stored)) return this.problem(`${name}: the document stored under ${shown} is damaged`);
    const document = decode(StoredDocument.read(stored, collection.names, key).bytes);
    if (!documentKey(collection, document['_id']).equals(key)) this.problem(`${name}: the document stored under ${shown} has another _id`);
    for (const index of expected.keys()) {
      for (const entry of indexKeys(index, document, key)) {
        expected.set(index, expected.get(index)! + 1);
        const found = this.catalog.entries.get(entry, { transaction: this.snapshot });
        if (!found) this.problem(`${name}: the index ${index.name} lacks the document stored under ${shown}`);
      }
    }
  }

  private index(index: Index, name: string, wanted: number): void {
    const entries = this.catalog.entries.getKeysCount({ ...rangeOf(index.prefix), transaction: this.snapshot });
    this.result.entries += entries;
    if (entries !== wanted) this.problem(`${name}: the index ${index.name} has ${entries} entries and should have ${wanted}`);
  }

  private problem(problem: string): void {
    this.result.problems++;
    if (this.result.problems <= mostProblemsTold) this.progress.onProblem(problem);
  }
}

function rangeOf(prefix: Buffer): { start: Buffer; end: Buffer } {
  return { start: prefix, end: successor(prefix)! };
}
