import { useMutation, useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { NeedsViewer } from '../components/NeedsViewer';
import { Failed, Loading, More, Picture, useErrors } from '../components/parts';
import { graphql } from '../gql';
import type { OrdersQuery } from '../gql/graphql';
import { useI18n } from '../i18n';

const Query = graphql(`
  query Orders($after: String) {
    viewer {
      id
      orders(first: 10, after: $after) {
        edges {
          cursor
          node {
            id
            status
            placedAt
            totalPrice {
              amountMinor
              currency
            }
            items {
              title
              quantity
              price {
                amountMinor
                currency
              }
              product {
                id
                slug
                images {
                  url(width: 128, height: 128)
                  altText
                }
                viewerReview {
                  id
                }
              }
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

const Cancel = graphql(`
  mutation CancelOrder($orderId: ID!) {
    updateOrderStatus(input: { orderId: $orderId, status: CANCELLED }) {
      order {
        id
        status
      }
      userErrors {
        field
        message
      }
    }
  }
`);

type Order = NonNullable<OrdersQuery['viewer']['orders']>['edges'][number]['node'];

export function Orders() {
  const { t } = useI18n();
  return (
    <NeedsViewer>
      <div className="narrow stack">
        <title>{`${t('orders')} · Plaza`}</title>
        <h1>{t('orders')}</h1>
        <List />
      </div>
    </NeedsViewer>
  );
}

function List() {
  const { t } = useI18n();
  const { data, error, refetch, fetchMore } = useQuery(Query);
  const list = data?.viewer.orders;
  if (error && !list) return <Failed onRetry={() => void refetch()} />;
  if (!list) return <Loading />;
  if (list.edges.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <>
      {list.edges.map(({ node }) => (
        <OrderPanel key={node.id} order={node} />
      ))}
      <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
    </>
  );
}

function OrderPanel({ order: { id, status, placedAt, totalPrice, items } }: { order: Order }) {
  const { t, date, money, number } = useI18n();
  const [cancel, { loading }] = useMutation(Cancel);
  const { errors, check } = useErrors();
  const run = async (): Promise<void> => {
    await check(async () => (await cancel({ variables: { orderId: id } })).data?.updateOrderStatus);
  };
  return (
    <article className="panel stack" aria-label={t('orderOf', { date: date(placedAt) })}>
      <div className="row between">
        <h2 className="h3">{t('orderOf', { date: date(placedAt) })}</h2>
        <span className="chip">{t(status)}</span>
      </div>
      <ul>
        {items.map(({ title, quantity, price, product }, at) => (
          <li key={at} className="line">
            <Picture image={product?.images[0]} alt="" />
            <span className="stack tight">
              <bdi>{product ? <Link href={`/products/${encodeURIComponent(product.slug)}`}>{title}</Link> : title}</bdi>
              {product && status === 'DELIVERED' && !product.viewerReview && (
                <Link href={`/products/${encodeURIComponent(product.slug)}#reviews`} className="link small">
                  {t('writeReview')}
                </Link>
              )}
            </span>
            <span>
              {number(quantity)} × {money(price)}
            </span>
          </li>
        ))}
      </ul>
      <div className="row between">
        <strong className="price">{money(totalPrice)}</strong>
        {(status === 'PLACED' || status === 'PAID') && (
          <button className="link" disabled={loading} onClick={() => void run()}>
            {t('cancelOrder')}
          </button>
        )}
      </div>
      {Object.values(errors).map((message) => (
        <p key={message} className="danger small">
          {message}
        </p>
      ))}
    </article>
  );
}
