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

test('a list of which only a count was read is not taken for an empty one, and keeps the count once it is read', () => {
  const cache = new InMemoryCache({ typePolicies: typePolicies(), possibleTypes });
  cache.writeQuery({ query, data: viewer({ __typename: 'NotificationConnection', totalCount: 1, liveCursor: 'x' }) });
  const items = gql`
    {
      viewer {
        id
        notifications(first: 20) {
          edges {
            cursor
            node {
              id
            }
          }
        }
      }
    }
  `;
  expect(cache.readQuery({ query: items })).toBe(null);
  const edge = { __typename: 'NotificationEdge', cursor: 'a', node: { __typename: 'Notification', id: 'Notification:1' } };
  cache.writeQuery({ query: items, data: viewer({ __typename: 'NotificationConnection', edges: [edge] }) });
  expect(cache.readQuery({ query: items })).toMatchObject({ viewer: { notifications: { edges: [edge] } } });
  expect(cache.readQuery({ query })).toMatchObject({ viewer: { notifications: { totalCount: 1, liveCursor: 'x' } } });
});
