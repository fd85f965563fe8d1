/** Pages of lists in the store. */
import { Error as MongooseError, type Types } from 'mongoose';
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
import type { AnyModel } from './documents.js';

/** Reads one page of a list with one query. */
export async function paginate<Document>(model: AnyModel, list: ListDefinition, args: ConnectionArgs): Promise<Connection<Document>> {
  const page = readPage(args, list.name, list.order.length);
  const rows = await pageQuery<Document>(model, list, page);
  return toConnection(rows, list, page, () => countList(model, list));
}

async function countList(model: AnyModel, { filter }: ListDefinition): Promise<TotalCount> {
  const max = maxFor(filter);
  return totalOf(await model.countDocuments(filter, { limit: max + 1 }), max);
}

/** One condition is one index's. */
function maxFor(filter: Record<string, unknown>): number {
  return Object.keys(filter).length <= 1 ? maxCounted.inIndex : maxCounted.inDocuments;
}

function totalOf(counted: number, max: number): TotalCount {
  return { count: Math.min(counted, max), capped: counted > max };
}

async function pageQuery<Document>(model: AnyModel, list: ListDefinition, page: Page): Promise<Document[]> {
  const { filter, sort } = bounds(list, page);
  const query = model
    .find(filter, list.projection ?? {})
    .sort(sort)
    .limit(page.size + 1)
    .lean();
  return (await query.catch((error: unknown) => refuseForgedCursor(error, page))) as unknown as Document[];
}

/** A cursor whose values are not of its list's types was made by somebody else. @throws RequestError */
function refuseForgedCursor(error: unknown, { after }: Page): never {
  if (!(error instanceof MongooseError.CastError)) throw error;
  throw new RequestError('BAD_USER_INPUT', 'This cursor is not valid.', after ? 'after' : 'before');
}

function bounds(list: ListDefinition, page: Page): { filter: Record<string, unknown>; sort: Record<string, 1 | -1> } {
  const conditions = [list.filter];
  if (page.after) conditions.push(...beyond(list.order, page.after, 1));
  if (page.before) conditions.push(...beyond(list.order, page.before, -1));
  const turned = page.backwards ? -1 : 1;
  const sort = Object.fromEntries(list.order.map(([field, direction]) => [field, (direction * turned) as 1 | -1]));
  return { filter: conditions.length === 1 ? conditions[0]! : { $and: conditions }, sort };
}

/** What lies after (or before) a key: a bound on the first field that an index can use, and the exact rule. */
function beyond(order: ListDefinition['order'], key: unknown[], side: 1 | -1): Record<string, unknown>[] {
  const operator = (direction: number): string => (direction * side === 1 ? '$gt' : '$lt');
  const alternatives = order.map(([field, direction], at) => ({
    ...Object.fromEntries(order.slice(0, at).map(([earlier], position) => [earlier, key[position]])),
    [field]: { [operator(direction)]: key[at] },
  }));
  const [leading, direction] = order[0]!;
  if (alternatives.length === 1) return alternatives;
  return [{ [leading]: { [`${operator(direction)}e`]: key[0] } }, { $or: alternatives }];
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
  const { filter, sort } = bounds({ ...list, filter: withoutParent(keys[members[0]!]!, parentField) }, page);
  const project = list.projection ? [{ $project: list.projection }] : [];
  const rows = await model.db
    .getClient()
    .db(model.db.name)
    .aggregate<{ parent: Types.ObjectId | string; page: Document[] }>([
      { $documents: members.map((at) => ({ parent: keys[at]!.parent })) },
      {
        $lookup: {
          from: model.collection.name,
          localField: 'parent',
          foreignField: parentField,
          as: 'page',
          pipeline: [{ $match: filter }, { $sort: sort }, { $limit: page.size + 1 }, ...project],
        },
      },
    ])
    .toArray();
  const byParent = new Map(rows.map((row) => [row.parent.toString(), row.page]));
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
  const rows = await model.db
    .getClient()
    .db(model.db.name)
    .aggregate<{ parent: Types.ObjectId | string; counted: { count: number }[] }>([
      { $documents: members.map((at) => ({ parent: keys[at]!.parent })) },
      {
        $lookup: {
          from: model.collection.name,
          localField: 'parent',
          foreignField: parentField,
          as: 'counted',
          pipeline: [{ $match: withoutParent(keys[members[0]!]!, parentField) }, { $limit: max + 1 }, { $count: 'count' }],
        },
      },
    ])
    .toArray();
  return new Map(rows.map(({ parent, counted }) => [parent.toString(), totalOf(counted[0]?.count ?? 0, max)]));
}
