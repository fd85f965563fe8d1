/** Introspection is answered in the form that tools ask in: the standard query or any part of it. */
import { getIntrospectionQuery, GraphQLError, Kind, parse, type DocumentNode, type SelectionSetNode, type ValidationRule } from 'graphql';
import { isIntrospectionField, type Fragments } from './selections.js';

/** The validation rule of an API that does not show its schema. */
export const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (isIntrospectionField(node.name.value)) context.reportError(new GraphQLError('Introspection is switched off.', { nodes: node }));
  },
});

type Selectable = Map<string, Selectable>;

let standardForm: Selectable | undefined;

/** What may be selected below `__schema` and `__type`. */
function standard(): Selectable {
  if (standardForm) return standardForm;
  const options = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  const document = parse(getIntrospectionQuery(options));
  const form = selectable(document, operationSelections(document));
  form.set('__type', form.get('__schema')!.get('types')!);
  return (standardForm = form);
}

function operationSelections(document: DocumentNode): SelectionSetNode {
  return document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!.selectionSet;
}

function selectable(document: DocumentNode, set: SelectionSetNode, into: Selectable = new Map()): Selectable {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const below = into.get(selection.name.value) ?? (new Map() as Selectable);
      into.set(selection.name.value, below);
      if (selection.selectionSet) selectable(document, selection.selectionSet, below);
    } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION) selectable(document, fragment.selectionSet, into);
    }
  }
  return into;
}

/** Refuses introspection beyond the standard form, which repeats or nests what is large. @throws GraphQLError with its code */
export function checkIntrospection(document: DocumentNode, fragments: Fragments): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    checkRoots(definition.selectionSet, fragments);
  }
}

function checkRoots(set: SelectionSetNode, fragments: Fragments): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const { selectionSet, name } = selection;
      if (isIntrospectionField(name.value) && selectionSet) checkWithin(selectionSet, standard().get(name.value)!, fragments);
    } else {
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner) checkRoots(inner.selectionSet, fragments);
    }
  }
}

function checkWithin(set: SelectionSetNode, form: Selectable, fragments: Fragments): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const { name, alias, selectionSet } = selection;
      if (name.value === '__typename') continue;
      const below = form.get(name.value);
      if (!below || (alias && alias.value !== name.value)) throw beyondStandard(name.value);
      if (selectionSet) checkWithin(selectionSet, below, fragments);
    } else {
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (inner) checkWithin(inner.selectionSet, form, fragments);
    }
  }
}

function beyondStandard(field: string): GraphQLError {
  return new GraphQLError(`Introspection takes the standard introspection query or a part of it: "${field}" goes beyond.`, {
    extensions: { code: 'QUERY_TOO_COMPLEX' },
  });
}
