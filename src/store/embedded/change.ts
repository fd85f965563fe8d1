/** What a write does to one document. */
import type { Document } from 'bson';
import type { Collection, Index } from './catalog.js';

/** Keys of an index, each with the end that tells the documents apart. */
export interface Entries {
  index: Index;
  removed: Buffer[];
  added: Buffer[];
}

/** One document's change, worked out in full before anything is written. */
export interface Change {
  collection: Collection;
  key: Buffer;
  before: Buffer | null;
  after: Buffer | null;
  document: Document | null;
  entries: Entries[];
  /** The indexes in which a field's path crosses an array for the first time. */
  multikey: { index: Index; fields: string[] }[];
  /** The document was replaced as a whole. */
  replaces: boolean;
  /** The paths that an update named; null where it is not known which it changed. */
  leaves: ReadonlySet<string> | null;
}
