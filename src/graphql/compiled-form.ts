/**
 * An operation in the plain form that the compiler is given: without fragments, variables or arguments.
 *
 * graphql-jit notes the conditions of `@skip` and `@include` on the nodes of the document, so that a fragment that is
 * used under two conditions gets both; it keeps what it knows of a field under a name that two fields can share; and it
 * reads variables and arguments by rules of its own. Here every use of a fragment has nodes of its own, every field has
 * all conditions that it depends on beside it, and arguments are left to graphql-js.
 */
import {
  getNamedType,
  isCompositeType,
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import { fragmentsOf, isIntrospectionField, type Fragments } from './selections.js';

export interface CompiledForm {
  document: DocumentNode;
  /** The variables that decide which fields are there: they must be true or false. */
  conditions: string[];
}

interface Condition {
  directive: 'skip' | 'include';
  variable: string;
}

/** @returns null for what cannot be compiled: it is to be interpreted */
export function compiledForm(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): CompiledForm | null {
  const plain = new PlainForm(schema, fragmentsOf(document));
  const selections = plain.of(operation.selectionSet, schema.getRootType(operation.operation)!, [], []);
  if (plain.mustBeInterpreted) return null;
  const conditions = [...plain.conditions];
  const definition: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: operation.operation,
    name: operation.name,
    variableDefinitions: conditions.map(booleanVariable),
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return { document: { kind: Kind.DOCUMENT, definitions: [definition] }, conditions };
}

class PlainForm {
  readonly conditions = new Set<string>();
  mustBeInterpreted = false;
  private readonly typeNames: ReadonlySet<string>;
  private readonly places = new Map<string, string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Fragments,
  ) {
    this.typeNames = new Set(Object.keys(schema.getTypeMap()));
  }

  of(set: SelectionSetNode, type: GraphQLCompositeType, conditions: readonly Condition[], path: readonly string[]): SelectionNode[] {
    return set.selections.flatMap((selection) => {
      const own = this.conditionsOf(selection);
      if (own === null) return [];
      const all = joined(conditions, own);
      if (selection.kind === Kind.FIELD) return [wrapped(this.ofField(selection, type, all, path), all)];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value)!;
      return this.ofFragment(fragment.typeCondition?.name.value, fragment.selectionSet, type, all, path);
    });
  }

  private ofFragment(
    condition: string | undefined,
    set: SelectionSetNode,
    type: GraphQLCompositeType,
    conditions: readonly Condition[],
    path: readonly string[],
  ): SelectionNode[] {
    const narrowed = condition === undefined ? type : (this.schema.getType(condition) as GraphQLCompositeType);
    const selections = this.of(set, narrowed, conditions, path);
    if (narrowed === type || selections.length === 0) return selections;
    const typeCondition = { kind: Kind.NAMED_TYPE as const, name: { kind: Kind.NAME as const, value: narrowed.name } };
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections } }];
  }

  private ofField(node: FieldNode, type: GraphQLCompositeType, conditions: readonly Condition[], above: readonly string[]): FieldNode {
    const name = node.name.value;
    const path = [...above, node.alias?.value ?? name];
    if (isIntrospectionField(name) || path.at(-1) === '__proto__') this.mustBeInterpreted = true;
    if (name !== '__typename') this.note(path);
    const { kind, alias, arguments: given, loc } = node;
    const field = 'getFields' in type ? type.getFields()[name] : undefined;
    const below = field && getNamedType(field.type);
    const selections = node.selectionSet && isCompositeType(below) ? this.of(node.selectionSet, below, conditions, path) : undefined;
    const selectionSet = selections && { kind: Kind.SELECTION_SET as const, selections };
    return { kind, alias, name: node.name, arguments: given, loc, selectionSet };
  }

  /** The compiler's name of a place is its path joined by underscores, with list positions and types between. */
  private note(path: readonly string[]): void {
    const parts = [...path].reverse().flatMap((key) => key.split('_'));
    const name = parts.filter((part) => !/^idx\d+$/.test(part) && !this.typeNames.has(part)).join('_');
    const place = path.join('.');
    const known = this.places.get(name);
    if (known === undefined) this.places.set(name, place);
    else if (known !== place) this.mustBeInterpreted = true;
  }

  /** @returns null for what is always left out */
  private conditionsOf({ directives }: SelectionNode): Condition[] | null {
    const conditions: Condition[] = [];
    for (const { name, arguments: given } of directives ?? []) {
      const directive = name.value;
      if (directive !== 'skip' && directive !== 'include') continue;
      const value = given?.find((argument) => argument.name.value === 'if')?.value;
      if (value?.kind === Kind.BOOLEAN && value.value === (directive === 'skip')) return null;
      if (value?.kind !== Kind.VARIABLE) continue;
      this.conditions.add(value.name.value);
      conditions.push({ directive, variable: value.name.value });
    }
    return conditions;
  }
}

function joined(outer: readonly Condition[], inner: readonly Condition[]): readonly Condition[] {
  if (inner.length === 0) return outer;
  const fresh = inner.filter(
    ({ directive, variable }) => !outer.some((known) => known.directive === directive && known.variable === variable),
  );
  return [...outer, ...fresh];
}

/** A field within one fragment for each condition. */
function wrapped(field: FieldNode, conditions: readonly Condition[]): SelectionNode {
  return conditions.reduce<SelectionNode>(
    (selection, { directive, variable }): InlineFragmentNode => ({
      kind: Kind.INLINE_FRAGMENT,
      directives: [directiveNode(directive, variable)],
      selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
    }),
    field,
  );
}

function directiveNode(directive: string, variable: string): DirectiveNode {
  const value = { kind: Kind.VARIABLE as const, name: { kind: Kind.NAME as const, value: variable } };
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: directive },
    arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value }],
  };
}

function booleanVariable(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } } },
  };
}
