/** Assembles the schema from the modules' resolvers. */
import {
  GraphQLNonNull,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isNullableType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { DateTime } from './date-time.js';
import type { Types } from 'mongoose';
import { buildSchema, getMetadataStorage, type AuthChecker, type ContainerType, type NonEmptyArray, type PubSub } from 'type-graphql';
import { RequestError } from '../errors.js';
import { NodeResolver } from './node.resolver.js';
import { UserErrorResolver } from './user-error.resolver.js';
import type { RequestContext, Role } from '../relay/context.js';
import { toGlobalId } from '../relay/global-id.js';
import type { NodeFinders } from '../relay/node.js';
import { bindInputChecks } from '../relay/input-checks.js';
import { scopesOf } from '../relay/scopes.js';

type ResolverClass = new (...services: never[]) => object;

/**
 * @param resolvers instances of the modules' resolver classes
 * @param nodes what `node(id)` can find
 */
export async function assembleSchema(resolvers: object[], nodes: NodeFinders): Promise<GraphQLSchema> {
  const instances = new Map(
    [...resolvers, new NodeResolver(nodes), new UserErrorResolver()].map((resolver) => [resolver.constructor as ResolverClass, resolver]),
  );
  const container: ContainerType = { get: (type: ResolverClass) => instances.get(type) };
  const schema = await buildSchema({
    resolvers: [...instances.keys()] as unknown as NonEmptyArray<ResolverClass>,
    container,
    authChecker,
    authMode: 'null',
    validate: false,
    pubSub: unusedPubSub,
    scalarsMap: [{ type: Date, scalar: DateTime }],
  });
  bindInputChecks(schema, (type: ResolverClass) => instances.get(type));
  describeRoots(schema);
  requireWhatHasDefaults(schema);
  resolveTypes(schema);
  resolveIds(schema);
  freePlainFields(schema);
  readAnewAfterMutations(schema);
  stopWhenCancelled(schema);
  limitApiKeys(schema);
  return schema;
}

/** type-graphql wants one even though every subscription here reads the event log. */
const unusedPubSub: PubSub = {
  publish: () => unused(),
  subscribe: () => unused(),
};

function unused(): never {
  throw new Error('subscriptions read the event log');
}

/** The schema as it is committed: sorted, so that a change shows as a change of its own lines. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/**
 * The one rule behind every `@Authorized(...)`: signed in, and with one of the roles where any is named. For anonymous
 * users, private fields of `Viewer` are null without an error, so that one query serves everybody. An API key needs one
 * of the field's scopes, and its owner the role.
 */
const authChecker: AuthChecker<RequestContext, Role> = ({ context, info }, roles) => {
  if (context.apiKey) requireScope(context, info.parentType.getFields()[info.fieldName]!);
  else if (info.parentType.name === 'Viewer' && !context.signedIn && !context.expired) return false;
  const { roles: own } = context.requireSignedIn();
  if (roles.length > 0 && !roles.some((role) => own.includes(role))) {
    throw new RequestError('FORBIDDEN', `Requires the role ${roles.join(' or ')}.`);
  }
  return true;
};

/** @throws RequestError FORBIDDEN for an API key that has none of the field's scopes */
function requireScope({ apiKey }: RequestContext, field: GraphQLField<unknown, unknown>): void {
  const needed = scopesOf(field);
  if (!apiKey || apiKey.scopes.some((scope) => needed.includes(scope))) return;
  if (needed.length === 0) throw new RequestError('FORBIDDEN', 'API keys can’t do this. Sign in as a user.');
  throw new RequestError('FORBIDDEN', `Requires an API key with the scope ${needed.join(' or ')}.`);
}

/** Without a scope, API keys change nothing and subscribe to nothing private, whether or not a field asks for an account. */
function limitApiKeys(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const { resolve } = field;
    field.resolve = (source, args, context: RequestContext, info) => {
      requireScope(context, field);
      return resolve!(source, args, context, info);
    };
  }
  const personal = new Set(getMetadataStorage().subscriptions.flatMap(({ roles, schemaName }) => (roles ? [schemaName] : [])));
  for (const field of Object.values(schema.getSubscriptionType()!.getFields())) {
    const { subscribe } = field;
    if (!subscribe || !personal.has(field.name)) continue;
    field.subscribe = (source, args, context: RequestContext, info) => {
      requireScope(context, field);
      return subscribe(source, args, context, info);
    };
  }
}

function describeRoots(schema: GraphQLSchema): void {
  schema.getQueryType()!.description = 'Entry points for reading. Queries have no side effects.';
  schema.getMutationType()!.description =
    'Everything that changes data. Each mutation takes one `input` and reports the rules it broke in `userErrors`.';
  schema.getSubscriptionType()!.description =
    'Live events. Each has a `cursor`; pass the last one as `after` to resume without gaps or duplicates.';
}

/** What has a default is never null: it is what was given, or the default. */
function requireWhatHasDefaults(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const inputs = isInputObjectType(type) ? Object.values(type.getFields()) : fields.flatMap(({ args }) => args);
    for (const input of inputs) {
      if (input.defaultValue !== undefined && isNullableType(input.type)) input.type = new GraphQLNonNull(input.type);
    }
  }
}

/** Whoever answers an abstract type says `__typename`. type-graphql would ask asynchronously, which compiled queries do not. */
function resolveTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value: { __typename: string }) => value.__typename;
  }
}

/** Documents carry `_id`; their type makes it a global id. */
function resolveIds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) continue;
    type.getFields()['id']!.resolve = (source: { _id: Types.ObjectId | string; nodeKey?: string }) =>
      toGlobalId(type.name, source.nodeKey ?? source._id);
  }
}

/**
 * Each mutation of a document sees what those before it changed (GraphQL specification, 6.2.2), and what it answers is
 * read after its own change.
 */
function readAnewAfterMutations(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const { resolve } = field;
    field.resolve = async (source, args, context: RequestContext, info) => {
      context.forgetLoaded();
      try {
        return await resolve!(source, args, context, info);
      } finally {
        context.forgetLoaded();
      }
    };
  }
}

/** A request whose time is up begins no further field. */
function stopWhenCancelled(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve || field.name === 'id') continue;
      field.resolve = (source, args, context: RequestContext, info) => {
        context.requireActive();
        return resolve(source, args, context, info);
      };
    }
  }
}

/** Fields that only read a property need no resolver of their own; without one, the compiled query reads them inline. */
function freePlainFields(schema: GraphQLSchema): void {
  const { fieldResolvers, objectTypes } = getMetadataStorage();
  const properties = new Map(
    objectTypes.flatMap(({ name, fields }) => (fields ?? []).map((field) => [`${name}.${field.schemaName}`, field.name] as const)),
  );
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  // Types that are declared by a function have classes of one name.
  const names = new Map(objectTypes.map(({ target, name }) => [target as unknown, name]));
  const resolved = new Set(fieldResolvers.map(({ getObjectType, schemaName }) => `${names.get(getObjectType?.())}.${schemaName}`));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || roots.has(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === 'id' || resolved.has(`${type.name}.${field.name}`)) continue;
      const property = properties.get(`${type.name}.${field.name}`) ?? field.name;
      if (property === field.name) delete field.resolve;
      else field.resolve = (source: Record<string, unknown>) => source[property];
    }
  }
}
