/** Changes as change streams tell them, but for their place in the order. */
import { Long, type Document } from 'bson';
import { decode } from '../raw-document.js';
import type { Change } from '../change.js';
import { keepsImages } from '../validation.js';
import { difference } from './difference.js';

/** The transaction that a change belongs to. */
export interface Origin {
  lsid: Document;
  txnNumber: number;
}

export function eventOf({ collection, before, after, replaces, leaves }: Change, origin?: Origin): Document {
  const ns = { db: collection.database, coll: collection.name };
  const within = origin ? { lsid: origin.lsid, txnNumber: Long.fromNumber(origin.txnNumber) } : {};
  const documentKey = { _id: decode((after ?? before)!)['_id'] as unknown };
  const earlier = before && keepsImages(collection.options) ? { fullDocumentBeforeChange: decode(before) } : {};
  const common = { ...within, wallTime: new Date(), ns, documentKey, ...earlier };
  if (!after) return { operationType: 'delete', ...common };
  if (!before) return { operationType: 'insert', ...common, fullDocument: decode(after) };
  if (replaces) return { operationType: 'replace', ...common, fullDocument: decode(after) };
  const later = keepsImages(collection.options) ? { fullDocument: decode(after) } : {};
  return { operationType: 'update', ...common, ...later, updateDescription: difference(before, after, leaves) };
}

export function dropOf(db: string, coll: string): Document {
  return { operationType: 'drop', wallTime: new Date(), ns: { db, coll } };
}

export function dropDatabaseOf(db: string): Document {
  return { operationType: 'dropDatabase', wallTime: new Date(), ns: { db } };
}

export function renameOf(db: string, coll: string, to: { db: string; coll: string }): Document {
  return { operationType: 'rename', wallTime: new Date(), ns: { db, coll }, to };
}
