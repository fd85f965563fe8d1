/** A category, or what a search finds: facets, sorting, and more as one goes on. */
import { useQuery } from '@apollo/client/react';
import { useLocation, useSearch } from 'wouter';
import { Failed, Loading, More } from '../components/parts';
import { ProductCard } from '../components/ProductCard';
import { attributeKey, chosenAttributes, filterOf, hasFilters, sortOf, sorts, valuesOf, withoutFilters } from '../filters';
import { graphql } from '../gql';
import type { BrowseQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { NotFound } from './NotFound';

const CategoryPage = graphql(`
  query Category($slug: String!) {
    category(slug: $slug) {
      id
      name
    }
  }
`);

const BrowsePage = graphql(`
  query Browse($query: String!, $filter: ProductFilter, $sort: ProductSort, $after: String) {
    searchProducts(query: $query, filter: $filter, sort: $sort, first: 24, after: $after) {
      totalCount
      totalCountIsCapped
      facets {
        inStockCount
        brands {
          value
          productCount
        }
        ratings {
          minRating
          productCount
        }
        attributes {
          name
          values {
            value
            productCount
          }
        }
      }
      edges {
        cursor
        node {
          ...ProductCard
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function Browse({ slug }: { slug?: string }) {
  const { t } = useI18n();
  const [path, go] = useLocation();
  const parameters = new URLSearchParams(useSearch());
  const category = useQuery(CategoryPage, { variables: { slug: slug ?? '' }, skip: !slug });
  const query = parameters.get('q') ?? '';
  const sort = sortOf(parameters);
  const filter = filterOf(parameters, category.data?.category?.id);
  const { data, previousData, error, refetch, fetchMore } = useQuery(BrowsePage, {
    variables: { query, filter, sort },
    skip: Boolean(slug && !category.data),
  });
  const shown = (data ?? previousData)?.searchProducts;
  if (slug && category.data && !category.data.category) return <NotFound />;
  const change = (name: string, values: string[]): void => {
    const next = new URLSearchParams(parameters);
    next.delete(name);
    for (const value of values) if (value) next.append(name, value);
    go(`${path}?${next}`, { replace: true });
  };
  const title = slug ? (category.data?.category?.name ?? '') : query ? t('resultsFor', { query }) : t('search');
  return (
    <div className="wrap stack">
      <title>{`${title} · Plaza`}</title>
      <div className="row between">
        <h1>{title}</h1>
        <label className="row">
          <span className="soft small">{t('sort')}</span>
          <select className="input" style={{ width: 'auto' }} value={sort ?? ''} onChange={({ target }) => change('sort', [target.value])}>
            {query && <option value="">{t('relevance')}</option>}
            {Object.entries(sorts).map(([value, label]) => (
              <option key={value} value={value}>
                {t(label)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="soft" role="status">
        {shown?.totalCount != null && t(shown.totalCountIsCapped ? 'resultsAtLeast' : 'results', { n: shown.totalCount })}
      </p>
      {category.error && !category.data && <Failed onRetry={() => void category.refetch()} />}
      {error && !data && <Failed onRetry={() => void refetch()} />}
      {!shown && !error && !category.error && <Loading />}
      {shown && (
        <div className="browse">
          <Filters
            facets={shown.facets}
            parameters={parameters}
            onChange={change}
            onClear={() => go(`${path}?${withoutFilters(parameters)}`, { replace: true })}
          />
          <div className="stack">
            {shown.edges.length === 0 && <p>{t('noResults')}</p>}
            <div className="grid">
              {shown.edges.map(({ node }, at) => (
                <ProductCard key={node.id} product={node} eager={at < 4} />
              ))}
            </div>
            <More pageInfo={shown.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
          </div>
        </div>
      )}
    </div>
  );
}

interface FiltersProps {
  facets: BrowseQuery['searchProducts']['facets'];
  parameters: URLSearchParams;
  onChange: (name: string, values: string[]) => void;
  onClear: () => void;
}

function Filters({ facets, parameters, onChange, onClear }: FiltersProps) {
  const { t, number } = useI18n();
  const wide = matchMedia('(min-width: 60rem)').matches;
  const attributes = withChosen(
    facets.attributes,
    4,
    chosenAttributes(parameters),
    ({ name }) => name,
    (name) => ({ name, values: [] }),
  );
  return (
    <details className="filters" open={wide}>
      <summary>
        <strong>{t('filters')}</strong>
      </summary>
      {hasFilters(parameters) && (
        <button className="link" onClick={onClear}>
          {t('clear')}
        </button>
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={parameters.has('stock')}
          onChange={({ target }) => onChange('stock', target.checked ? ['1'] : [])}
        />
        {t('inStockOnly')}
        <span className="count">{number(facets.inStockCount)}</span>
      </label>
      <PriceRange parameters={parameters} onChange={onChange} />
      <fieldset>
        <legend>{t('rating')}</legend>
        {facets.ratings.map(({ minRating, productCount }) => (
          <label key={minRating} className="check">
            <input
              type="radio"
              name="rating"
              checked={Number(parameters.get('rating')) === minRating}
              onChange={() => onChange('rating', [String(minRating)])}
            />
            {t('andUp', { n: minRating })}
            <span className="count">{number(productCount)}</span>
          </label>
        ))}
      </fieldset>
      <Values title={t('brand')} name="brand" values={facets.brands} parameters={parameters} onChange={onChange} />
      {attributes.map(({ name, values }) => (
        <Values key={name} title={name} name={attributeKey(name)} values={values} parameters={parameters} onChange={onChange} />
      ))}
    </details>
  );
}

/** The first of what can be chosen, and all that was chosen, so that it can be taken back. @param make what was chosen and is not offered any more */
function withChosen<Option>(
  options: readonly Option[],
  max: number,
  chosen: string[],
  nameOf: (option: Option) => string,
  make: (name: string) => Option,
): Option[] {
  const missing = chosen.filter((wanted) => !options.some((option) => nameOf(option) === wanted));
  return [...options.filter((option, at) => at < max || chosen.includes(nameOf(option))), ...missing.map(make)];
}

function PriceRange({ parameters, onChange }: Pick<FiltersProps, 'parameters' | 'onChange'>) {
  const { t } = useI18n();
  const input = (name: 'min' | 'max', label: string) => (
    <label className="field small">
      <span>{label}</span>
      <input
        className="input"
        type="number"
        inputMode="decimal"
        min="0"
        step="any"
        key={parameters.get(name)}
        defaultValue={parameters.get(name) ?? ''}
        onBlur={({ target }) => target.value !== (parameters.get(name) ?? '') && onChange(name, [target.value])}
        onKeyDown={(event) => event.key === 'Enter' && onChange(name, [event.currentTarget.value])}
      />
    </label>
  );
  return (
    <fieldset>
      <legend>{t('price')}</legend>
      <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: '0.6rem' }}>
        {input('min', t('minPrice'))}
        {input('max', t('maxPrice'))}
      </div>
    </fieldset>
  );
}

interface ValuesProps extends Pick<FiltersProps, 'parameters' | 'onChange'> {
  title: string;
  name: string;
  values: readonly { value: string; productCount: number }[];
}

function Values({ title, name, values, parameters, onChange }: ValuesProps) {
  const { number } = useI18n();
  const chosen = valuesOf(parameters, name);
  const offered = withChosen(
    values,
    12,
    chosen,
    ({ value }) => value,
    (value) => ({ value, productCount: 0 }),
  );
  if (offered.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {offered.map(({ value, productCount }) => (
        <label key={value} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={({ target }) => onChange(name, target.checked ? [...chosen, value] : chosen.filter((option) => option !== value))}
          />
          <bdi>{value}</bdi>
          <span className="count">{number(productCount)}</span>
        </label>
      ))}
    </fieldset>
  );
}
