/** Every list of the schema is a connection as the Relay specification has it, and says the truth about itself at both ends. */
import { getNamedType, isObjectType, isRequiredArgument, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { fewest, fullShop, type FullShop } from '../support/full-shop.js';
import { usePlaza, type Account } from '../support/plaza.js';

// What vanishes is taken out of the store behind the API's back.
const plaza = usePlaza({ CACHE_MEMORY: '0', MAX_OPERATION_COST: '1000000' });

interface List {
  name: string;
  type: GraphQLObjectType;
  field: string;
  /** The arguments that must be given. */
  args: string[];
  hasNodeIds: boolean;
}

interface Page {
  edges: { cursor: string; node: { __typename: string; id?: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number | null;
}

interface Refusal {
  code: string;
  argument: string | undefined;
}

/** Types of which there is one with empty lists. */
const withEmptyLists = ['Product', 'Review', 'Question', 'Answer', 'Comment', 'Share', 'Category', 'User', 'Viewer'];
/** Lists that have something for everybody, or are for merchants. */
const neverEmpty = ['Product.similarProducts', 'Viewer.archivedProducts', 'Viewer.recommendedProducts', 'Viewer.sales', 'Viewer.sessions'];

const schema: GraphQLSchema = await describedSchema();
const lists = listsOf(schema);
let shop: FullShop;
let newcomer: Account;

beforeAll(async () => {
  shop = await fullShop(plaza);
  newcomer = await plaza.account();
});

/** What a list needs to be told. */
function required(list: List, name: string): string {
  if (name === 'userId') return `"${shop.hero.id}"`;
  return list.field === 'searchUsers' ? '"name"' : '"number"';
}

function listsOf(ofSchema: GraphQLSchema): List[] {
  return Object.values(ofSchema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const connection = getNamedType(field.type);
        if (!isObjectType(connection) || !connection.name.endsWith('Connection')) return [];
        const edge = getNamedType(connection.getFields()['edges']!.type) as GraphQLObjectType;
        const node = getNamedType(edge.getFields()['node']!.type) as GraphQLObjectType;
        const args = field.args.filter(isRequiredArgument).map((argument) => argument.name);
        return [{ name: `${type.name}.${field.name}`, type, field: field.name, args, hasNodeIds: 'id' in node.getFields() }];
      }),
    );
}

/** Reads a page, or how it is refused. Null where the viewer has no such list. */
async function read(list: List, page: object, { id, viewer }: { id?: string; viewer?: Account } = {}): Promise<Page | Refusal | null> {
  const needed = list.args.map((name) => `, ${name}: ${required(list, name)}`).join('');
  const node = `node { __typename ${list.hasNodeIds ? 'id' : ''} }`;
  const selection = `{ totalCount edges { cursor ${node} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const field = `list: ${list.field}(first: $first, last: $last, after: $after, before: $before${needed}) ${selection}`;
  const within: Record<string, string> = {
    Query: field,
    Viewer: `parent: viewer { ${field} }`,
    MerchantFeedbackSummary: `parent: merchantFeedbackSummary { ${field} }`,
  };
  const byId = !within[list.type.name];
  const query = within[list.type.name] ?? `parent: node(id: $id) { ... on ${list.type.name} { ${field} } }`;
  const { data, errors } = await plaza.query(
    `query ($first: Int, $last: Int, $after: String, $before: String${byId ? ', $id: ID!' : ''}) { ${query} }`,
    { ...page, ...(byId && { id: id ?? shop.ids[list.type.name] }) },
    (viewer ?? shop.hero).token,
  );
  if (errors) return { code: errors[0]!.extensions.code, argument: errors[0]!.extensions.argument };
  return (list.type.name === 'Query' ? data : data.parent).list;
}

async function pageOf(list: List, page: object, whose = {}): Promise<Page> {
  const answer = await read(list, page, whose);
  if (!answer || 'code' in answer) throw new Error(`${list.name} ${JSON.stringify(page)}: ${JSON.stringify(answer)}`);
  return answer;
}

const cursorsOf = ({ edges }: Page): string[] => edges.map(({ cursor }) => cursor);
/** What a node is, where it can be told apart. */
const itemsOf = ({ edges }: Pick<Page, 'edges'>): string[] => edges.map(({ cursor, node }) => node.id ?? cursor);

/** Walks a list in pages of two. */
async function walk(list: List, direction: 'forwards' | 'backwards'): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page = await pageOf(list, direction === 'forwards' ? { first: 2, after: cursor } : { last: 2, before: cursor });
    pages.push(page);
    if (pages.length > 50) throw new Error(`${list.name} has no end`);
    const { hasNextPage, hasPreviousPage, endCursor, startCursor } = page.pageInfo;
    if (!(direction === 'forwards' ? hasNextPage : hasPreviousPage)) return pages;
    cursor = direction === 'forwards' ? endCursor : startCursor;
  }
}

describe.each(lists.map((list) => [list.name, list] as const))('%s', (name, list) => {
  let whole: Page;

  beforeAll(async () => {
    whole = await pageOf(list, { first: 100 });
  });

  test('is the same list from the front, from the back and at once, and knows where it ends', async () => {
    expect(whole.edges.length).toBeGreaterThanOrEqual(fewest);
    expect(new Set(cursorsOf(whole)).size).toBe(whole.edges.length);
    expect(new Set(itemsOf(whole)).size).toBe(whole.edges.length);
    const forwards = await walk(list, 'forwards');
    const backwards = (await walk(list, 'backwards')).reverse();
    for (const pages of [forwards, backwards]) {
      expect(pages.flatMap(({ edges }) => edges)).toEqual(whole.edges);
      for (const [at, page] of pages.entries())
        expect(page.pageInfo).toEqual({
          hasPreviousPage: at > 0,
          hasNextPage: at < pages.length - 1,
          startCursor: page.edges[0]!.cursor,
          endCursor: page.edges.at(-1)!.cursor,
        });
    }
    if (whole.totalCount !== null || name !== 'Viewer.feed') expect(whole.totalCount).toBe(whole.edges.length);
  });

  test('cuts out what is between two cursors, from either side', async () => {
    const cursors = cursorsOf(whole);
    const [after, before] = [cursors[0], cursors.at(-1)];
    const inner = whole.edges.slice(1, -1);
    expect((await pageOf(list, { first: 100, after, before })).edges).toEqual(inner);
    expect((await pageOf(list, { last: 100, after, before })).edges).toEqual(inner);
    const [front, back] = [await pageOf(list, { first: 1, after, before }), await pageOf(list, { last: 1, after, before })];
    expect([front.edges, front.pageInfo.hasNextPage]).toEqual([inner.slice(0, 1), true]);
    expect([back.edges, back.pageInfo.hasPreviousPage]).toEqual([inner.slice(-1), true]);
    // Whoever walks up to a cursor is told that nothing is left before it.
    expect((await pageOf(list, { first: inner.length, after, before })).pageInfo.hasNextPage).toBe(false);
    expect((await pageOf(list, { last: inner.length, after, before })).pageInfo.hasPreviousPage).toBe(false);
    const nothing = await pageOf(list, { first: 100, after: before });
    expect([nothing.edges, nothing.pageInfo.hasNextPage, nothing.pageInfo.endCursor]).toEqual([[], false, null]);
  });

  test('answers no items where none are asked for, and whether there are any', async () => {
    const { totalCount, ...page } = await pageOf(list, { first: 0 });
    expect(page).toEqual({ edges: [], pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null } });
    expect(totalCount).toBe(whole.totalCount);
    expect((await pageOf(list, { last: 0 })).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  test('refuses what is no page, by the name of the argument at fault', async () => {
    const other = lists.find((candidate) => candidate.name === (name === 'User.followers' ? 'Query.categories' : 'User.followers'))!;
    const foreign = cursorsOf(await pageOf(other, { first: 1 }))[0];
    const refused = { code: 'BAD_USER_INPUT' };
    expect(await read(list, { first: -1 })).toEqual({ ...refused, argument: 'first' });
    expect(await read(list, { last: 101 })).toEqual({ ...refused, argument: 'last' });
    expect(await read(list, { first: 1, last: 1 })).toEqual({ ...refused, argument: 'last' });
    for (const argument of ['after', 'before'])
      for (const cursor of [foreign, 'nonsense'])
        expect(await read(list, { first: 1, [argument]: cursor })).toEqual({ ...refused, argument });
  });

  // A test that is skipped stands for a program that is missing.
  if (withEmptyLists.includes(list.type.name) && !neverEmpty.includes(name))
    test('answers an empty list as one', async () => {
      const id = shop.emptyIds[list.type.name];
      expect(await read(list, { first: 2 }, { ...(id && { id }), viewer: newcomer })).toEqual({
        edges: [],
        totalCount: name === 'Viewer.feed' ? null : 0,
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      });
    });

  if (list.hasNodeIds)
    test('gives nodes that are found by their ids', async () => {
      const { edges } = whole;
      const ids = edges.map(({ node }) => node.id);
      const { nodes } = await plaza.data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids }, shop.hero.token);
      expect(nodes).toEqual(edges.map(({ node }) => node));
    });
});
