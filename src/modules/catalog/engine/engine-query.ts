/** A search in the engine's words, and its answers in those of searches. It knows no network. */
import type { FacetDistribution, FacetStats, SearchParams } from 'meilisearch';
import { fold, queryOf } from '../../../search/index.js';
import {
  compareTexts,
  maxValues,
  mostFrequent,
  priceRanges,
  ratingSteps,
  withAncestors,
  type AncestorsOf,
  type FacetCounts,
  type FacetValue,
  type Group,
  type PriceRange,
} from '../search/facet-counts.js';
import { singly, type RankedOrder, type SearchConditions, type SearchRequest } from '../search/product-index.js';
import { attributeKey, keyOf, stepAt, textOf } from './engine-document.js';

/** What the engine counted with all conditions, and leaving a choice out, by its group. */
export type FacetAnswers = ReadonlyMap<Group | 'all', EngineCount>;

interface EngineCount {
  totalHits?: number;
  facetDistribution?: FacetDistribution;
  facetStats?: FacetStats;
}

const sorts: Record<RankedOrder, string[] | null> = {
  RELEVANCE: null,
  NEWEST: ['createdAt:desc', 'id:asc'],
  TOP_RATED: ['score:desc', 'id:asc'],
  PRICE_LOWEST: ['price:asc', 'id:asc'],
  PRICE_HIGHEST: ['price:desc', 'id:desc'],
};

const facetFields = { category: 'category', brand: 'brand', rating: 'ratingSteps', inStock: 'inStock' } as const;

/** Whether nothing can be found: there is something to look for, and no word in it. */
export function isWordless(query: string): boolean {
  return query.trim() !== '' && queryOf(query, 1).length === 0;
}

export class EngineQuery {
  private readonly filters: readonly (readonly [Group | 'currency', string])[];
  private readonly words: Pick<SearchParams, 'q' | 'matchingStrategy'>;

  /** @param categories the condition's category and all below it */
  constructor(
    private readonly request: SearchRequest,
    categories: readonly string[],
  ) {
    const { conditions, order, query } = request;
    const byPrice = order === 'PRICE_LOWEST' || order === 'PRICE_HIGHEST';
    this.filters = [
      ...singly(conditions).map(([group, condition]) => [group, filterOf(condition, categories)] as const),
      ...(byPrice ? [['currency', inCurrency(conditions.currency)] as const] : []),
    ];
    this.words = { q: plainWords(query), matchingStrategy: 'all' };
  }

  page(from: number, to: number): SearchParams {
    const { order } = this.request;
    const sort = sorts[order === 'RELEVANCE' && this.words.q === '' ? 'TOP_RATED' : order];
    const part = { offset: from, limit: to - from, attributesToRetrieve: ['id'] };
    return { ...this.words, filter: this.filtersBut(null), ...part, ...(sort && { sort }) };
  }

  /** Exact counts of all, and with facets also of what each choice that was made leaves out. */
  counts(withFacets: boolean): Map<Group | 'all', SearchParams> {
    const counted = (filter: string[], facets?: string[]): SearchParams => ({
      ...this.words,
      filter,
      hitsPerPage: 0,
      ...(facets && { facets }),
    });
    const all = this.filtersBut(null);
    if (!withFacets) return new Map([['all', counted(all)]]);
    const chosen = this.filters.map(([group]) => group);
    const open = Object.entries(facetFields).flatMap(([group, field]) => (chosen.includes(group as Group) ? [] : [field]));
    const queries = new Map<Group | 'all', SearchParams>([['all', counted(all, [...open, 'attributes'])]]);
    for (const group of chosen) {
      const field = group.startsWith('attribute:') ? 'attributes' : facetFields[group as keyof typeof facetFields];
      if (field) queries.set(group as Group, counted(this.filtersBut(group), [field]));
    }
    const priced = [...this.filtersBut('price'), inCurrency(this.request.conditions.currency)];
    return queries.set('price', counted(priced, ['price', 'priceStep']));
  }

  private filtersBut(left: Group | 'currency' | null): string[] {
    return this.filters.filter(([group]) => group !== left).map(([, filter]) => filter);
  }
}

/** Quotes and minus signs mean something to the engine, and nothing in a search. */
function plainWords(query: string): string {
  return fold(query)
    .replace(/"/g, ' ')
    .replace(/(?<=^|\s)-+/g, '')
    .trim();
}

/** @param condition a single one */
function filterOf(condition: Partial<SearchConditions>, categories: readonly string[]): string {
  const { attributes, brands, category, merchant, minRating, price } = condition;
  if (category !== undefined) return isAmong('category', categories);
  if (merchant !== undefined) return isAmong('merchant', [merchant]);
  if (brands) return isAmong('brand', brands.map(keyOf));
  if (price) return `${inCurrency(price.currency)} AND price ${price.min} TO ${price.max}`;
  if (minRating !== undefined) return `rating >= ${minRating}`;
  if (!attributes) return 'inStock = true';
  const [{ name, values }] = attributes as [{ name: string; values: string[] }];
  return isAmong(
    'attributes',
    values.map((value) => attributeKey(name, value)),
  );
}

function isAmong(field: string, values: readonly string[]): string {
  return `${field} IN [${values.map((value) => `"${value}"`).join(', ')}]`;
}

function inCurrency(currency: string): string {
  return `currency = "${currency}"`;
}

/** The categories that the products counted are right in. */
export function categoriesIn(answers: FacetAnswers): string[] {
  return Object.keys(countsIn(answers, 'category'));
}

/** @param currency that of the prices */
export function facetsOf(answers: FacetAnswers, currency: string, ancestorsOf: AncestorsOf): FacetCounts {
  const categories = Object.entries(countsIn(answers, 'category')).map(([value, count]) => ({ value, count }));
  return {
    categories: withAncestors(categories, ancestorsOf),
    brands: mostFrequent(readable(countsIn(answers, 'brand'))),
    attributes: attributesOf(answers),
    price: { currency, ...pricesOf(answers) },
    ratings: ratingSteps.map((minRating) => ({ minRating, count: countsIn(answers, 'rating')[minRating] ?? 0 })),
    inStockCount: countsIn(answers, 'inStock')['true'] ?? 0,
  };
}

function readable(counts: Record<string, number>): FacetValue[] {
  return Object.entries(counts).flatMap(([key, count]) => {
    const value = textOf(key);
    return value === null ? [] : [{ value, count }];
  });
}

function countsIn(answers: FacetAnswers, group: keyof typeof facetFields): Record<string, number> {
  return (answers.get(group) ?? answers.get('all'))?.facetDistribution?.[facetFields[group]] ?? {};
}

/** An attribute that was chosen by is counted where it is left out, the others where nothing is. */
function attributesOf(answers: FacetAnswers): FacetCounts['attributes'] {
  const byName = new Map<string, Record<string, number>>();
  for (const [group, { facetDistribution }] of answers) {
    for (const [pair, count] of Object.entries(facetDistribution?.['attributes'] ?? {})) {
      const [nameKey, valueKey] = pair.split('=') as [string, string];
      const name = textOf(nameKey);
      if (name === null || group !== (answers.has(`attribute:${name}`) ? `attribute:${name}` : 'all')) continue;
      const counts = byName.get(name) ?? {};
      byName.set(name, Object.assign(counts, { [valueKey]: count }));
    }
  }
  return [...byName]
    .map(([name, counts]) => ({ name, values: mostFrequent(readable(counts)) }))
    .filter(({ values }) => values.length > 0)
    .sort((left, right) => compareTexts(left.name, right.name))
    .slice(0, maxValues);
}

/** Up to five ranges with about as many products each, between steps of prices, each exactly counted. */
function pricesOf(answers: FacetAnswers): Pick<FacetCounts['price'], 'min' | 'max' | 'ranges'> {
  const { facetDistribution, facetStats } = answers.get('price') ?? {};
  const steps = Object.entries(facetDistribution?.['priceStep'] ?? {})
    .map(([from, count]): PriceRange => ({ min: Number(from), max: Number(from) + stepAt(Number(from)) - 1, count }))
    .sort((left, right) => left.min - right.min);
  const bounds = facetStats?.['price'];
  if (!bounds || steps.length === 0) return { min: null, max: null, ranges: [] };
  const ranges = joined(steps);
  ranges[0]!.min = bounds.min;
  ranges.at(-1)!.max = bounds.max;
  return { ...bounds, ranges };
}

function joined(steps: readonly PriceRange[]): PriceRange[] {
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  const ranges: PriceRange[] = [];
  let before = 0;
  let end = 0;
  for (const step of steps) {
    const last = ranges.at(-1);
    if (last && before < end) Object.assign(last, { max: step.max, count: last.count + step.count });
    else {
      ranges.push({ ...step });
      end = ((Math.floor((before * priceRanges) / total) + 1) * total) / priceRanges;
    }
    before += step.count;
  }
  return ranges;
}
