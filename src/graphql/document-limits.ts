/**
 * Limits on the shape of a document. They are checked in time linear in its length, before anything whose
 * cost depends on its shape (parser, validation, compiler, cost) looks at it.
 */
import {
  GraphQLError,
  isAbstractType,
  isCompositeType,
  getNamedType,
  Kind,
  Lexer,
  Source,
  TokenKind,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { appliesTo, fragmentsOf, isIntrospectionField, type Fragments } from './selections.js';

export const documentLimits = {
  /** Characters of a document. Long values belong into variables. */
  characters: 100_000,
  tokens: 5_000,
  /** Characters of a name: what a suggestion for a misspelt name costs grows with its length. */
  nameLength: 200,
  /** Brackets of any kind within each other. */
  nesting: 100,
  /** Operations and fragments. */
  definitions: 200,
  /** Fields, fragments and spreads after every spread was replaced by its fragment. */
  selections: 2_000,
  /** The same for all operations and fragments together. */
  allSelections: 10_000,
  /** Pairs of fields that answer under the same name in the same place and so must be compared. */
  comparisons: 20_000,
  /** Fields to compile, where a field of an interface or union counts once for each of its types. */
  compiledFields: 1_000,
} as const;

/** Refuses texts that are too long for the parser. @returns how many tokens it has @throws GraphQLError with its code */
export function checkText(text: string): number {
  if (text.length > documentLimits.characters) {
    throw unparsed(`The document has more than ${documentLimits.characters} characters: send long values as variables.`);
  }
  const lexer = new Lexer(new Source(text));
  let [nesting, count] = [0, 0];
  for (; lexer.token.kind !== TokenKind.EOF; count++) {
    const { kind, value } = lexer.advance();
    if (count > documentLimits.tokens) throw unparsed(`The document has more than ${documentLimits.tokens} tokens.`);
    if (opening.has(kind)) nesting++;
    if (closing.has(kind)) nesting--;
    if (nesting > documentLimits.nesting) throw unparsed(`The document nests brackets more than ${documentLimits.nesting} levels deep.`);
    if (kind === TokenKind.NAME && value.length > documentLimits.nameLength) {
      throw unparsed(`The document has a name of more than ${documentLimits.nameLength} characters.`);
    }
  }
  return count;
}

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

function unparsed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
}

function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });
}

/**
 * Refuses shapes that are too costly to validate. Every fragment is looked at once.
 * @param maxDepth fields within each other
 * @throws GraphQLError with its code
 */
export function checkShape(document: DocumentNode, maxDepth: number): void {
  if (document.definitions.length > documentLimits.definitions) {
    throw tooComplex(`The document has more than ${documentLimits.definitions} operations and fragments.`);
  }
  const shapes = new Shapes(fragmentsOf(document));
  let all = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const { depth, selections } = shapes.of(definition.selectionSet);
    if (depth > maxDepth) throw tooComplex(`The operation is nested more than ${maxDepth} levels deep.`);
    all += selections;
    if (selections > documentLimits.selections || all > documentLimits.allSelections) {
      throw tooComplex(`The operation selects more than ${documentLimits.selections} fields, counted wherever a fragment is used.`);
    }
  }
  // What is walked below was just found to be small.
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (comparisonsOf(definition.selectionSet, shapes.fragments) > documentLimits.comparisons) {
      throw tooComplex('The operation selects the same fields too often.');
    }
  }
}

interface Shape {
  depth: number;
  selections: number;
}

const empty: Shape = { depth: 0, selections: 0 };

/** Depth and size of selections, each fragment measured once. */
class Shapes {
  private readonly measured = new Map<string, Shape | 'measuring'>();

  constructor(readonly fragments: Fragments) {}

  of(set: SelectionSetNode | undefined): Shape {
    let [depth, selections] = [0, 0];
    for (const selection of set?.selections ?? []) {
      const below = selection.kind === Kind.FRAGMENT_SPREAD ? this.ofFragment(selection.name.value) : this.of(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      if (!isField || !isIntrospectionField(selection.name.value)) depth = Math.max(depth, below.depth + (isField ? 1 : 0));
      selections += 1 + below.selections;
    }
    return { depth, selections };
  }

  /** @throws GraphQLError where a fragment contains itself */
  private ofFragment(name: string): Shape {
    const known = this.measured.get(name);
    if (known === 'measuring') {
      throw new GraphQLError(`The fragment "${name}" contains itself.`, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    }
    if (known) return known;
    const fragment = this.fragments.get(name);
    if (!fragment) return empty;
    this.measured.set(name, 'measuring');
    const shape = this.of(fragment.selectionSet);
    this.measured.set(name, shape);
    return shape;
  }
}

/** How often fields answer in the same place: the validation compares each of them with each other. */
function comparisonsOf(set: SelectionSetNode, fragments: Fragments): number {
  const root: Place = { count: 0, below: new Map() };
  let comparisons = 0;
  const visit = (selections: SelectionSetNode, place: Place): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        let next = place.below.get(name);
        if (!next) place.below.set(name, (next = { count: 0, below: new Map() }));
        comparisons += next.count++;
        if (selection.selectionSet) visit(selection.selectionSet, next);
      } else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inner) visit(inner.selectionSet, place);
      }
    }
  };
  visit(set, root);
  return comparisons;
}

interface Place {
  count: number;
  below: Map<string, Place>;
}

/** Refuses operations that would be too much to compile; the document is valid. @throws GraphQLError with its code */
export function checkCompiledSize(schema: GraphQLSchema, document: DocumentNode): void {
  const sizes = new CompiledSizes(schema, fragmentsOf(document));
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(definition.operation);
    if (root && sizes.of(definition.selectionSet, root) > documentLimits.compiledFields) {
      throw tooComplex(
        `The operation selects more than ${documentLimits.compiledFields} fields, counted for every type that they may be of.`,
      );
    }
  }
}

/** How many fields the compiler writes code for. */
export function compiledSize(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): number {
  const root = schema.getRootType(operation.operation);
  return root ? new CompiledSizes(schema, fragmentsOf(document)).of(operation.selectionSet, root) : 0;
}

/** Refuses subscriptions whose one field may be left out. Source: the specification, CollectSubscriptionFields. @throws GraphQLError */
export function checkSubscriptions(document: DocumentNode): void {
  const fragments = fragmentsOf(document);
  const check = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) {
        throw new GraphQLError('The field of a subscription cannot be skipped or included by a condition.', {
          nodes: selection,
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        });
      }
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (inner && inner.kind !== Kind.FIELD) check(inner.selectionSet);
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'subscription') check(definition.selectionSet);
  }
}

class CompiledSizes {
  private readonly known = new Map<SelectionSetNode, Map<GraphQLObjectType, number>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Fragments,
  ) {}

  of(set: SelectionSetNode, type: GraphQLCompositeType): number {
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    return types.reduce((size, possible) => size + this.ofObject(set, possible), 0);
  }

  private ofObject(set: SelectionSetNode, type: GraphQLObjectType): number {
    let sizes = this.known.get(set);
    if (!sizes) this.known.set(set, (sizes = new Map<GraphQLObjectType, number>()));
    let size = sizes.get(type);
    if (size !== undefined) return size;
    size = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = type.getFields()[selection.name.value];
        const below = field && getNamedType(field.type);
        size += 1 + (selection.selectionSet && isCompositeType(below) ? this.of(selection.selectionSet, below) : 0);
      } else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        if (inner && appliesTo(this.schema, inner.typeCondition?.name.value, type)) size += this.ofObject(inner.selectionSet, type);
      }
    }
    sizes.set(type, size);
    return size;
  }
}
