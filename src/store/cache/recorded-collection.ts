/** Has a collection's reads noted, and its writes. */
import type { Collection } from 'mongoose';
import { collectionTag } from './tags.js';
import { dependsOnMoment, isRecording, noteRead } from './reads.js';

type Call = (...args: unknown[]) => unknown;
type Methods = Record<string, Call>;

const finds = ['find', 'findOne', 'countDocuments', 'count'];
const others = ['estimatedDocumentCount', 'watch', 'listIndexes', 'indexes'];
export const writes = [
  ...['insertOne', 'insertMany', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'bulkWrite'],
  ...['findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'drop'],
];

/** @param onWritten called after each write outside a transaction, before its caller knows of it */
export function recordCollection(collection: Collection, onWritten: () => void): void {
  const methods = collection as unknown as Methods;
  const { name } = collection;
  const before = (method: string, note: (args: unknown[]) => void): void => {
    const original = methods[method];
    if (!original) return;
    methods[method] = (...args) => {
      if (isRecording()) note(args);
      return original.apply(collection, args);
    };
  };
  for (const method of finds) before(method, ([filter, options]) => noteFind(name, filter, options));
  before('distinct', ([, filter, options]) => {
    noteOptions(options);
    noteRead(name, filter ?? {});
  });
  before('aggregate', ([pipeline, options]) => {
    noteOptions(options);
    notePipeline(name, pipeline);
  });
  for (const method of others) before(method, () => noteRead(name, null));
  for (const method of writes) recordWrite(collection, method, onWritten);
}

/** Notes a find in a collection. */
export function noteFind(collection: string, filter: unknown, options: unknown): void {
  noteOptions(options);
  noteRead(collection, hasCollation(options) ? null : filter);
}

function recordWrite(collection: Collection, method: string, onWritten: () => void): void {
  const methods = collection as unknown as Methods;
  const original = methods[method];
  if (!original) return;
  methods[method] = (...args) => {
    // What changes the shop is no answer that could be given again.
    dependsOnMoment();
    const result = original.apply(collection, args);
    if (result instanceof Promise) void result.then(onWritten, onWritten);
    return result;
  };
}

/** What a transaction sees may be older than what has been told. */
function noteOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null && (options as { session?: unknown }).session) dependsOnMoment();
}

function hasCollation(options: unknown): boolean {
  return typeof options === 'object' && options !== null && Boolean((options as { collation?: unknown }).collation);
}

interface Stage {
  $match?: unknown;
  $lookup?: { from?: unknown; pipeline?: unknown };
  $graphLookup?: { from?: unknown };
  $unionWith?: string | { coll?: unknown; pipeline?: unknown };
  $facet?: Record<string, unknown>;
}

/** Notes what an aggregation reads: what its first stage lets through, and other collections as a whole. */
export function notePipeline(collection: string, pipeline: unknown): void {
  const stages = (Array.isArray(pipeline) ? pipeline : []) as Stage[];
  noteRead(collection, stages[0]?.$match ?? null);
  for (const other of othersIn(stages)) noteRead(other, null);
  if (JSON.stringify(stages)?.includes('$$NOW')) dependsOnMoment();
}

function noteUnion({ coll, pipeline }: { coll?: unknown; pipeline?: unknown }): void {
  if (typeof coll === 'string') notePipeline(coll, pipeline);
  else dependsOnMoment();
}

function othersIn(stages: readonly Stage[]): string[] {
  return stages.flatMap(({ $lookup, $graphLookup, $unionWith, $facet }) => {
    if (typeof $unionWith === 'object') noteUnion($unionWith);
    const named = [$lookup?.from, $graphLookup?.from, $unionWith].filter((name) => typeof name === 'string');
    const within = [$lookup?.pipeline, ...Object.values($facet ?? {})].filter((part) => Array.isArray(part));
    return [...named.map(collectionTag), ...within.flatMap((part) => othersIn(part as Stage[]))];
  });
}
