import { Link } from 'wouter';
import { graphql } from '../gql';
import type { ProductCardFragment } from '../gql/graphql';
import { useI18n } from '../i18n';
import { Picture, Stars } from './parts';

graphql(`
  fragment ProductCard on Product {
    id
    slug
    title
    availability
    images {
      url(width: 384, height: 384)
      large: url(width: 768, height: 768)
      altText
    }
    price {
      amountMinor
      currency
    }
    rating {
      id
      reviewCount
      weightedMean
    }
  }
`);

interface Props {
  product: ProductCardFragment;
  eager?: boolean;
  onOpen?: () => void;
  ref?: React.Ref<HTMLElement>;
  children?: React.ReactNode;
}

export function ProductCard({ product, eager, onOpen, ref, children }: Props) {
  const { t, money } = useI18n();
  const { title, slug, price, rating, availability } = product;
  return (
    <article className="card" ref={ref}>
      <Picture image={product.images[0]} alt={product.images[0]?.altText ?? ''} eager={eager} />
      <h3>
        <Link href={`/products/${encodeURIComponent(slug)}`} onClick={onOpen}>
          <bdi>{title}</bdi>
        </Link>
      </h3>
      <div className="row between">
        <span className="price">{price ? money(price) : t('unlisted')}</span>
        {availability === 'OUT_OF_STOCK' && <span className="small soft">{t('outOfStock')}</span>}
      </div>
      <Stars value={rating.weightedMean} count={rating.reviewCount} />
      {children}
    </article>
  );
}
