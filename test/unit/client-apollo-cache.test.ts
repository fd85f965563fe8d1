/** Apollo Client’s cache with the settings of `@plaza/client`. */
import { gql, InMemoryCache } from '@apollo/client';
import { expect, test } from 'vitest';
import { possibleTypes, typePolicies } from '../../client/src/apollo.js';

const query = gql`
  {
    viewer {
      id
      notifications(first: 1) {
        totalCount
        liveCursor
      }
    }
  }
`;

function viewer(notifications: object | null): object {
  return { viewer: { __typename: 'Viewer', id: 'Viewer:1', notifications } };
}

test('a list that a stranger does not have stays null, so that nothing is asked again, and is a list once there is one', () => {
  const cache = new InMemoryCache({ typePolicies: typePolicies(), possibleTypes });
  cache.writeQuery({ query, data: viewer(null) });
  expect(cache.readQuery({ query })).toMatchObject({ viewer: { notifications: null } });
  const list = { __typename: 'NotificationConnection', totalCount: 0, liveCursor: 'x' };
  cache.writeQuery({ query, data: viewer(list) });
  expect(cache.readQuery({ query })).toMatchObject({ viewer: { notifications: { totalCount: 0, liveCursor: 'x' } } });
});
