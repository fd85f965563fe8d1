/** Apollo Client on Plaza: its link, and a cache that knows the schema’s lists and objects. */
import { ApolloLink, HttpLink, type FieldMergeFunction, type FieldPolicy, type FieldReadFunction, type TypePolicies } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import type { PlazaClient } from './index.js';
import { connectionFields, embeddedTypes, lookups, possibleTypes } from './schema.js';

export { possibleTypes };

/** Queries and mutations over HTTP, subscriptions over the live client. */
export function plazaLink({ url, session, live }: PlazaClient): ApolloLink {
  return ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(live as never),
    new HttpLink({ uri: url, fetch: session.fetch }),
  );
}

/**
 * - Lists grow with `fetchMore`, apart for each set of arguments other than `first`, `after`, `last` and `before`.
 * - Objects without an ID are merged into the object that they are a part of.
 * - `product(id:)` and the like find what the cache has already.
 */
export function typePolicies(): TypePolicies {
  const policies: Record<string, { merge?: true; fields?: Record<string, FieldPolicy> }> = {};
  for (const type of embeddedTypes) policies[type] = { merge: true };
  for (const [type, fields] of Object.entries(connectionFields)) {
    const entries = Object.entries(fields).map(([name, args]) => [name, growing(args)] as const);
    policies[type] = { ...policies[type], fields: Object.fromEntries<FieldPolicy>(entries as never) };
  }
  const query = (policies['Query'] ??= {});
  query.fields ??= {};
  for (const [name, type] of Object.entries(lookups)) query.fields[name] = { read: referenceTo(type) };
  return policies;
}

interface KeptList {
  edges?: unknown[];
}

/**
 * A list that grows, or null where the viewer has none. Apollo's own makes an empty list of null, and of an answer that
 * has no edges, such as a count alone: of that, nothing is known yet.
 */
function growing(keyArgs: Parameters<typeof relayStylePagination>[0]): FieldPolicy {
  const policy = relayStylePagination(keyArgs);
  const read = policy.read as FieldReadFunction;
  const merge = policy.merge as FieldMergeFunction;
  return {
    ...policy,
    read: (existing: KeptList | null | undefined, options) =>
      existing && !existing.edges ? existing : (read(existing, options) as unknown),
    merge: (existing: KeptList | null | undefined, incoming: KeptList | null, options) => {
      if (incoming === null) return null;
      if (!incoming.edges && !existing?.edges) return { ...existing, ...incoming };
      if (!existing?.edges) return { ...existing, ...(merge(undefined, incoming, options) as KeptList) };
      return merge(existing, incoming, options) as unknown;
    },
  };
}

function referenceTo(type: string): FieldPolicy['read'] {
  return (existing: unknown, { args, toReference, canRead }) => {
    const id = args?.['id'] as string | undefined;
    if (existing !== undefined || !id) return existing;
    const reference = toReference({ __typename: type, id });
    return canRead(reference) ? reference : undefined;
  };
}
