/** How much one operation may ask for: its depth, and its cost with every list counted as long as it may be. */
import { getNamedType, GraphQLError, isCompositeType, type DocumentNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';
import { RequestError } from '../errors.js';

export const deepest = 15;
export const dearest = 10_000;
const defaultPage = 20;

const estimator: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return 0;
  const length = type.name.endsWith('Connection') ? Math.min(100, Math.abs(Number(args['first'] ?? args['last'] ?? defaultPage))) : 1;
  return 1 + length * childComplexity;
};

const checked = new WeakMap<DocumentNode, LRUCache<string, number>>();

/** @throws RequestError QUERY_TOO_COMPLEX */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
): void {
  const cost = costOf(schema, document, operationName, variables);
  if (cost === Infinity) throw new RequestError('QUERY_TOO_COMPLEX', `The operation is nested more than ${deepest} levels deep.`);
  if (cost > dearest) {
    throw new RequestError('QUERY_TOO_COMPLEX', `The operation may return ${cost} objects, more than ${dearest}: ask for shorter lists.`);
  }
}

function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
): number {
  let costs = checked.get(document);
  if (!costs) checked.set(document, (costs = new LRUCache({ max: 50 })));
  const numbers = Object.entries(variables).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean');
  const key = JSON.stringify([operationName, numbers]);
  const known = costs.get(key);
  if (known !== undefined) return known;
  try {
    const cost =
      depthOf(document) > deepest
        ? Infinity
        : getComplexity({ schema, query: document, operationName, variables, estimators: [estimator] });
    costs.set(key, cost);
    return cost;
  } catch (error) {
    // Variables that do not fit cost nothing, this once: the execution refuses them, and says which.
    if (error instanceof GraphQLError) return 0;
    throw error;
  }
}

/** The deepest nesting of any operation, introspection left out. */
function depthOf(document: DocumentNode): number {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one.selectionSet]] : [])),
  );
  const below = (selections: SelectionSetNode | undefined): number => {
    if (!selections) return 0;
    return Math.max(
      ...selections.selections.map((one) => {
        if (one.kind === 'FragmentSpread') return below(fragments.get(one.name.value));
        if (one.kind === 'InlineFragment') return below(one.selectionSet);
        return one.name.value.startsWith('__') ? 0 : 1 + below(one.selectionSet);
      }),
    );
  };
  return Math.max(0, ...document.definitions.map((one) => (one.kind === 'OperationDefinition' ? below(one.selectionSet) : 0)));
}
