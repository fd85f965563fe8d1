/** The schema that operations are compiled for: without arguments, which the resolvers read by graphql-js' own rules. */
import {
  getArgumentValues,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type ValueNode,
} from 'graphql';
import type { RequestContext } from '../relay/context.js';

/** What a compiled operation is given as its context. */
export interface Execution {
  context: RequestContext;
  /** As coerced by their types. */
  variables: Record<string, unknown>;
}

type Field = GraphQLField<unknown, unknown>;

export function withoutArguments(schema: GraphQLSchema): GraphQLSchema {
  const types = new Map<string, GraphQLNamedType>();
  const named = <Type extends GraphQLNamedType>(type: Type): Type => types.get(type.name) as Type;
  const outputType = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(outputType(type.ofType));
    if (isListType(type)) return new GraphQLList(outputType(type.ofType));
    return named(type);
  };
  const fieldsOf = (type: GraphQLObjectType | GraphQLInterfaceType) => (): Record<string, GraphQLFieldConfig<unknown, Execution>> =>
    Object.fromEntries(
      Object.values(type.getFields()).map((field) => [
        field.name,
        { type: outputType(field.type), resolve: resolverOf(field), extensions: field.extensions },
      ]),
    );
  for (const type of Object.values(schema.getTypeMap())) {
    types.set(type.name, type);
    const interfaces = isObjectType(type) || isInterfaceType(type) ? () => type.getInterfaces().map(named) : [];
    if (isObjectType(type) && !type.name.startsWith('__')) {
      types.set(type.name, new GraphQLObjectType({ name: type.name, interfaces, fields: fieldsOf(type) }));
    } else if (isInterfaceType(type)) {
      const { name, resolveType } = type;
      types.set(name, new GraphQLInterfaceType({ name, interfaces, resolveType, fields: fieldsOf(type) }));
    } else if (isUnionType(type)) {
      const { name, resolveType } = type;
      types.set(name, new GraphQLUnionType({ name, resolveType, types: () => type.getTypes().map(named) }));
    }
  }
  const root = (type: GraphQLObjectType | null | undefined): GraphQLObjectType | null => (type ? named(type) : null);
  return new GraphQLSchema({
    query: root(schema.getQueryType()),
    mutation: root(schema.getMutationType()),
    subscription: root(schema.getSubscriptionType()),
    types: [...types.values()],
    directives: schema.getDirectives(),
    assumeValid: true,
  });
}

function resolverOf(field: Field): GraphQLFieldConfig<unknown, Execution>['resolve'] {
  const { resolve } = field;
  if (!resolve) return undefined;
  return (source, _none, { context, variables }, info) =>
    resolve(source, argumentsOf(field, info.fieldNodes[0]!, variables), context, info);
}

/** Arguments that no variable is part of, which are the same each time. */
const constantArguments = new WeakMap<FieldNode, Record<string, unknown>>();

/** @throws GraphQLError for an argument that does not fit its type */
function argumentsOf(field: Field, node: FieldNode, variables: Record<string, unknown>): Record<string, unknown> {
  const known = constantArguments.get(node);
  if (known) return known;
  const values = getArgumentValues(field, node, variables);
  if (!node.arguments?.some(({ value }) => hasVariable(value))) constantArguments.set(node, values);
  return values;
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => hasVariable(field.value));
}
