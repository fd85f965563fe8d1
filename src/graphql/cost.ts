/**
 * What an operation costs, in points: about one for each object that it may answer, with every list counted as long
 * as it may be, and more for fields that say so. Each selection is priced once for each type it is asked of.
 */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { FieldCost } from '../relay/cost.js';
import { appliesTo, fragmentsOf, type Fragments } from './selections.js';

const largestPage = 100;
const defaultPage = 20;
/** How long a list is taken to be whose length nothing says. */
const assumedSize = 10;
const weights = { object: 1, value: 0.1, mutation: 10, schema: 500, type: 50 } as const;

export interface Cost {
  points: number;
  /** The mutations it runs, each as often as it is asked for. */
  mutations: string[];
  /** How much they change: one each, or as many items as they take. */
  changes: number;
  /** The variables that the cost depends on. */
  variables: string[];
}

/** @param variables as the client sent them; values of the wrong type cost the most that they could */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Cost {
  const pricing = new Pricing(schema, fragmentsOf(document), new Values(operation, variables));
  const root = schema.getRootType(operation.operation)!;
  const points = Math.ceil(pricing.of(operation.selectionSet, root));
  return { points: Math.max(1, points), mutations: pricing.mutations, changes: pricing.changes, variables: [...pricing.values.used] };
}

/** Values of arguments, with variables put in. */
class Values {
  readonly used = new Set<string>();
  private readonly defaults: Map<string, unknown>;

  constructor(
    operation: OperationDefinitionNode,
    private readonly given: Record<string, unknown>,
  ) {
    const definitions = operation.variableDefinitions ?? [];
    this.defaults = new Map(definitions.map(({ variable, defaultValue }) => [variable.name.value, valueOf(defaultValue)]));
  }

  /** The value at an argument's path; undefined where there is none. */
  at(field: FieldNode, definition: GraphQLField<unknown, unknown>, path: string): unknown {
    const [name, ...rest] = path.split('.');
    let node = field.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!node) return inside(definition.args.find((argument) => argument.name === name)?.defaultValue, rest);
    while (rest.length > 0 && node?.kind === Kind.OBJECT) {
      const step = rest.shift();
      node = node.fields.find((entry) => entry.name.value === step)?.value;
    }
    if (node?.kind === Kind.VARIABLE) return inside(this.variable(node.name.value), rest);
    // Only the length of a list matters, so that its items need no reading.
    return node?.kind === Kind.LIST ? node.values : valueOf(node);
  }

  /** Whether `@skip` and `@include` leave a selection in. */
  includes({ directives }: SelectionNode): boolean {
    return (directives ?? []).every((directive) => {
      const condition = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
      const value = condition?.kind === Kind.VARIABLE ? this.variable(condition.name.value) : valueOf(condition);
      return directive.name.value === 'skip' ? value !== true : directive.name.value !== 'include' || value !== false;
    });
  }

  private variable(name: string): unknown {
    this.used.add(name);
    return this.given[name] === undefined ? this.defaults.get(name) : this.given[name];
  }
}

function valueOf(node: Parameters<typeof valueFromASTUntyped>[0] | undefined): unknown {
  return node && valueFromASTUntyped(node);
}

function inside(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((outer, step) => (outer as Record<string, unknown> | null | undefined)?.[step], value);
}

class Pricing {
  changes = 0;
  readonly mutations: string[] = [];
  private readonly known = new Map<SelectionSetNode, Map<GraphQLObjectType, number>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Fragments,
    readonly values: Values,
  ) {}

  /** An object of an abstract type is taken to be of the costliest one. */
  of(set: SelectionSetNode, type: GraphQLCompositeType): number {
    if (!isAbstractType(type)) return this.ofObject(set, type);
    return this.schema.getPossibleTypes(type).reduce((most, possible) => Math.max(most, this.ofObject(set, possible)), 0);
  }

  private ofObject(set: SelectionSetNode, type: GraphQLObjectType): number {
    let prices = this.known.get(set);
    if (!prices) this.known.set(set, (prices = new Map<GraphQLObjectType, number>()));
    // Mutations under one root are counted wherever a fragment repeats them.
    const known = type === this.schema.getMutationType() ? undefined : prices.get(type);
    if (known !== undefined) return known;
    let price = 0;
    for (const selection of set.selections) {
      if (!this.values.includes(selection)) continue;
      if (selection.kind === Kind.FIELD) price += this.ofField(selection, type);
      else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        if (inner && appliesTo(this.schema, inner.typeCondition?.name.value, type)) price += this.ofObject(inner.selectionSet, type);
      }
    }
    prices.set(type, price);
    return price;
  }

  private ofField(node: FieldNode, parent: GraphQLObjectType): number {
    const name = node.name.value;
    if (name === '__schema') return weights.schema;
    if (name === '__type') return weights.type;
    const field = parent.getFields()[name];
    if (!field) return weights.value;
    const cost = (field.extensions['cost'] ?? {}) as FieldCost;
    const type = getNamedType(field.type);
    const below = node.selectionSet && isCompositeType(type) ? this.of(node.selectionSet, type) : 0;
    const isMutation = parent === this.schema.getMutationType();
    if (isMutation) {
      this.mutations.push(name);
      this.changes += Math.max(1, cost.changes ? lengthOf(this.values.at(node, field, cost.changes)) : 1);
    }
    const ofType = isCompositeType(type) ? weights.object : weights.value;
    const own = cost.weight ?? (isMutation ? weights.mutation : ofType);
    // The edges of a connection are priced with its page size, all other lists item by item.
    const isPlainList = isListType(getNullableType(field.type)) && !type.name.endsWith('Edge');
    const length = isPlainList || type.name.endsWith('Connection') ? this.lengthOf(node, field, cost) : 1;
    return own + this.ofItems(node, field, cost) + length * (below + (isPlainList ? ofType : 0));
  }

  private ofItems(node: FieldNode, field: GraphQLField<unknown, unknown>, { perItem }: FieldCost): number {
    return perItem ? perItem.weight * lengthOf(this.values.at(node, field, perItem.argument)) : 0;
  }

  private lengthOf(node: FieldNode, field: GraphQLField<unknown, unknown>, cost: FieldCost): number {
    const slicing = cost.slicingArguments ?? ['first', 'last'];
    for (const path of slicing) {
      const value = this.values.at(node, field, path);
      if (Array.isArray(value)) return Math.min(largestPage, value.length);
      if (value !== undefined && value !== null) return pageSize(value);
    }
    return cost.assumedSize ?? (getNamedType(field.type).name.endsWith('Connection') ? defaultPage : assumedSize);
  }
}

/** What is no number of items is refused when it runs; until then it counts as the largest page. */
function pageSize(value: unknown): number {
  const size = Math.abs(Number(value));
  return size <= largestPage ? size : largestPage;
}

function lengthOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}
