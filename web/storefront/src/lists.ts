/** Puts what arrives live into the lists that the cache has. */
import type { ApolloCache, Reference } from '@apollo/client';

interface ListEdge {
  node: Reference | { __ref: string };
}

interface StoredList {
  edges?: readonly ListEdge[];
  totalCount?: number | null;
}

interface NewEdge {
  __typename?: string;
  cursor: string;
  node: { __typename?: string; id: string };
}

/** What arrived while the page was open, which slides in. */
export const arrived = new Set<string>();

/**
 * Adds an edge to a list unless it is there.
 * @param fits whether the list, as the cache names it with its arguments, is one where the new item belongs
 */
export function insertEdge(
  cache: ApolloCache,
  owner: { __typename: string; id: string },
  field: string,
  edge: NewEdge,
  { at = 'start', fits = () => true }: { at?: 'start' | 'end'; fits?: (storeFieldName: string) => boolean } = {},
): void {
  cache.modify<Record<string, StoredList>>({
    id: cache.identify(owner),
    fields: {
      [field]: (stored, { storeFieldName, readField, toReference }) => {
        const list = stored as StoredList;
        const { edges } = list;
        // Of a list that was not read yet, all is read later.
        if (!edges || !fits(storeFieldName) || edges.some(({ node }) => readField('id', node) === edge.node.id)) return list;
        const added = { ...edge, node: toReference(edge.node)! };
        const totalCount = list.totalCount == null ? list.totalCount : list.totalCount + 1;
        return { ...list, totalCount, edges: at === 'start' ? [added, ...edges] : [...edges, added] };
      },
    },
  });
}

/** Forgets an object: lists leave it out from then on. */
export function forget(cache: ApolloCache, __typename: string, id: string): void {
  cache.evict({ id: cache.identify({ __typename, id }) });
  cache.gc();
}
