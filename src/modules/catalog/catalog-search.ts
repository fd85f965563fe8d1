/** Full-text search over the catalogue, in memory: relevance by BM25+, unfinished and mistyped words, facets with counts. */
import { createHash } from 'node:crypto';
import MiniSearch, { type Query } from 'minisearch';
import { Types } from 'mongoose';
import type { Logger } from '../../log.js';
import type { Announcements } from '../../realtime/index.js';
import { pointsPerStar } from '../../scoring/index.js';
import { allTermsOf, queryOf, type QueryTerm } from '../../search/index.js';
import { Worker, type ChangedDocuments } from '../../workers/index.js';
import { isPriced, isSoldOut } from './availability.js';
import type { CatalogBulk } from './catalog.bulk.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';
import { facetsOf, type Facets, type Group, type Row } from './facets.js';
import type { ProductConditions } from './product-filter.js';
import type { ProductOrder } from './product-list.js';
import { catalogTopic } from './writing.js';

const pollInterval = 5_000;
const maxDescription = 1000;
const maxWords = 20;

interface Words {
  id: string;
  title: string;
  category: string;
  attributes: string;
  description: string;
}

export interface SearchResult {
  products: Types.ObjectId[];
  /** Counted only where they are asked for. */
  facets: () => Facets;
}

type Test = (row: Row) => boolean;

const comparisons: Record<ProductOrder, (one: Row, other: Row) => number> = {
  NEWEST: (one, other) => other.createdAt - one.createdAt || compareIds(one, other),
  TOP_RATED: (one, other) => other.score - one.score || compareIds(one, other),
  PRICE_LOWEST: (one, other) => one.price!.amountMinor - other.price!.amountMinor || compareIds(one, other),
  PRICE_HIGHEST: (one, other) => other.price!.amountMinor - one.price!.amountMinor || compareIds(other, one),
};

function compareIds({ id: one }: Row, { id: other }: Row): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export class CatalogSearch {
  private readonly index = new MiniSearch<Words>({
    fields: ['title', 'category', 'attributes', 'description'],
    tokenize: allTermsOf,
    processTerm: (term) => term,
    searchOptions: { tokenize: (term) => [term], boost: { title: 4, category: 2, attributes: 2 } },
  });
  private readonly rows = new Map<string, Row>();
  /** Digests of the words that are indexed, so that a product whose words are the same is not indexed again. */
  private readonly digests = new Map<string, string>();
  private readonly ancestors = new Map<string, readonly string[]>();
  private readonly categoryNames = new Map<string, string>();
  private byScore: Row[] | null = null;
  private readonly changes: ChangedDocuments<ProductDocument>;
  private readonly changedCategories: ChangedDocuments<CategoryDocument>;
  readonly worker: Worker;

  constructor(
    private readonly catalog: CatalogBulk,
    announcements: Announcements,
    log: Logger,
  ) {
    this.changes = catalog.changedProducts();
    this.changedCategories = catalog.changedCategories();
    this.worker = new Worker({
      name: 'catalogue search',
      interval: pollInterval,
      beforeListening: true,
      log,
      run: () => this.read(),
      wakeOn: (wake) => announcements.listen(catalogTopic, wake),
    });
  }

  /** Categories first, since products are found by the names of theirs. */
  private async read(): Promise<void> {
    for await (const categories of this.changedCategories.read()) for (const category of categories) await this.putCategory(category);
    for await (const products of this.changes.read()) for (const product of products) this.put(product);
  }

  private async putCategory({ _id, name, ancestors }: CategoryDocument): Promise<void> {
    const id = _id.toHexString();
    const before = this.categoryNames.get(id);
    this.categoryNames.set(id, name);
    this.ancestors.set(
      id,
      ancestors.map((ancestor) => ancestor.toHexString()),
    );
    if (before !== undefined && before !== name) for await (const product of this.catalog.productsIn(_id)) this.put(product);
  }

  private put(product: ProductDocument): void {
    const id = product._id.toHexString();
    this.byScore = null;
    if (product.archivedAt) return this.remove(id);
    this.rows.set(id, rowOf(product));
    const words = this.wordsOf(product);
    const digest = createHash('sha1').update(Object.values(words).join('\n')).digest('base64');
    if (this.digests.get(id) === digest) return;
    if (this.digests.has(id)) this.index.replace(words);
    else this.index.add(words);
    this.digests.set(id, digest);
  }

  private remove(id: string): void {
    if (!this.rows.delete(id)) return;
    this.digests.delete(id);
    this.index.discard(id);
  }

  private wordsOf({ _id, title, category, brand, sku, gtin, mpn, attributes, description }: ProductDocument): Words {
    const named = [brand, sku, gtin, mpn].filter((name) => name !== null);
    return {
      id: _id.toHexString(),
      title,
      category: this.categoryNames.get(category.toHexString()) ?? '',
      attributes: [...named, ...attributes.map(({ value }) => value)].join(' '),
      description: description.slice(0, maxDescription),
    };
  }

  /**
   * @param query words, any of which may be unfinished or mistyped; empty for everything
   * @param sort the most relevant first where left out, or the best-scored without a query
   */
  search(query: string, conditions: ProductConditions, sort: ProductOrder | null): SearchResult {
    const tests = this.testsOf(conditions);
    const { currency } = conditions;
    const byPrice = sort === 'PRICE_LOWEST' || sort === 'PRICE_HIGHEST';
    const matches: Row[] = [];
    const counted: { row: Row; missed: Group[] }[] = [];
    for (const row of this.ranked(query)) {
      if (byPrice && row.price?.currency !== currency) continue;
      const missed = tests.filter(([, test]) => !test(row)).map(([group]) => group);
      if (missed.length === 0) matches.push(row);
      // What fails one choice only still counts among the other values of that choice.
      if (missed.length <= 1) counted.push({ row, missed });
    }
    if (sort) matches.sort(comparisons[sort]);
    return { products: matches.map(({ id }) => new Types.ObjectId(id)), facets: () => facetsOf(counted, currency) };
  }

  private ranked(query: string): Row[] {
    if (query.trim() === '') return (this.byScore ??= [...this.rows.values()].sort(comparisons.TOP_RATED));
    return this.index.search(miniSearchQuery(query)).map(({ id }) => this.rows.get(id as string)!);
  }

  private testsOf({ category, merchant, brands, price, minRating, inStock, attributes }: ProductConditions): [Group, Test][] {
    const tests: [Group, Test][] = [];
    if (category) {
      const key = category.toHexString();
      tests.push(['category', (row) => row.category === key || (this.ancestors.get(row.category)?.includes(key) ?? false)]);
    }
    if (merchant) tests.push(['merchant', (row) => row.merchant === merchant.toHexString()]);
    if (brands) tests.push(['brand', (row) => row.brand !== null && brands.includes(row.brand)]);
    if (price)
      tests.push([
        'price',
        (row) => row.price?.currency === price.currency && row.price.amountMinor >= price.min && row.price.amountMinor <= price.max,
      ]);
    if (minRating) tests.push(['rating', (row) => row.rating !== null && row.rating >= minRating]);
    if (inStock) tests.push(['inStock', (row) => row.inStock]);
    for (const { name, values } of attributes ?? [])
      tests.push([
        `attribute:${name}`,
        (row) => row.attributes.some((attribute) => attribute.name === name && values.includes(attribute.value)),
      ]);
    return tests;
  }
}

function rowOf(product: ProductDocument): Row {
  const { _id, category, merchant, brand, price, attributes, rating, score, createdAt } = product;
  return {
    id: _id.toHexString(),
    category: category.toHexString(),
    merchant: merchant.toHexString(),
    ...{ brand, price, attributes, score },
    inStock: isPriced(product) && !isSoldOut(product),
    rating: rating.count === 0 ? null : rating.points / rating.count / pointsPerStar,
    createdAt: createdAt.getTime(),
  };
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
