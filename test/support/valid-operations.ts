/** Random valid operations on a small schema: fragments used under many conditions, merged fields, variables in odd places. */
import fc from 'fast-check';
import { buildSchema, type GraphQLSchema } from 'graphql';

export const smallSchema = (): GraphQLSchema => {
  const schema = buildSchema(`
    enum Sort { NEW OLD }
    input Filter { least: Int! = 1, most: Int, tags: [String!]! = ["x"], sort: Sort! = NEW, inner: Filter, ids: [ID] }
    interface Node { id: ID! }
    union Any = Item | Price
    type Price { amount: Int! item: Item echo(filter: Filter, sort: Sort! = OLD, n: Int, list: [Int!]! = [7]): String! }
    type Item implements Node {
      id: ID!
      parent: Item
      others(first: Int! = 1): [Item!]
      any: Any
      node: Node
      price: Price
      failing: String
      strict: String!
      sparse: [Item]
      echo(filter: Filter, sort: Sort! = NEW, n: Int, list: [Int!]! = [7]): String!
    }
    type Query { item(n: Int! = 1): Item strict: Item! items(first: Int! = 2): [Item!]! anything: [Any!] node(n: Int): Node }
  `);
  const echo = (_source: unknown, args: object): string => JSON.stringify(args);
  const item = (n: number) => ({ __typename: n % 5 === 4 ? 'Price' : 'Item', n });
  type Source = { n: number };
  const resolvers: Record<string, Record<string, (source: Source, args: { n?: number; first?: number }) => unknown>> = {
    Query: {
      item: (_source, { n }) => item(5 * n!),
      strict: () => item(10),
      items: (_source, { first }) => Array.from({ length: Math.min(3, Math.abs(first!)) }, (_, at) => item(5 * at)),
      anything: async () => [item(3), item(4), item(9)],
      node: async (_source, { n }) => item(5 * (n ?? 0)),
    },
    Item: {
      id: ({ n }) => `item ${n}`,
      parent: async ({ n }) => (n < 30 ? item(n + 5) : null),
      others: ({ n }, { first }) => Array.from({ length: Math.min(2, Math.abs(first!)) }, () => item(n + 10)),
      any: ({ n }) => item(n + 4),
      node: ({ n }) => item(n + 5),
      price: async ({ n }) => item(n + 4),
      failing: ({ n }) => (n % 2 === 0 ? Promise.reject(new Error('It fails.')) : 'fine'),
      strict: ({ n }) => (n % 3 === 1 ? null : 'strict'),
      sparse: ({ n }) => [item(n + 1), null],
      echo,
    },
    Price: { amount: ({ n }) => n, item: ({ n }) => item(n + 1), echo },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    const object = schema.getType(type) as unknown as { getFields(): Record<string, { resolve: unknown }> };
    for (const [name, resolve] of Object.entries(fields)) object.getFields()[name]!.resolve = resolve;
  }
  for (const name of ['Node', 'Any']) {
    (schema.getType(name) as unknown as { resolveType: unknown }).resolveType = ({ __typename }: { __typename: string }) => __typename;
  }
  return schema;
};

const variableTypes: Record<string, string> = {
  yes: 'Boolean!',
  maybe: 'Boolean = true',
  count: 'Int',
  size: 'Int = 2',
  sort: 'Sort',
  filter: 'Filter',
  tag: 'String! = "t"',
  list: '[Int!]',
};

const composite = { parent: 'Item', others: 'Item', sparse: 'Item', any: 'Any', node: 'Node', price: 'Price', item: 'Item' } as const;
const rootFields = { item: 'Item', strict: 'Item', items: 'Item', anything: 'Any', node: 'Node' } as const;
const fieldsOf: Record<string, readonly string[]> = {
  Query: Object.keys(rootFields),
  Item: ['id', 'parent', 'others', 'any', 'node', 'price', 'failing', 'strict', 'sparse', 'echo', '__typename'],
  Price: ['amount', 'item', 'echo', '__typename'],
  Node: ['id', '__typename'],
  Any: ['__typename'],
};
/** What an argument is depends on the alias, so that fields of one name can always be merged. */
const argumentsOf: Record<string, readonly string[]> = {
  echo: [
    '',
    '(filter: $filter)',
    '(sort: $sort, n: $count)',
    '(filter: { most: $count, tags: [$tag, "b"], inner: { sort: OLD } })',
    '(list: $list)',
    '(n: $size, filter: { ids: ["a", 1, null], sort: $sort })',
    '(list: 4)',
  ],
  others: ['', '(first: 2)', '(first: $size)'],
  items: ['', '(first: 3)', '(first: $count)'],
  item: ['', '(n: 2)', '(n: $size)'],
  node: [''],
};
const aliases = ['', 'a', 'b', 'a_b', 'b_a', 'a_idx1', 'idx1', 'Item_a', '__proto__', 'constructor', 'c'];

class Builder {
  private at = 0;
  private readonly fragments = new Map<string, string>();
  private readonly variables = new Set<string>();

  constructor(private readonly numbers: number[]) {}

  private of<Value>(values: readonly Value[]): Value {
    // When no more decisions are left, the last value is taken, which ends every choice.
    return values[(this.numbers[this.at++] ?? values.length - 1) % values.length]!;
  }

  document(): string {
    const selections = this.selections('Query', 0, 0);
    const variables = [...this.variables].map((name) => `$${name}: ${variableTypes[name]}`).join(', ');
    return `query ${variables && `(${variables})`} ${selections} ${[...this.fragments.values()].join(' ')}`;
  }

  private selections(type: string, depth: number, fragment: number): string {
    const count = 1 + this.of([3, 2, 1, 0]);
    return `{ ${Array.from({ length: count }, () => this.selection(type, depth, fragment)).join(' ')} }`;
  }

  private selection(type: string, depth: number, fragment: number): string {
    const kind = this.of([0, 1, 2, 3, 4, 5, 6, 7]);
    if (kind === 0) return `... ${this.conditions()} ${this.selections(type, depth, fragment)}`;
    if (kind <= 2 && fragment < 3 && type !== 'Query') return this.spread(fragment + 1 + this.of([0, 1]), depth);
    if (kind === 3 && (type === 'Any' || type === 'Node')) {
      const narrowed = this.of(type === 'Any' ? ['Item', 'Price'] : ['Item']);
      return `... on ${narrowed} ${this.conditions()} ${this.selections(narrowed, depth, fragment)}`;
    }
    return this.field(type, depth, fragment);
  }

  private spread(number: number, depth: number): string {
    const type = this.of(['Item', 'Node']);
    const name = `${type}${number}`;
    if (!this.fragments.has(name)) {
      this.fragments.set(name, '');
      this.fragments.set(name, `fragment ${name} on ${type} ${this.selections(type, Math.max(depth, 2), number)}`);
    }
    // On a type that the fragment does not fit, it is within one that fits.
    return `... on Node { ...${name} ${this.conditions()} }`;
  }

  private field(type: string, depth: number, fragment: number): string {
    let name = this.of(fieldsOf[type]!);
    const below = type === 'Query' ? rootFields[name as keyof typeof rootFields] : composite[name as keyof typeof composite];
    if (below && depth >= 4) name = '__typename';
    const choices = argumentsOf[name] ?? [''];
    const at = this.of(choices.map((_, index) => index));
    const given = choices[at]!;
    for (const [, variable] of given.matchAll(/\$(\w+)/g)) this.variables.add(variable!);
    const alias = this.of(aliases);
    const key = alias === '' ? (at === 0 ? '' : `${name}${at}: `) : `${alias}${alias === '__proto__' && at === 0 ? '' : `_${name}${at}`}: `;
    const selections = below && depth < 4 ? this.selections(below, depth + 1, fragment) : '';
    return `${key}${name}${given} ${this.conditions()} ${selections}`;
  }

  private conditions(): string {
    const condition = this.of([
      '',
      '',
      '',
      '@include(if: $yes)',
      '@skip(if: $yes)',
      '@include(if: $maybe)',
      '@skip(if: true)',
      '@include(if: true) @skip(if: $maybe)',
    ]);
    for (const [, variable] of condition.matchAll(/\$(\w+)/g)) this.variables.add(variable!);
    return condition;
  }
}

export function validOperation(): fc.Arbitrary<string> {
  const numbers = fc.array(fc.nat({ max: 9_999 }), { minLength: 20, maxLength: 300, size: 'max' });
  return numbers.map((choices) => new Builder(choices).document());
}

/** Values for its variables, some of which do not fit. */
export function variableValues(): fc.Arbitrary<Record<string, unknown>> {
  const filter = fc.letrec<{ filter: unknown }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 1, [], 'x'),
      fc.record(
        {
          least: fc.constantFrom(1, null, '1', 2 ** 31),
          most: fc.constantFrom(1, null, 1.5),
          tags: fc.constantFrom('one', ['a', 'b'], [null], null, []),
          sort: fc.constantFrom('NEW', 'OLD', 'NONE', null),
          ids: fc.constantFrom(1, 'a', ['b', 2, null], null, [1.5]),
          inner: tie('filter'),
          other: fc.constant(1),
        },
        { requiredKeys: [] },
      ),
    ),
  })).filter;
  const usual = {
    yes: fc.boolean(),
    maybe: fc.boolean(),
    count: fc.constantFrom(1, 2, 3),
    size: fc.constantFrom(0, 1, 2),
    sort: fc.constantFrom('NEW', 'OLD'),
    filter: fc.record(
      { least: fc.nat(3), most: fc.nat(3), sort: fc.constantFrom('OLD'), tags: fc.constantFrom('t', ['u']) },
      { requiredKeys: [] },
    ),
    tag: fc.constantFrom('a', 'ä'),
    list: fc.constantFrom([1, 2], 3, []),
  };
  const odd = {
    yes: fc.constantFrom(true, false, null, 1),
    maybe: fc.constantFrom(true, false, null, 'yes'),
    count: fc.constantFrom(1, null, 1.5, 2 ** 31, '1', -1),
    size: fc.constantFrom(1, null, true, 0),
    sort: fc.constantFrom('NEW', null, 'NONE', 0),
    filter,
    tag: fc.constantFrom('a', null, 1),
    list: fc.constantFrom(null, [null], [1.5], ['a'], 4),
  };
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(usual, { requiredKeys: ['yes'] }) },
    { weight: 2, arbitrary: fc.record(odd, { requiredKeys: [] }) },
  );
}
