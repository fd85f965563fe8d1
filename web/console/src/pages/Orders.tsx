import { useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { OrderStatus } from '../gql/graphql';
import { useLanguage, useText } from '../i18n';
import { List, Problems, Table, Time, useSending } from '../parts';

const salesQuery = graphql(`
  query Sales($after: String, $locale: String!) {
    viewer {
      id
      sales(first: 25, after: $after) {
        edges {
          node {
            id
            status
            placedAt
            buyer {
              id
              name
            }
            totalPrice {
              formatted(locale: $locale)
            }
            items {
              title
              quantity
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const statusMutation = graphql(`
  mutation UpdateOrderStatus($input: UpdateOrderStatusInput!) {
    updateOrderStatus(input: $input) {
      order {
        id
        status
      }
      userErrors {
        message
      }
    }
  }
`);

/** What may follow each status. */
const next: Record<OrderStatus, OrderStatus[]> = {
  PLACED: ['PAID', 'CANCELLED'],
  PAID: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
};

/** What the button that leads to a status says. */
const steps: Record<OrderStatus, string> = {
  PLACED: 'Mark as placed',
  PAID: 'Mark as paid',
  SHIPPED: 'Mark as shipped',
  DELIVERED: 'Mark as delivered',
  CANCELLED: 'Cancel order',
};

export function Orders() {
  const t = useText();
  const { language: locale } = useLanguage();
  const { data, loading, error, fetchMore } = useQuery(salesQuery, { variables: { locale } });
  const [update, { loading: updating }] = useMutation(statusMutation);
  const { problems, send } = useSending();
  const sales = data?.viewer.sales;
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult }) => {
        const [earlier, later] = [before.viewer.sales, fetchMoreResult.viewer.sales];
        if (!earlier || !later) return before;
        return { viewer: { ...fetchMoreResult.viewer, sales: withNextPage(earlier, later) } };
      },
    });
  const advance = (orderId: string, status: OrderStatus): Promise<void> =>
    send(async () => (await update({ variables: { input: { orderId, status } } })).data?.updateOrderStatus?.userErrors);
  return (
    <>
      <h1>{t('Orders')}</h1>
      <Problems problems={problems} />
      <List connection={sales} loading={loading} error={error} empty={t('No orders yet.')} more={more}>
        <Table columns={[t('Placed'), t('Buyer'), t('Items'), t('Total'), t('Status'), t('Next')]}>
          {sales?.edges.map(({ node }) => (
            <tr key={node.id}>
              <td>
                <Time at={node.placedAt} />
              </td>
              <td>{node.buyer?.name ?? t('Deleted user')}</td>
              <td>{node.items.map(({ title, quantity }) => `${quantity} × ${title}`).join(', ')}</td>
              <td>{node.totalPrice.formatted}</td>
              <td>{t(node.status)}</td>
              <td>
                <div className="row">
                  {next[node.status].map((status) => (
                    <button type="button" key={status} disabled={updating} onClick={() => void advance(node.id, status)}>
                      {t(steps[status])}
                    </button>
                  ))}
                </div>
              </td>
            </tr>
          ))}
        </Table>
      </List>
    </>
  );
}
