/** Cursor connections (the Relay specification), by key and not by offset, so that cursors outlive changes to the list. */
import 'reflect-metadata';
import type { GraphQLResolveInfo } from 'graphql';
import { Types } from 'mongoose';
import { ArgsType, Field, Int, ObjectType, Root, type ClassType } from 'type-graphql';
import { RequestError } from '../errors.js';
import type { RequestContext } from './context.js';
import { boundsOf, windowOf, type RankedPage } from './window.js';
import { declareFields, type Fields, type FieldSpec } from './output.js';

export const largestPage = 100;
const defaultPage = 20;

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'Number of items from the start of the list, up to 100. Defaults to 20 if neither `first` nor `last` is given.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only items after this cursor. From the start of the list when left out.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of items from the end of the list, up to 100. Leave it out to page forwards.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only items before this cursor. To the end of the list when left out.' })
  before?: string | null;
}

@ObjectType({ description: 'Position of a page within its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are items after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there are items before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge. Null if the page is empty.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge. Null if the page is empty.' })
  endCursor!: string | null;
}

export interface Edge<Node> {
  cursor: string;
  node: Node;
}

/** How many edges a list has, and whether counting stopped there. */
export interface TotalCount {
  /** Null where only reading the list would tell. */
  count: number | null;
  capped: boolean;
}

/** @typeParam OnEdge what belongs to a node's place in the list, and not to the node */
export interface Connection<Node, OnEdge = unknown> {
  edges: (Edge<Node> & OnEdge)[];
  pageInfo: PageInfo;
  /** Counts the whole list when somebody asks. */
  total: () => Promise<TotalCount>;
}

/** Where counting stops: in an index alone, and where documents must be read for it. A list of which more is to be said has a counter. */
export const maxCounted = { inIndex: 10_000, inDocuments: 2_500 };

const edgeTypes = new Map<unknown, unknown>();

type FieldSpecs = Record<string, FieldSpec<unknown>>;

interface ConnectionOptions<EdgeSpecs> {
  /** What belongs to a node's place in the list, and not to the node. */
  edge?: EdgeSpecs;
  /** The subscriptions that tell of changes to the list, for the description of `liveCursor`; it has none where left out. */
  liveAs?: string;
}

/** Declares a node type's connection and edge types. */
export function connectionType<Node extends object, const EdgeSpecs extends FieldSpecs = Record<never, never>>(
  node: ClassType<Node>,
  name: string,
  { edge, liveAs }: ConnectionOptions<EdgeSpecs> = {},
): ClassType<Connection<Node, Fields<EdgeSpecs>>> {
  @ObjectType(`${name}Edge`, { description: `An item in a list of ${node.name} objects, with its cursor.` })
  class NodeEdge implements Edge<Node> {
    @Field(() => String, { description: 'Cursor of this item, for `after` and `before`.' })
    cursor!: string;

    @Field(() => node, { description: `The ${node.name} object.` })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${node.name} objects.` })
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge], { description: 'Edges of the page, in the list’s order.' })
    edges!: NodeEdge[];

    @Field(() => PageInfo, { description: 'Position of the page, and whether there are more items.' })
    pageInfo!: PageInfo;

    total!: () => Promise<TotalCount>;

    @Field(() => Int, {
      nullable: true,
      description: 'Number of edges in the whole list, as the viewer would page through it with the same filters. Null for the feed.',
    })
    async totalCount(@Root() { total }: Connection<Node>): Promise<number | null> {
      return (await total()).count;
    }

    @Field(() => Boolean, {
      description:
        'Whether the list has more edges than were counted. Counting stops at 2,500 edges, or at 10,000 where it costs little, such as for followers.',
    })
    async totalCountIsCapped(@Root() { total }: Connection<Node>): Promise<boolean> {
      return (await total()).capped;
    }
  }
  declareFields(NodeEdge, edge ?? {});
  if (liveAs) Field(() => String, { nullable: true, description: liveCursorOf(liveAs) })(NodeConnection.prototype, 'liveCursor');
  edgeTypes.set(NodeConnection, NodeEdge);
  return NodeConnection as unknown as ClassType<Connection<Node, Fields<EdgeSpecs>>>;
}

function liveCursorOf(subscriptions: string): string {
  return `Cursor of the live stream as of just before this page was read, for \`after\` of ${subscriptions}: everything that follows is either in the page or in the stream, or in both. Null for lists without a stream.`;
}

/** Reads a page, and before it where the stream of its list stands, where the query asks for that. */
export async function withLiveCursor<Node>(
  topic: string,
  info: GraphQLResolveInfo,
  context: RequestContext,
  read: () => Promise<Connection<Node>>,
): Promise<Connection<Node> & { liveCursor: string | null }> {
  const liveCursor = asksFor(info, 'liveCursor') ? await context.latestCursor(topic) : null;
  return { ...(await read()), liveCursor };
}

/** The edge type that was declared with a connection type, for events of a list that grows. */
export function edgeType<Node>(connection: ClassType<Connection<Node>>): ClassType<Edge<Node>> {
  return edgeTypes.get(connection) as ClassType<Edge<Node>>;
}

/** A node where it stands in a list. */
export function edgeIn<Node>(list: ListDefinition, node: Node): Edge<Node> {
  return { node, cursor: encodeCursor(list.name, keyOf(node, list.order)) };
}

/** A list in the store: its filter, its order (ending in a unique field) and a name that its cursors carry. */
export interface ListDefinition {
  name: string;
  filter: Record<string, unknown>;
  order: readonly (readonly [field: string, direction: 1 | -1])[];
  projection?: Record<string, 0 | 1>;
  /** Where a counter knows how many it has, or can tell when somebody asks. */
  totalCount?: number | (() => Promise<number>);
}

export interface Page {
  size: number;
  backwards: boolean;
  after: unknown[] | null;
  before: unknown[] | null;
}

/**
 * @param list the name of the list, which its cursors carry
 * @param width how many values a cursor of the list has
 * @throws RequestError BAD_USER_INPUT naming the argument at fault
 */
export function readPage(args: ConnectionArgs, list: string, width: number): Page {
  const { first, last, after, before } = args;
  requireSize(first, 'first');
  requireSize(last, 'last');
  if (first !== null && first !== undefined && last !== null && last !== undefined) {
    throw new RequestError('BAD_USER_INPUT', 'Give either first or last, not both.', 'last');
  }
  return {
    size: first ?? last ?? defaultPage,
    backwards: last !== null && last !== undefined,
    after: after ? decodeCursor(after, list, width, 'after') : null,
    before: before ? decodeCursor(before, list, width, 'before') : null,
  };
}

function requireSize(size: number | null | undefined, argument: string): void {
  if (size === null || size === undefined) return;
  if (size < 0) throw new RequestError('BAD_USER_INPUT', `${argument} must not be negative.`, argument);
  if (size > largestPage) throw new RequestError('BAD_USER_INPUT', `${argument} may be at most ${largestPage}.`, argument);
}

/**
 * @param rows one more than the page where more follow
 * @param count counts the whole list, where no counter knows
 */
export function toConnection<Document>(
  rows: Document[],
  list: ListDefinition,
  page: Page,
  count: () => Promise<TotalCount>,
): Connection<Document> {
  const more = rows.length > page.size;
  const isWhole = !more && !page.after && !page.before;
  const kept = rows.slice(0, page.size);
  if (page.backwards) kept.reverse();
  const edges = kept.map((node) => ({ node, cursor: encodeCursor(list.name, keyOf(node, list.order)) }));
  return {
    edges,
    total: once(list.totalCount !== undefined ? exactly(list.totalCount) : isWhole ? exactly(kept.length) : count),
    pageInfo: {
      hasNextPage: page.backwards ? page.before !== null : more,
      hasPreviousPage: page.backwards ? more : page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The same page of what its nodes stand for; nodes whose object is gone are left out. */
export function mapNodes<From, To>(page: Connection<From>, find: (node: From) => Promise<To | null>): Promise<Connection<To>> {
  return mapEdges(page, async (from) => {
    const node = await find(from);
    return node === null ? null : { node };
  });
}

/** The same, with what belongs to each node's place in the list. */
export async function mapEdges<From, To, OnEdge>(
  page: Connection<From>,
  find: (node: From) => Promise<({ node: To } & OnEdge) | null>,
): Promise<Connection<To, OnEdge>> {
  const found = await Promise.all(page.edges.map(({ node }) => find(node)));
  const edges = page.edges.flatMap(({ cursor }, at) => {
    const edge = found[at];
    return edge ? [{ ...edge, cursor }] : [];
  });
  return { ...page, edges };
}

/** A page of a list that is already in memory, such as a ranking. Its cursors are positions. */
export function paginateArray<Node>(nodes: readonly Node[], args: ConnectionArgs, list: string): Connection<Node> {
  const page = readRankedPage(args, list);
  const [start, end] = windowOf(page, nodes.length);
  return rankedPage({ nodes: nodes.slice(start, end), start, total: nodes.length }, list, page);
}

/** @throws RequestError BAD_USER_INPUT naming the argument at fault */
export function readRankedPage(args: ConnectionArgs, list: string): RankedPage {
  const { size, backwards, after, before } = readPage(args, list, 1);
  return { size, backwards, after: after && positionIn(after, 'after'), before: before && positionIn(before, 'before') };
}

/** A part of a ranking, and the position of its first node in the whole. */
interface RankedNodes<Node> {
  nodes: readonly Node[];
  start: number;
  total: number;
}

export function rankedPage<Node>({ nodes, start, total }: RankedNodes<Node>, list: string, page: RankedPage): Connection<Node> {
  const [from, to] = boundsOf(page, total);
  const edges = nodes.map((node, at) => ({ node, cursor: encodeCursor(list, [start + at]) }));
  return {
    edges,
    total: exactly(total),
    pageInfo: {
      // Whoever walks towards a cursor has arrived there, though the ranking goes on behind it.
      hasNextPage: start + nodes.length < (page.backwards ? total : to),
      hasPreviousPage: start > (page.backwards ? from : 0),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The total of lists that together are one. */
export function sumOf(totals: readonly TotalCount[]): TotalCount {
  const count = totals.reduce((sum, total) => sum + (total.count ?? 0), 0);
  return { count: Math.min(count, maxCounted.inIndex), capped: count > maxCounted.inIndex || totals.some(({ capped }) => capped) };
}

/** The same page of a list that is not counted, since what of it the viewer sees shows only when it is read. */
export function uncounted<Node>(page: Connection<Node>): Connection<Node> {
  return { ...page, total: exactly(null) };
}

export function exactly(count: number | null | (() => Promise<number>)): () => Promise<TotalCount> {
  return async () => ({ count: typeof count === 'function' ? await count() : count, capped: false });
}

/** The same answer however often it is asked for. */
export function once<Result>(work: () => Result): () => Result {
  let result: Result | undefined;
  return () => (result ??= work());
}

function positionIn([position]: unknown[], argument: string): number {
  if (!Number.isSafeInteger(position) || (position as number) < 0) throw notACursor(argument);
  return position as number;
}

function keyOf(node: unknown, order: ListDefinition['order']): unknown[] {
  return order.map(([field]) => {
    if (!field.includes('.')) return (node as Record<string, unknown>)[field];
    return field.split('.').reduce((value, step) => (value as Record<string, unknown>)[step], node);
  });
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
function decodeCursor(cursor: string, list: string, width: number, argument: string): unknown[] {
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || !Array.isArray(parsed[1]) || parsed.length !== 2) throw notACursor(argument);
  if (parsed[0] !== list) throw new RequestError('BAD_USER_INPUT', 'This cursor belongs to another list.', argument);
  if (parsed[1].length !== width) throw notACursor(argument);
  return parsed[1].map((value: unknown) => decodeValue(value, argument));
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

function decodeValue(value: unknown, argument: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { o, d } = value as { o?: unknown; d?: unknown };
  if (typeof o === 'string' && /^[0-9a-f]{24}$/.test(o)) return new Types.ObjectId(o);
  if (typeof d === 'number' && !Number.isNaN(new Date(d).getTime())) return new Date(d);
  throw notACursor(argument);
}

function notACursor(argument: string): RequestError {
  return new RequestError('BAD_USER_INPUT', 'This cursor is not valid.', argument);
}

/** Whether a query asks for a field, so that what nobody reads is not looked up. */
export function asksFor(info: GraphQLResolveInfo, field: string): boolean {
  return info.fieldNodes.some((node) =>
    node.selectionSet?.selections.some((selection) => selection.kind !== 'Field' || selection.name.value === field),
  );
}
