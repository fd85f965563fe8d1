import { useQuery, useSubscription } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { addToCart } from '../cart';
import { Nearby } from '../components/Nearby';
import { Failed, Loading, Person, Picture, say, Stars } from '../components/parts';
import { ProductCard } from '../components/ProductCard';
import { useFirstQuery } from '../first-answers';
import { graphql } from '../gql';
import type { ProductQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { useSignedIn } from '../session';
import { plaza } from '../shop';
import { useSeen } from '../turn';
import { Comments } from './product/Comments';
import { Fit } from './product/Fit';
import { Questions } from './product/Questions';
import { Rating } from './product/Rating';
import { Reviews } from './product/Reviews';
import { ShareButtons } from './product/ShareButtons';

const Query = graphql(`
  query Product($slug: String!) {
    product(slug: $slug) {
      id
      slug
      title
      description
      brand
      availability
      commentCount
      attributes {
        name
        value
      }
      images {
        id
        url(width: 768, height: 768)
        large: url(width: 1536, height: 1536)
        small: url(width: 128, height: 128)
        altText
      }
      price {
        amountMinor
        currency
      }
      category {
        id
        name
        slug
      }
      merchant {
        id
        name
        handle
        avatar {
          id
          url(width: 128, height: 128)
        }
      }
      viewerCanReview {
        allowed
        reason
      }
      rating {
        ...Rating
        liveCursor
      }
    }
  }
`);

const RatingChanged = graphql(`
  subscription RatingChanged($id: ID!, $after: String) {
    ratingChanged(productId: $id, after: $after) {
      cursor
      product {
        id
        rating {
          ...Rating
        }
      }
    }
  }
`);

const Related = graphql(`
  query Related($id: ID!) {
    product(id: $id) {
      id
      similarProducts(first: 4) {
        edges {
          node {
            ...ProductCard
          }
        }
      }
      boughtTogether(first: 4) {
        edges {
          node {
            ...ProductCard
          }
        }
      }
    }
  }
`);

type ShownProduct = NonNullable<ProductQuery['product']>;

export function ProductPage({ slug }: { slug: string }) {
  const { t } = useI18n();
  const { data: answer, previousData, error, refetch } = useFirstQuery(Query, { slug });
  // What somebody writes here stays when their session ends.
  const data = answer ?? previousData;
  if (error && !data) return <div className="wrap">{<Failed onRetry={() => void refetch()} />}</div>;
  if (!data) return <Loading />;
  if (!data.product)
    return (
      <div className="narrow stack">
        <h1>{t('gone')}</h1>
        <Link href="/" className="button">
          {t('toHome')}
        </Link>
      </div>
    );
  return <Loaded key={data.product.id} product={data.product} />;
}

function Loaded({ product }: { product: ShownProduct }) {
  const { t, money } = useI18n();
  const { id, title, price, rating, availability } = product;
  const signedIn = useSignedIn();
  // The streams begin where the page was read; the client keeps their places from there on.
  const [after] = useState(rating.liveCursor);
  // What happens meanwhile is not missed.
  useSubscription(RatingChanged, { variables: { id, after }, skip: !useSeen() });
  useEffect(() => plaza.tracker.viewed(id), [id]);
  const buy = (): void => {
    addToCart(id);
    say(t('added'));
  };
  return (
    <div className="wrap stack loose">
      <title>{`${title} · Plaza`}</title>
      <div className="product">
        <Pictures images={product.images} title={title} />
        <div className="stack">
          <Link href={`/categories/${encodeURIComponent(product.category.slug)}`} className="soft small">
            <bdi>{product.category.name}</bdi>
          </Link>
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <a href="#reviews" style={{ textDecoration: 'none' }}>
            <Stars value={rating.weightedMean} count={rating.reviewCount} size={20} />
          </a>
          <p className="price">{price ? money(price) : ''}</p>
          <p className="soft">{t(stockText[availability])}</p>
          <div className="row">
            <button className="button main" disabled={availability === 'OUT_OF_STOCK' || availability === 'UNLISTED'} onClick={buy}>
              {t('addToCart')}
            </button>
            <ShareButtons productId={id} />
          </div>
          <p className="words">{product.description}</p>
          <Facts product={product} />
          {product.merchant && (
            <p className="row small soft">
              <Person user={product.merchant} size={28} />
            </p>
          )}
        </div>
      </div>
      {signedIn && <Fit id={id} />}
      <section id="reviews" className="stack" aria-labelledby="reviews-title">
        <h2 id="reviews-title">{t('reviews')}</h2>
        <Rating rating={rating} />
        <Nearby>
          <Reviews productId={id} canReview={product.viewerCanReview} />
        </Nearby>
      </section>
      <section className="stack" aria-labelledby="questions-title">
        <h2 id="questions-title">{t('questions')}</h2>
        <Nearby>
          <Questions productId={id} />
        </Nearby>
      </section>
      <section className="stack" aria-labelledby="discussion-title">
        <h2 id="discussion-title">{t('discussion')}</h2>
        <Nearby>
          <Comments subjectId={id} />
        </Nearby>
      </section>
      <Nearby>
        <RelatedProducts id={id} />
      </Nearby>
    </div>
  );
}

const stockText = { IN_STOCK: 'inStock', OUT_OF_STOCK: 'outOfStock', BACKORDER: 'backorder', UNLISTED: 'unlisted' } as const;

function Pictures({ images, title }: { images: ShownProduct['images']; title: string }) {
  const [at, setAt] = useState(0);
  return (
    <div className="stack">
      <Picture image={images[at]} alt={images[at]?.altText ?? title} eager />
      {images.length > 1 && (
        <div className="thumbs">
          {images.map((image, index) => (
            <button key={image.url} aria-pressed={index === at} aria-label={`${title} ${index + 1}`} onClick={() => setAt(index)}>
              <img src={image.small} alt="" width="72" height="72" />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function Facts({ product: { brand, attributes } }: { product: ShownProduct }) {
  const { t } = useI18n();
  const facts = [...(brand ? [{ name: t('brand'), value: brand }] : []), ...attributes];
  if (facts.length === 0) return null;
  return (
    <dl className="facts">
      {facts.map(({ name, value }) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RelatedProducts({ id }: { id: string }) {
  const { t } = useI18n();
  const { data } = useQuery(Related, { variables: { id } });
  const shelves = [
    ['together', data?.product?.boughtTogether.edges ?? []],
    ['similar', data?.product?.similarProducts.edges ?? []],
  ] as const;
  return (
    <div className="stack loose">
      {shelves.map(
        ([title, edges]) =>
          edges.length > 0 && (
            <section key={title} className="stack" aria-label={t(title)}>
              <h2>{t(title)}</h2>
              <div className="grid">
                {edges.map(({ node }) => (
                  <ProductCard key={node.id} product={node} />
                ))}
              </div>
            </section>
          ),
      )}
    </div>
  );
}
