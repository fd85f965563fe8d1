/** What an address says about which products to show. People type addresses and prices: what makes no sense counts as not chosen. */
import { minorUnits } from './currency';
import type { ProductFilter, ProductSort } from './gql/graphql';

/** Prices are filtered in the shop’s currency, as the server says it. */
const currency = document.querySelector<HTMLMetaElement>('meta[name="plaza-currency"]')?.content ?? 'EUR';

export const sorts = { NEWEST: 'newest', PRICE_LOWEST: 'priceLow', PRICE_HIGHEST: 'priceHigh', TOP_RATED: 'topRated' } as const;

/** The parameter that has the chosen values of an attribute. */
export const attributeKey = (name: string): string => `a.${name}`;

/** The API takes so many at most. */
const maxAttributes = 20;
const maxValues = 50;

export function sortOf(parameters: URLSearchParams): ProductSort | undefined {
  const wanted = parameters.get('sort') ?? '';
  if (Object.hasOwn(sorts, wanted)) return wanted as keyof typeof sorts;
  return parameters.get('q') ? undefined : 'TOP_RATED';
}

export function filterOf(parameters: URLSearchParams, categoryId: string | undefined): ProductFilter {
  const [min, max] = [minorUnits(parameters.get('min'), currency), minorUnits(parameters.get('max'), currency)];
  const rating = Number(parameters.get('rating'));
  const brands = valuesOf(parameters, 'brand');
  const attributes = chosenAttributes(parameters).map((name) => ({ name, values: valuesOf(parameters, attributeKey(name)) }));
  return {
    categoryId,
    brands: brands.length > 0 ? brands : undefined,
    minRating: rating >= 1 && rating <= 5 ? rating : undefined,
    inStock: parameters.has('stock') || undefined,
    price: min || max ? { currency, min, max } : undefined,
    attributes: attributes.length > 0 ? attributes.slice(0, maxAttributes) : undefined,
  };
}

/** Whether an address narrows down what is shown. */
export function hasFilters(parameters: URLSearchParams): boolean {
  return Object.values(filterOf(parameters, undefined)).some((value) => value !== undefined);
}

/** An address’s parameters without what narrows down. */
export function withoutFilters(parameters: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...parameters].filter(([key]) => key === 'q' || key === 'sort'));
}

/** The names of the attributes that values were chosen of. */
export function chosenAttributes(parameters: URLSearchParams): string[] {
  const keys = [...new Set(parameters.keys())].filter((key) => key.startsWith(attributeKey('')) && valuesOf(parameters, key).length > 0);
  return keys.map((key) => key.slice(attributeKey('').length));
}

/** The values of a parameter, each once. */
export function valuesOf(parameters: URLSearchParams, key: string): string[] {
  return [...new Set(parameters.getAll(key))].filter(Boolean).slice(0, maxValues);
}
