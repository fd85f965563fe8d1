import type { FormEvent } from 'react';
import { skipToken, useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { MerchantProductsQuery } from '../gql/graphql';
import { useLanguage, useText } from '../i18n';
import { decimal, List, Problems, Table, useSending } from '../parts';
import { useViewerId } from '../viewer';

const productsQuery = graphql(`
  query MerchantProducts($merchantId: ID!, $after: String, $locale: String!) {
    products(first: 25, after: $after, filter: { merchantId: $merchantId }) {
      edges {
        node {
          id
          title
          slug
          sku
          stock
          availability
          archivedAt
          price {
            formatted(locale: $locale)
          }
          rating {
            id
            mean
            reviewCount
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

const updateMutation = graphql(`
  mutation UpdateStock($input: UpdateProductInput!) {
    updateProduct(input: $input) {
      product {
        id
        stock
        availability
      }
      userErrors {
        message
      }
    }
  }
`);

type Product = MerchantProductsQuery['products']['edges'][number]['node'];

export function Products() {
  const t = useText();
  const merchantId = useViewerId();
  const { language: locale } = useLanguage();
  const { data, loading, error, fetchMore } = useQuery(productsQuery, merchantId ? { variables: { merchantId, locale } } : skipToken);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        products: withNextPage(before.products, next.products),
      }),
    });
  return (
    <>
      <h1>{t('Products')}</h1>
      <List connection={data?.products} loading={loading} error={error} empty={t('You have no products yet.')} more={more}>
        <Table columns={[t('Product'), t('SKU'), t('Price'), t('Rating'), t('Availability'), t('Stock')]}>
          {data?.products.edges.map(({ node }) => (
            <ProductRow key={node.id} product={node} />
          ))}
        </Table>
      </List>
    </>
  );
}

function ProductRow({ product }: { product: Product }) {
  const t = useText();
  const { mean, reviewCount } = product.rating;
  return (
    <tr>
      <td>
        <a href={`/products/${encodeURIComponent(product.slug)}`}>{product.title}</a>
      </td>
      <td>{product.sku ?? '–'}</td>
      <td>{product.price?.formatted ?? '–'}</td>
      <td>{mean === null ? '–' : `${decimal(mean, 1)} (${reviewCount})`}</td>
      <td>{t(product.availability)}</td>
      <td>
        <StockForm product={product} />
      </td>
    </tr>
  );
}

function StockForm({ product }: { product: Product }) {
  const t = useText();
  const [update, { loading }] = useMutation(updateMutation);
  const { problems, send } = useSending();
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const stock = Number(new FormData(event.currentTarget).get('stock'));
    void send(async () => (await update({ variables: { input: { productId: product.id, stock } } })).data?.updateProduct?.userErrors);
  }
  return (
    <form className="inline" onSubmit={submit}>
      <input
        key={product.stock}
        name="stock"
        type="number"
        min={0}
        required
        defaultValue={product.stock ?? ''}
        aria-label={`${t('Stock')}: ${product.title}`}
      />
      <button type="submit" disabled={loading}>
        {t('Save')}
      </button>
      <Problems problems={problems} />
    </form>
  );
}
