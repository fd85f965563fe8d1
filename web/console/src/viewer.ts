import { useQuery } from '@apollo/client/react';
import { graphql } from './gql';
import type { UserRole } from './gql/graphql';

const viewerIdQuery = graphql(`
  query ViewerId {
    viewer {
      id
      user {
        id
        roles
      }
    }
  }
`);

/** The id of whoever is signed in. */
export function useViewerId(): string | null {
  return useQuery(viewerIdQuery, { fetchPolicy: 'cache-first' }).data?.viewer.user?.id ?? null;
}

export function useViewerRoles(): readonly UserRole[] {
  return useQuery(viewerIdQuery, { fetchPolicy: 'cache-first' }).data?.viewer.user?.roles ?? [];
}
