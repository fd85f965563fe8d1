/** Projections: plain inclusions and exclusions are cut from the bytes, the rest is mingo's. */
import type { Document } from 'bson';
import { Aggregator } from 'mingo';
import { CommandError } from './errors.js';
import { decode, encode, pickFields } from './raw-document.js';
import type { Row } from './reader.js';

export function applyProjection(document: Document, projection: Document | undefined): Document {
  if (!projection || Object.keys(projection).length === 0) return document;
  try {
    return new Aggregator([{ $project: projection }], {}).run<Document>([document])[0]!;
  } catch (error) {
    throw new CommandError(2, error instanceof Error ? error.message : String(error));
  }
}

/** A function from a stored row to the bytes that are sent. */
export function projector(projection: Document | undefined): (row: Row) => Buffer {
  if (!projection || Object.keys(projection).length === 0) return (row) => row.bytes;
  const simple = simpleProjection(projection);
  if (simple) return (row) => pickFields(row.bytes, simple.names, simple.keep);
  return (row) => encode(applyProjection(row.document ?? decode(row.bytes), projection));
}

function simpleProjection(projection: Document): { names: Set<string>; keep: boolean } | null {
  const { _id: identity, ...fields } = projection;
  const values = Object.entries(fields);
  if (values.some(([name, value]) => name.includes('.') || (value !== 1 && value !== 0 && value !== true && value !== false))) return null;
  const kept = values.filter(([, value]) => Boolean(value));
  if (kept.length !== 0 && kept.length !== values.length) {
    throw new CommandError(2, 'Cannot do exclusion on a field in inclusion projection');
  }
  const keep = kept.length > 0 || (values.length === 0 && Boolean(identity));
  const names = new Set(values.map(([name]) => name));
  const keepsIdentity = identity === undefined || Boolean(identity);
  if (keep === keepsIdentity) names.add('_id');
  return { names, keep };
}
