import { useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import { useText } from '../i18n';
import { List, Table, Time } from '../parts';

const auditQuery = graphql(`
  query AuditTrail($after: String) {
    auditTrail(first: 30, after: $after) {
      edges {
        node {
          id
          action
          reason
          createdAt
          rolesBefore
          rolesAfter
          moderator {
            id
            handle
          }
          user {
            id
            handle
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function Audit() {
  const t = useText();
  const { data, loading, error, fetchMore } = useQuery(auditQuery);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        auditTrail: withNextPage(before.auditTrail, next.auditTrail),
      }),
    });
  return (
    <>
      <h1>{t('Audit trail')}</h1>
      <List connection={data?.auditTrail} loading={loading} error={error} empty={t('No decisions yet.')} more={more}>
        <Table columns={[t('Time'), t('Decision'), t('User'), t('Reason'), t('By')]}>
          {data?.auditTrail.edges.map(({ node }) => (
            <tr key={node.id}>
              <td>
                <Time at={node.createdAt} />
              </td>
              <td>{t(node.action)}</td>
              <td>{node.user ? `@${node.user.handle}` : '–'}</td>
              <td>
                {node.reason}
                {node.rolesAfter && ` (${node.rolesBefore?.join(', ')} → ${node.rolesAfter.join(', ')})`}
              </td>
              <td>{node.moderator ? `@${node.moderator.handle}` : '–'}</td>
            </tr>
          ))}
        </Table>
      </List>
    </>
  );
}
