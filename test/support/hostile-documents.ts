/** Random documents: mostly valid by the schema, with fragments, aliases, directives and variables in odd places. */
import fc from 'fast-check';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** Decisions of a document's making, so that a failing one shrinks by fewer and smaller decisions. */
class Choices {
  private at = 0;

  constructor(private readonly numbers: number[]) {}

  get left(): boolean {
    return this.at < this.numbers.length;
  }

  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

class Builder {
  private readonly fragments: string[] = [];
  private readonly variables = new Map<string, string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choices: Choices,
  ) {}

  document(): string {
    const kind = this.choices.of(['query', 'query', 'query', 'mutation', 'subscription'] as const);
    const root = {
      query: this.schema.getQueryType(),
      mutation: this.schema.getMutationType(),
      subscription: this.schema.getSubscriptionType(),
    }[kind]!;
    const selections = this.selections(root, 0);
    const variables = [...this.variables].map(([name, type]) => `$${name}: ${type}`).join(', ');
    const name = this.choices.of(['', 'Q']);
    return `${kind} ${name} ${variables && `(${variables})`} ${selections} ${this.fragments.join('\n')}`;
  }

  private selections(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = [];
    const count = 1 + this.choices.below(4);
    for (let at = 0; at < count && (this.choices.left || at === 0); at++) parts.push(this.selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const kind = this.choices.below(12);
    if (kind === 0) return `...F${this.choices.below(6)}`;
    if (kind === 1) return `... ${this.directive()} ${this.selections(type, depth)}`;
    if (kind === 2) return this.fragment(type, depth);
    if (kind === 3 && isAbstractType(type)) {
      const possible = this.choices.of(this.schema.getPossibleTypes(type));
      return `... on ${possible.name} ${this.selections(possible, depth)}`;
    }
    if (kind === 4) return this.choices.of(['__typename', 'nothing', '__schema { types { name } }', '__type(name: "User") { name }']);
    return this.field(type, depth);
  }

  private fragment(type: GraphQLCompositeType, depth: number): string {
    const name = `F${this.fragments.length}`;
    this.fragments.push('');
    const at = this.fragments.length - 1;
    this.fragments[at] = `fragment ${name} on ${type.name} ${this.selections(type, depth)}`;
    return `...${name} ${this.directive()}`;
  }

  private field(type: GraphQLCompositeType, depth: number): string {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    if (fields.length === 0) return '__typename';
    const field = this.choices.of(fields);
    const below = getNamedType(field.type);
    if (isCompositeType(below) && depth > 8) return '__typename';
    const alias = this.choices.of(['', '', 'a: ', 'b: ', `${field.name}: `]);
    const given = field.args.filter((argument) => isNonNullType(argument.type) || this.choices.below(3) === 0);
    const values = given.map((argument) => `${argument.name}: ${this.value(argument)}`).join(', ');
    const selections = isCompositeType(below) ? this.selections(below, depth + 1) : '';
    return `${alias}${field.name}${values && `(${values})`} ${this.directive()} ${selections}`;
  }

  private directive(): string {
    const condition = this.choices.below(8);
    if (condition === 0) return `@include(if: ${this.choices.of(['true', 'false', this.variable('Boolean!')])})`;
    return condition === 1 ? `@skip(if: ${this.choices.of(['true', 'false', this.variable('Boolean!')])})` : '';
  }

  private variable(type: string): string {
    const name = `v${this.variables.size}`;
    if (this.variables.size < 20) this.variables.set(name, type);
    return `$${name}`;
  }

  private value({ type }: GraphQLArgument): string {
    return this.choices.below(4) === 0 ? this.variable(String(type)) : this.literal(type, 0);
  }

  private literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.literal(type.ofType, depth);
    if (this.choices.below(10) === 0) return 'null';
    if (isListType(type)) return `[${this.literal(type.ofType, depth + 1)}]`;
    if (isEnumType(type)) return this.choices.of(type.getValues()).name;
    if (!isInputObjectType(type))
      return this.choices.of(['"x"', '0', '-1', '100', '99999999999', '1.5', 'true', '"\\u0000"', '""', 'X', '{ }']);
    if (depth > 3) return '{}';
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || this.choices.below(2) === 0);
    return `{ ${fields.map((field) => `${field.name}: ${this.literal(field.type, depth + 1)}`).join(', ')} }`;
  }
}

export function hostileDocument(schema: GraphQLSchema): fc.Arbitrary<string> {
  const numbers = fc.array(fc.nat({ max: 9_999 }), { minLength: 5, maxLength: 150, size: 'max' });
  return numbers.map((choices) => new Builder(schema, new Choices(choices)).document());
}
