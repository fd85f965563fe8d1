/** Full-text search over the catalogue, in memory: relevance by BM25+, unfinished and mistyped words, facets with counts. */
import MiniSearch, { type Query } from 'minisearch';
import { Types } from 'mongoose';
import type { Logger } from '../../log.js';
import type { Announcements } from '../../realtime/index.js';
import { allTermsOf, queryOf, type QueryTerm } from '../../search/index.js';
import { Worker, type ChangedDocuments } from '../../workers/index.js';
import { isPriced, isSoldOut } from './availability.js';
import type { CatalogBulk } from './catalog.bulk.js';
import type { ProductDocument } from './catalog.model.js';
import { catalogTopic } from './catalog.service.js';

const pollInterval = 5_000;
const maxDescription = 1000;
const priceRanges = 5;
const maxValues = 20;
const maxWords = 20;

/** What a search needs of a product besides its words. */
interface Row {
  id: string;
  category: string;
  merchant: string;
  /** Null where none is known. */
  price: number | null;
  inStock: boolean;
  attributes: { name: string; value: string }[];
  score: number;
}

interface Words {
  id: string;
  title: string;
  category: string;
  attributes: string;
  description: string;
}

export interface SelectedFacets {
  category?: Types.ObjectId;
  merchant?: Types.ObjectId;
  priceAtLeast?: number | null;
  priceAtMost?: number | null;
  inStock?: boolean | null;
  attributes?: { name: string; values: string[] }[] | null;
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface PriceRange {
  atLeast: number;
  atMost: number;
  count: number;
}

export interface Facets {
  categories: { category: Types.ObjectId; count: number }[];
  attributes: { name: string; values: FacetValue[] }[];
  prices: PriceRange[];
  inStock: number;
}

export interface SearchResult {
  products: Types.ObjectId[];
  facets: Facets;
}

type Group = 'category' | 'merchant' | 'price' | 'inStock' | `attribute:${string}`;
type Test = (row: Row) => boolean;

export class CatalogSearch {
  private readonly index = new MiniSearch<Words>({
    fields: ['title', 'category', 'attributes', 'description'],
    tokenize: allTermsOf,
    processTerm: (term) => term,
    searchOptions: { tokenize: (term) => [term], boost: { title: 4, category: 2, attributes: 2 } },
  });
  private readonly rows = new Map<string, Row>();
  private readonly texts = new Map<string, string>();
  private readonly parents = new Map<string, string | null>();
  private readonly categoryNames = new Map<string, string>();
  private readonly changes: ChangedDocuments<ProductDocument>;
  readonly worker: Worker;

  constructor(
    private readonly catalog: CatalogBulk,
    announcements: Announcements,
    log: Logger,
  ) {
    this.changes = catalog.changedProducts();
    this.worker = new Worker({
      name: 'catalogue search',
      interval: pollInterval,
      beforeListening: true,
      log,
      run: () => this.read(),
      wakeOn: (wake) => announcements.listen(catalogTopic, wake),
    });
  }

  private async read(): Promise<void> {
    for await (const products of this.changes.read()) {
      // A category is read when its first product comes; categories are never changed.
      if (products.some(({ category }) => !this.categoryNames.has(category.toHexString()))) await this.readCategories();
      for (const product of products) this.put(product);
    }
  }

  private async readCategories(): Promise<void> {
    for await (const { _id, name, parent } of this.catalog.allCategories()) {
      this.categoryNames.set(_id.toHexString(), name);
      this.parents.set(_id.toHexString(), parent?.toHexString() ?? null);
    }
  }

  private put(product: ProductDocument): void {
    const id = product._id.toHexString();
    this.rows.set(id, {
      id,
      category: product.category.toHexString(),
      merchant: product.merchant.toHexString(),
      price: product.price?.amountMinor ?? null,
      inStock: isPriced(product) && !isSoldOut(product),
      attributes: product.attributes,
      score: product.score,
    });
    const words: Words = {
      id,
      title: product.title,
      category: this.categoryNames.get(product.category.toHexString()) ?? '',
      attributes: product.attributes.map(({ value }) => value).join(' '),
      description: product.description.slice(0, maxDescription),
    };
    const text = Object.values(words).join('\n');
    if (this.texts.get(id) === text) return;
    if (this.texts.has(id)) this.index.replace(words);
    else this.index.add(words);
    this.texts.set(id, text);
  }

  /** @param query words, any of which may be unfinished or mistyped; empty for everything, the best-scored first */
  search(query: string, selected: SelectedFacets): SearchResult {
    const tests = this.testsOf(selected);
    const matches: Row[] = [];
    const counted: { row: Row; missed: Group[] }[] = [];
    for (const row of this.ranked(query)) {
      const missed = tests.filter(([, test]) => !test(row)).map(([group]) => group);
      if (missed.length === 0) matches.push(row);
      // What fails one choice only still counts among the other values of that choice.
      if (missed.length <= 1) counted.push({ row, missed });
    }
    return { products: matches.map(({ id }) => new Types.ObjectId(id)), facets: facetsOf(counted) };
  }

  private ranked(query: string): Row[] {
    if (query.trim() === '') return [...this.rows.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    return this.index.search(miniSearchQuery(query)).map(({ id }) => this.rows.get(id as string)!);
  }

  private testsOf({ category, merchant, priceAtLeast, priceAtMost, inStock, attributes }: SelectedFacets): [Group, Test][] {
    const tests: [Group, Test][] = [];
    if (category) {
      const key = category.toHexString();
      tests.push(['category', (row) => this.isWithin(row.category, key)]);
    }
    if (merchant) tests.push(['merchant', (row) => row.merchant === merchant.toHexString()]);
    if (typeof priceAtLeast === 'number' || typeof priceAtMost === 'number')
      tests.push(['price', ({ price }) => price !== null && price >= (priceAtLeast ?? 0) && price <= (priceAtMost ?? Infinity)]);
    if (inStock) tests.push(['inStock', (row) => row.inStock]);
    for (const { name, values } of attributes ?? [])
      tests.push([
        `attribute:${name}`,
        (row) => row.attributes.some((attribute) => attribute.name === name && values.includes(attribute.value)),
      ]);
    return tests;
  }

  /** Whether a category is another one, or somewhere below it. */
  private isWithin(category: string, above: string): boolean {
    for (let at: string | null = category; at; at = this.parents.get(at) ?? null) if (at === above) return true;
    return false;
  }
}

/** Every word, in one of its spellings. */
function miniSearchQuery(query: string): Query {
  const spelt = (terms: readonly QueryTerm[]): Query => ({ combineWith: 'AND', queries: terms.map(termQuery) });
  return {
    combineWith: 'AND',
    queries: queryOf(query, maxWords).map((word): Query => ({ combineWith: 'OR', queries: word.map(spelt) })),
  };
}

/** Short words are not mistyped, or everything would be like them. */
function termQuery({ text, match }: QueryTerm): Query {
  return { queries: [text], prefix: match !== 'EXACT', fuzzy: match === 'ALIKE' && text.length > 3 ? 0.2 : false };
}

function facetsOf(counted: { row: Row; missed: Group[] }[]): Facets {
  const categories = new Map<string, number>();
  const attributes = new Map<string, Map<string, number>>();
  const prices: number[] = [];
  let inStock = 0;
  for (const { row, missed } of counted) {
    const counts = (group: Group): boolean => missed.length === 0 || missed[0] === group;
    if (counts('category')) categories.set(row.category, (categories.get(row.category) ?? 0) + 1);
    if (row.price !== null && counts('price')) prices.push(row.price);
    if (counts('inStock') && row.inStock) inStock++;
    for (const { name, value } of row.attributes) {
      if (!counts(`attribute:${name}`)) continue;
      const values = attributes.get(name) ?? new Map<string, number>();
      attributes.set(name, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  return {
    categories: mostFrequent(categories).map(([id, count]) => ({ category: new Types.ObjectId(id), count })),
    attributes: [...attributes]
      .map(([name, values]) => ({ name, values: mostFrequent(values).map(([value, count]) => ({ value, count })) }))
      .sort((a, b) => a.name.localeCompare(b.name))
      .slice(0, maxValues),
    prices: rangesOf(prices.sort((a, b) => a - b)),
    inStock,
  };
}

function mostFrequent(counts: Map<string, number>): [string, number][] {
  return [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b)).slice(0, maxValues);
}

/** Up to five ranges with about as many products each, from sorted prices. */
function rangesOf(prices: number[]): PriceRange[] {
  const ranges: PriceRange[] = [];
  let from = 0;
  for (let part = 1; part <= priceRanges && from < prices.length; part++) {
    let to = Math.max(from + 1, Math.round((part * prices.length) / priceRanges));
    while (to < prices.length && prices[to] === prices[to - 1]) to++;
    ranges.push({ atLeast: prices[from]!, atMost: prices[to - 1]!, count: to - from });
    from = to;
  }
  return ranges;
}
