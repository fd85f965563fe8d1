import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { setQuantity, shareToken, useCart, type CartLine } from '../cart';
import { Failed, Loading, Picture, say, useErrors } from '../components/parts';
import { ProductCard } from '../components/ProductCard';
import { graphql } from '../gql';
import type { CartQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { plaza } from '../shop';

const Query = graphql(`
  query Cart($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Product {
        merchant {
          id
        }
        ...ProductCard
      }
    }
  }
`);

const AlsoLiked = graphql(`
  query AlsoLiked($productIds: [ID!]!, $visitorId: String) {
    viewer {
      id
      recommendedProducts(first: 4, context: CART, productIds: $productIds, visitorId: $visitorId) {
        edges {
          impressionId
          node {
            ...ProductCard
          }
        }
      }
    }
  }
`);

const Place = graphql(`
  mutation PlaceOrder($input: PlaceOrderInput!) {
    placeOrder(input: $input) {
      order {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
`);

type CartProduct = Extract<NonNullable<CartQuery['nodes'][number]>, { title: string }>;

export function Cart() {
  const { t } = useI18n();
  const lines = useCart();
  const ids = lines.map(({ productId }) => productId);
  const { data, previousData, error, refetch } = useQuery(Query, { variables: { ids }, skip: ids.length === 0 });
  const nodes = (data ?? previousData)?.nodes ?? [];
  const products = new Map(nodes.flatMap((node) => (node && 'title' in node ? [[node.id, node]] : [])));
  if (lines.length === 0)
    return (
      <div className="narrow stack">
        <title>{`${t('cart')} · Plaza`}</title>
        <h1>{t('cart')}</h1>
        <p className="soft">{t('cartEmpty')}</p>
        <p>
          <Link href="/" className="button main">
            {t('toHome')}
          </Link>
        </p>
      </div>
    );
  return (
    <div className="narrow stack">
      <title>{`${t('cart')} · Plaza`}</title>
      <h1>{t('cart')}</h1>
      {error && <Failed onRetry={() => void refetch()} />}
      {!data && !error && products.size === 0 && <Loading />}
      <ul>
        {lines.map((line) => (
          <Line key={line.productId} line={line} product={products.get(line.productId)} known={data !== undefined} />
        ))}
      </ul>
      <Checkout lines={lines} products={products} />
      <Liked ids={ids} />
    </div>
  );
}

interface LineProps {
  line: CartLine;
  product: CartProduct | undefined;
  /** Whether the API has said which products there are. */
  known: boolean;
}

function Line({ line: { productId, quantity }, product, known }: LineProps) {
  const { t, money } = useI18n();
  if (!product && !known) return null;
  if (!product)
    return (
      <li className="line">
        <span />
        <span className="soft">{t('gone')}</span>
        <button className="link small" onClick={() => setQuantity(productId, 0)}>
          {t('remove')}
        </button>
      </li>
    );
  return (
    <li className="line">
      <Picture image={product.images[0]} alt="" />
      <div className="stack tight">
        <Link href={`/products/${encodeURIComponent(product.slug)}`}>
          <bdi>{product.title}</bdi>
        </Link>
        <span className="price">{product.price && money(product.price)}</span>
      </div>
      <div className="stack tight">
        <input
          className="input"
          style={{ width: '4.5rem' }}
          type="number"
          min="1"
          max="99"
          value={quantity}
          aria-label={`${t('quantity')}: ${product.title}`}
          onChange={({ target }) => target.valueAsNumber >= 1 && setQuantity(productId, Math.floor(target.valueAsNumber))}
        />
        <button className="link small" onClick={() => setQuantity(productId, 0)} aria-label={`${t('remove')}: ${product.title}`}>
          {t('remove')}
        </button>
      </div>
    </li>
  );
}

type CartPrice = Pick<NonNullable<CartProduct['price']>, 'amountMinor' | 'currency'>;

/** One amount for each currency, since those of several cannot be added. */
function totalsOf(prices: readonly CartPrice[]): CartPrice[] {
  const sums = new Map<string, number>();
  for (const { amountMinor, currency } of prices) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  return [...sums].map(([currency, amountMinor]) => ({ currency, amountMinor }));
}

/** An order is with one merchant and in one currency: what is ordered together, under a key of its own. */
function ordersOf(lines: readonly CartLine[], products: ReadonlyMap<string, CartProduct>): Map<string, CartLine[]> {
  const orders = new Map<string, CartLine[]>();
  for (const line of lines) {
    const product = products.get(line.productId);
    if (!product) continue;
    const key = `${product.merchant?.id} ${product.price?.currency}`;
    orders.set(key, [...(orders.get(key) ?? []), line]);
  }
  return orders;
}

function Checkout({ lines, products }: { lines: CartLine[]; products: Map<string, CartProduct> }) {
  const { t, money } = useI18n();
  const [, go] = useLocation();
  const [place, { loading }] = useMutation(Place);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { errors, check } = useErrors();
  const prices = lines.flatMap(({ productId, quantity }) => {
    const price = products.get(productId)?.price;
    return price ? [{ ...price, amountMinor: price.amountMinor * quantity }] : [];
  });
  const order = async (): Promise<void> => {
    if (!plaza.session.signedIn) return go('/sign-in?then=/cart');
    for (const [key, items] of ordersOf(lines, products)) {
      const input = { items, shareToken: shareToken.get() ?? undefined, idempotencyKey: `${idempotencyKey} ${key}` };
      const answer = await check(async () => (await place({ variables: { input } })).data?.placeOrder);
      if (!answer) return;
      for (const { productId } of items) setQuantity(productId, 0);
    }
    shareToken.set(null);
    say(t('ordered'));
    go('/orders');
  };
  return (
    <div className="panel stack">
      <div className="row between">
        <strong>{t('total')}</strong>
        <strong className="price">{totalsOf(prices).map(money).join(' + ')}</strong>
      </div>
      <p className="small soft">{t('demoCheckout')}</p>
      <button className="button main" disabled={loading || products.size === 0} onClick={() => void order()}>
        {t('checkout')}
      </button>
      {Object.values(errors).map((message) => (
        <p key={message} className="danger" role="alert">
          {message}
        </p>
      ))}
    </div>
  );
}

function Liked({ ids }: { ids: string[] }) {
  const { t } = useI18n();
  const { data } = useQuery(AlsoLiked, { variables: { productIds: ids, visitorId: plaza.tracker.visitorId } });
  const edges = data?.viewer.recommendedProducts.edges ?? [];
  if (edges.length === 0) return null;
  return (
    <section className="stack" aria-label={t('together')}>
      <h2>{t('together')}</h2>
      <div className="grid">
        {edges.map(({ node }) => (
          <ProductCard key={node.id} product={node} onOpen={() => plaza.tracker.clicked(node.id)} />
        ))}
      </div>
    </section>
  );
}
