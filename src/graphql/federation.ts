/**
 * Plaza as a subgraph of Apollo Federation 2: `_service` says what it adds to a supergraph, `_entities` finds what other
 * subgraphs refer to. Source: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
 */
import {
  extendSchema,
  isUnionType,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  valueFromASTUntyped,
  visit,
  type ConstDirectiveNode,
  type GraphQLScalarType,
  type GraphQLSchema,
} from 'graphql';
import { RequestError } from '../errors.js';
import { tidy } from '../input/text.js';
import { largestPage } from '../relay/connection.js';
import type { RequestContext } from '../relay/context.js';
import type { NodeFinders } from '../relay/node.js';

/** By which fields other subgraphs refer to a type. */
const keys = {
  Product: ['id', 'externalId source'],
  User: ['id', 'externalId source'],
  Order: ['id', 'externalId source'],
  Review: ['id'],
} as const;

type Entity = keyof typeof keys;

/** What a catalogue has of its own may come from either subgraph. */
const shared: Readonly<Record<string, 'ALL' | ReadonlySet<string>>> = {
  PageInfo: 'ALL',
  Money: 'ALL',
  Product: new Set(['title', 'description', 'slug', 'sku', 'gtin', 'mpn', 'brand', 'imageUrl', 'url']),
};

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

/**
 * The same schema with what a gateway asks of a subgraph.
 * @param introspection whether anybody may see the schema; else only administrators do
 */
export function withFederation(schema: GraphQLSchema, nodes: NodeFinders, introspection: boolean): GraphQLSchema {
  const sdl = subgraphSdl(schema);
  const extended = extendSchema(
    schema,
    parse(`
      "Any object with a type and a key, as gateways refer to it."
      scalar _Any
      "What other subgraphs can refer to."
      union _Entity = ${Object.keys(keys).join(' | ')}
      "This subgraph, for gateways."
      type _Service {
        "The subgraph’s schema with the directives of Apollo Federation."
        sdl: String!
      }
      extend type Query {
        "This subgraph, for gateways. Where introspection is off, for administrators only."
        _service: _Service!
        "What other subgraphs refer to, for gateways: up to ${largestPage} objects by their keys, in order. Null for each that does not exist or that the viewer may not see."
        _entities("The objects’ types and keys." representations: [_Any!]!): [_Entity]!
      }
    `),
    { assumeValidSDL: true },
  );
  const any = extended.getType('_Any') as GraphQLScalarType;
  any.parseLiteral = valueFromASTUntyped;
  const union = extended.getType('_Entity');
  if (isUnionType(union)) union.resolveType = (value: { __typename: string }) => value.__typename;
  const { _service: service, _entities: entities } = extended.getQueryType()!.getFields();
  service!.resolve = (_root, _args, context: RequestContext) => {
    if (!introspection) requireAdministrator(context);
    return { sdl };
  };
  entities!.extensions = { cost: { slicingArguments: ['representations'] } };
  entities!.resolve = (_root, args, context: RequestContext) => {
    context.requireActive();
    return entitiesOf(nodes, (args as { representations: unknown[] }).representations, context);
  };
  return extended;
}

/** @throws RequestError */
function requireAdministrator(context: RequestContext): void {
  if (!context.requireSignedIn().roles.includes('ADMIN') || context.apiKey)
    throw new RequestError('FORBIDDEN', 'Where introspection is off, only administrators may see the schema.');
}

/** Gateways ask for what many clients need at once: what is wrong with one is an error in its place, and the others are answered. */
async function entitiesOf(
  nodes: NodeFinders,
  representations: readonly unknown[],
  context: RequestContext,
): Promise<(object | RequestError | null)[]> {
  if (representations.length > largestPage)
    throw new RequestError('BAD_USER_INPUT', `Ask for at most ${largestPage} at once.`, 'representations');
  return Promise.all(
    representations.map((representation, at) =>
      entityOf(nodes, representation, `representations.${at}`, context).catch((error: unknown) => {
        if (error instanceof RequestError) return error;
        throw error;
      }),
    ),
  );
}

/** @throws RequestError BAD_USER_INPUT for what has no type or key of ours */
async function entityOf(nodes: NodeFinders, representation: unknown, argument: string, context: RequestContext): Promise<object | null> {
  const { __typename: type, id, externalId, source } = (representation ?? {}) as Record<string, unknown>;
  if (typeof type !== 'string' || !isEntity(type))
    throw new RequestError('BAD_USER_INPUT', 'This subgraph has no such entity.', `${argument}.__typename`);
  if (typeof id === 'string') return nodes.findTypedById(type, id, `${argument}.id`, context);
  const hasExternalKey = (keys[type] as readonly string[]).includes('externalId source');
  if (!hasExternalKey || typeof externalId !== 'string' || typeof source !== 'string')
    throw new RequestError('BAD_USER_INPUT', `Give a key of ${type}: ${keys[type].join(', or ')}.`, argument);
  return nodes.findByExternalKey(type, { externalId: tidy(externalId), source: tidy(source) }, context);
}

function isEntity(type: string): type is Entity {
  return Object.hasOwn(keys, type);
}

/** The schema as a gateway composes it. */
function subgraphSdl(schema: GraphQLSchema): string {
  const document = visit(parse(printSchema(lexicographicSortSchema(schema))), {
    ObjectTypeDefinition(node) {
      const name = node.name.value;
      const entity = isEntity(name) ? keys[name].map((fields) => directive('key', { fields })) : [];
      const sharing = Object.hasOwn(shared, name) ? shared[name]! : null;
      const own = sharing === 'ALL' ? [directive('shareable')] : [];
      const fields = node.fields?.map((field) =>
        sharing !== null && sharing !== 'ALL' && sharing.has(field.name.value) ? { ...field, directives: [directive('shareable')] } : field,
      );
      return { ...node, fields, directives: [...entity, ...own] };
    },
  });
  return `${link}\n\n${print(document)}\n`;
}

function directive(name: string, args: Record<string, string> = {}): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(args).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: { kind: Kind.STRING, value },
    })),
  };
}
