import { useQuery } from '@apollo/client/react';
import { graphql } from './gql';

const viewerIdQuery = graphql(`
  query ViewerId {
    viewer {
      id
      user {
        id
      }
    }
  }
`);

/** The id of whoever is signed in. */
export function useViewerId(): string | null {
  return useQuery(viewerIdQuery, { fetchPolicy: 'cache-first' }).data?.viewer.user?.id ?? null;
}
