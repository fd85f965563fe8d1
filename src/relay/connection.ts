/** Cursor connections (the Relay specification), by key and not by offset, so that cursors outlive changes to the list. */
import 'reflect-metadata';
import type { GraphQLResolveInfo } from 'graphql';
import { Types } from 'mongoose';
import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { RequestError } from '../errors.js';
import type { LoaderDefinition } from './context.js';
import type { AnyModel } from './loader.js';

export const largestPage = 100;
const defaultPage = 20;

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the start, at most 100. 20 where neither first nor last is given.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what follows this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end, at most 100.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what precedes this cursor.' })
  before?: string | null;
}

@ObjectType({ description: 'Where a page of a list lies within the list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether more precede this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last edge; null on an empty page.' })
  endCursor!: string | null;
}

export interface Edge<Node> {
  cursor: string;
  node: Node;
}

export interface Connection<Node> {
  edges: Edge<Node>[];
  pageInfo: PageInfo;
  totalCount: number | null;
}

/** Declares a node type's connection and edge types. */
export function connectionType<Node extends object>(node: ClassType<Node>, name: string): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a list.` })
  class NodeEdge implements Edge<Node> {
    @Field(() => String, { description: 'Marks this place in the list, for `after` and `before`.' })
    cursor!: string;

    @Field(() => node, { description: `The ${name} itself.` })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}s.` })
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge], { description: 'The page, in order.' })
    edges!: NodeEdge[];

    @Field(() => PageInfo, { description: 'Whether there is more, and where to go on.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { nullable: true, description: 'How many the whole list has; null where counting would be dear.' })
    totalCount!: number | null;
  }
  return NodeConnection;
}

/** A list in the store: its filter, its order (ending in a unique field) and a name that its cursors carry. */
export interface ListDefinition {
  name: string;
  filter: Record<string, unknown>;
  order: readonly (readonly [field: string, direction: 1 | -1])[];
  projection?: Record<string, 0 | 1>;
  totalCount?: number;
}

interface Page {
  size: number;
  backwards: boolean;
  after: unknown[] | null;
  before: unknown[] | null;
}

/** @throws RequestError BAD_USER_INPUT naming the argument at fault. */
export function readPage(args: ConnectionArgs, list: string): Page {
  const { first, last, after, before } = args;
  requireSize(first, 'first');
  requireSize(last, 'last');
  if (first !== null && first !== undefined && last !== null && last !== undefined) {
    throw new RequestError('BAD_USER_INPUT', 'Give either first or last, not both.', 'last');
  }
  return {
    size: first ?? last ?? defaultPage,
    backwards: last !== null && last !== undefined,
    after: after ? decodeCursor(after, list, 'after') : null,
    before: before ? decodeCursor(before, list, 'before') : null,
  };
}

function requireSize(size: number | null | undefined, argument: string): void {
  if (size === null || size === undefined) return;
  if (size < 0) throw new RequestError('BAD_USER_INPUT', `${argument} must not be negative.`, argument);
  if (size > largestPage) throw new RequestError('BAD_USER_INPUT', `${argument} may be at most ${largestPage}.`, argument);
}

/** Reads one page of a list with one query. */
export async function paginate<Document>(model: AnyModel, list: ListDefinition, args: ConnectionArgs): Promise<Connection<Document>> {
  const page = readPage(args, list.name);
  const rows = await pageQuery<Document>(model, list, page);
  return toConnection(rows, list, page);
}

async function pageQuery<Document>(model: AnyModel, list: ListDefinition, page: Page): Promise<Document[]> {
  const { filter, sort } = bounds(list, page);
  const rows = await model
    .find(filter, list.projection ?? {})
    .sort(sort)
    .limit(page.size + 1)
    .lean();
  return rows as unknown as Document[];
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

function toConnection<Document>(rows: Document[], list: ListDefinition, page: Page): Connection<Document> {
  const more = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  if (page.backwards) kept.reverse();
  const edges = kept.map((node) => ({ node, cursor: encodeCursor(list.name, keyOf(node, list.order)) }));
  return {
    edges,
    totalCount: list.totalCount ?? null,
    pageInfo: {
      hasNextPage: page.backwards ? page.before !== null : more,
      hasPreviousPage: page.backwards ? more : page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The same page of what its nodes stand for; nodes whose object is gone are left out. */
export async function mapNodes<From, To>(page: Connection<From>, find: (node: From) => Promise<To | null>): Promise<Connection<To>> {
  const found = await Promise.all(page.edges.map(({ node }) => find(node)));
  const edges = page.edges.flatMap(({ cursor }, at) => (found[at] === null ? [] : [{ cursor, node: found[at] as To }]));
  return { ...page, edges };
}

/** A page of a list that is already in memory, such as a ranking. Its cursors are positions. */
export function paginateArray<Node>(nodes: readonly Node[], args: ConnectionArgs, list: string): Connection<Node> {
  const page = readPage(args, list);
  const from = page.after ? Number(page.after[0]) + 1 : 0;
  const to = page.before ? Number(page.before[0]) : nodes.length;
  const start = page.backwards ? Math.max(from, to - page.size) : from;
  const end = page.backwards ? to : Math.min(to, from + page.size);
  const edges = nodes.slice(start, end).map((node, at) => ({ node, cursor: encodeCursor(list, [start + at]) }));
  return {
    edges,
    totalCount: nodes.length,
    pageInfo: {
      hasNextPage: end < nodes.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function keyOf(node: unknown, order: ListDefinition['order']): unknown[] {
  return order.map(([field]) => field.split('.').reduce((value, step) => (value as Record<string, unknown>)[step], node));
}

export function encodeCursor(list: string, key: unknown[]): string {
  const plain = key.map((value) => {
    if (value instanceof Types.ObjectId) return { o: value.toHexString() };
    if (value instanceof Date) return { d: value.getTime() };
    return value;
  });
  return Buffer.from(JSON.stringify([list, plain])).toString('base64url');
}

/** @throws RequestError BAD_USER_INPUT for a cursor that is broken or of another list. */
export function decodeCursor(cursor: string, list: string, argument: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new RequestError('BAD_USER_INPUT', 'This is not a cursor.', argument);
  }
  if (!Array.isArray(parsed) || !Array.isArray(parsed[1])) throw new RequestError('BAD_USER_INPUT', 'This is not a cursor.', argument);
  if (parsed[0] !== list) throw new RequestError('BAD_USER_INPUT', 'This cursor belongs to another list.', argument);
  return parsed[1].map((value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { o, d } = value as { o?: unknown; d?: unknown };
    if (typeof o === 'string' && /^[0-9a-f]{24}$/.test(o)) return new Types.ObjectId(o);
    if (typeof d === 'number') return new Date(d);
    throw new RequestError('BAD_USER_INPUT', 'This is not a cursor.', argument);
  });
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
      const pages = keys.map(({ args, list }) => readPage(args, list.name));
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
  for (const at of members) {
    const key = keys[at]!;
    results[at] = toConnection(byParent.get(key.parent.toString()) ?? [], key.list, page);
  }
}

/** Whether a query asks for a connection's `totalCount`, so that a count nobody reads is not made. */
export function asksFor(info: GraphQLResolveInfo, field: string): boolean {
  return info.fieldNodes.some((node) =>
    node.selectionSet?.selections.some((selection) => selection.kind !== 'Field' || selection.name.value === field),
  );
}
