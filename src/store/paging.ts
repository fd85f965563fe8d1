/** Pages of lists in the store. */
import { Error as MongooseError, type PipelineStage, type Types } from 'mongoose';
import { RequestError } from '../errors.js';
import {
  maxCounted,
  once,
  readPage,
  toConnection,
  type Connection,
  type ConnectionArgs,
  type ListDefinition,
  type Page,
  type TotalCount,
} from '../relay/connection.js';
import type { LoaderDefinition } from '../relay/context.js';
import { listsBelow } from './below.js';
import { countStored, findStored, type AnyModel } from './documents.js';
import { rangesBetween } from './list-ranges.js';

/** Reads one page of a list in one round trip. */
export async function paginate<Document>(model: AnyModel, list: ListDefinition, args: ConnectionArgs): Promise<Connection<Document>> {
  const page = readPage(args, list.name, list.order.length);
  const rows = await pageQuery<Document>(model, list, page);
  return toConnection(rows, list, page, () => countList(model, list));
}

async function countList(model: AnyModel, { filter }: ListDefinition): Promise<TotalCount> {
  const max = maxFor(filter);
  return totalOf(await countStored(model, filter, { limit: max + 1 }), max);
}

/** One condition is one index's. */
function maxFor(filter: Record<string, unknown>): number {
  return Object.keys(filter).length <= 1 ? maxCounted.inIndex : maxCounted.inDocuments;
}

function totalOf(counted: number, max: number): TotalCount {
  return { count: Math.min(counted, max), capped: counted > max };
}

/** A read of a page, or of a part of it that is a range of its own. */
export interface PageRead {
  filter: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
  limit: number;
}

/** What has to be read for a page, in the order of the page: the next part counts where those before it do not fill it. */
export function pageReads(list: ListDefinition, page: Page): PageRead[] {
  const turned = page.backwards ? -1 : 1;
  const sort = Object.fromEntries(list.order.map(([field, direction]) => [field, (direction * turned) as 1 | -1]));
  const ranges = rangesBetween(list.order, page.after, page.before);
  if (page.backwards) ranges.reverse();
  return ranges.map((range) => ({
    filter: Object.keys(range).length === 0 ? list.filter : { $and: [list.filter, range] },
    sort,
    limit: page.size + 1,
  }));
}

async function pageQuery<Document>(model: AnyModel, list: ListDefinition, page: Page): Promise<Document[]> {
  try {
    const [first, ...others] = pageReads(list, page);
    if (!first) return [];
    if (others.length > 0) return await readInTurn<Document>(model, list, [first, ...others]);
    const { filter, sort, limit } = first;
    // Only a cursor brings values from outside.
    if (!page.after && !page.before)
      return await findStored<Document>(model, filter, { ...(list.projection && { projection: list.projection }), sort, limit });
    return (await model
      .find(filter, list.projection ?? {})
      .sort(sort)
      .limit(limit)
      .lean()) as unknown as Document[];
  } catch (error) {
    return refuseForgedCursor(error, page);
  }
}

type UnionStage = PipelineStage.Match | PipelineStage.Sort | PipelineStage.Limit | PipelineStage.Project;

/** In one round trip; the store stops where the page is full. */
function readInTurn<Document>(model: AnyModel, list: ListDefinition, [first, ...others]: PageRead[]): Promise<Document[]> {
  const project = list.projection ? [{ $project: list.projection }] : [];
  const stages = (read: PageRead): UnionStage[] => [
    { $match: cast(model, read.filter) },
    { $sort: read.sort },
    { $limit: read.limit },
    ...project,
  ];
  return model
    .aggregate<Document>([
      ...stages(first!),
      ...others.map((read) => ({ $unionWith: { coll: model.collection.name, pipeline: stages(read) } })),
      { $limit: first!.limit },
    ])
    .exec();
}

/** A filter with values of its fields' types. @throws CastError */
function cast(model: AnyModel, filter: Record<string, unknown>): Record<string, unknown> {
  return model.find().cast(model, filter) as Record<string, unknown>;
}

/** A cursor whose values are not of its list's types was made by somebody else. @throws RequestError */
function refuseForgedCursor(error: unknown, { after }: Page): never {
  if (!(error instanceof MongooseError.CastError)) throw error;
  throw new RequestError('BAD_USER_INPUT', 'This cursor is not valid.', after ? 'after' : 'before');
}

/** The same list under many parents, as one batch: each key is a parent and the list's definition below it. */
export interface ListKey {
  parent: Types.ObjectId | string;
  list: ListDefinition;
  args: ConnectionArgs;
}

/**
 * A loader of first pages below many parents: one parent is a plain find; many are one aggregation
 * that looks up each parent's page by index.
 */
export function pagesByParent<Document>(model: AnyModel, parentField: string): LoaderDefinition<ListKey, Connection<Document>> {
  return {
    cacheKey: ({ list, args }) => JSON.stringify([list.name, list.filter, args]),
    async batch(keys) {
      if (keys.length === 1) return [await paginate(model, keys[0]!.list, keys[0]!.args)];
      const pages = keys.map(({ args, list }) => readPage(args, list.name, list.order.length));
      const groups = new Map<string, number[]>();
      keys.forEach((key, at) => {
        const shape = JSON.stringify([withoutParent(key, parentField), key.list.order, pages[at]]);
        groups.set(shape, [...(groups.get(shape) ?? []), at]);
      });
      const results = new Array<Connection<Document>>(keys.length);
      await Promise.all([...groups.values()].map((members) => readGroup(model, parentField, keys, pages, members, results)));
      return results;
    },
  };
}

function withoutParent({ list }: ListKey, parentField: string): Record<string, unknown> {
  const { [parentField]: _parent, ...rest } = list.filter;
  return rest;
}

async function readGroup<Document>(
  model: AnyModel,
  parentField: string,
  keys: readonly ListKey[],
  pages: readonly Page[],
  members: number[],
  results: Connection<Document>[],
): Promise<void> {
  const { list } = keys[members[0]!]!;
  const page = pages[members[0]!]!;
  const reads = pageReads({ ...list, filter: withoutParent(keys[members[0]!]!, parentField) }, page);
  const project = list.projection ? [{ $project: list.projection }] : [];
  const parents = members.map((at) => keys[at]!.parent);
  const parts = reads.map(({ filter, sort, limit }) => [{ $match: filter }, { $sort: sort }, { $limit: limit }, ...project]);
  const found = await listsBelow<Document>(model, parentField, parents, parts);
  const byParent = new Map(found.map(({ parent, rows }) => [parent.toString(), rows.slice(0, page.size + 1)]));
  const counts = once(() => countByParent(model, parentField, keys, members));
  for (const at of members) {
    const key = keys[at]!;
    const parent = key.parent.toString();
    const count = async (): Promise<TotalCount> => (await counts()).get(parent) ?? { count: 0, capped: false };
    results[at] = toConnection(byParent.get(parent) ?? [], key.list, page, count);
  }
}

/** Counts the lists below all parents at once. */
async function countByParent(
  model: AnyModel,
  parentField: string,
  keys: readonly ListKey[],
  members: number[],
): Promise<ReadonlyMap<string, TotalCount>> {
  const max = maxFor(keys[members[0]!]!.list.filter);
  const parents = members.map((at) => keys[at]!.parent);
  const pipeline = [{ $match: withoutParent(keys[members[0]!]!, parentField) }, { $limit: max + 1 }, { $count: 'count' }];
  const counted = await listsBelow<{ count: number }>(model, parentField, parents, [pipeline]);
  return new Map(counted.map(({ parent, rows }) => [parent.toString(), totalOf(rows[0]?.count ?? 0, max)]));
}
