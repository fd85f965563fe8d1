/** The search over the catalogue, in memory and in files: words, conditions, orders and facets. It knows no store. */
import { createHash } from 'node:crypto';
import { windowOf, type RankedPage } from '../../../relay/window.js';
import { queryOf, type QueryTerm, type QueryWord } from '../../../search/index.js';
import { TextIndex } from '../../../search/text-index.js';
import { Columns, type ProductRow } from './columns.js';
import { countFacets, type FacetCounts, type Group } from './facet-counts.js';
import { mostRelevant } from './most-relevant.js';
import { isByPrice, ProductLists, type ListAnswer, type ListPage, type PriceRange } from './product-lists.js';
import { bitsOf, countOf, slotsIn, type NamedTest, type Test } from './slot-sets.js';

const maxWords = 20;
const maxDescription = 1000;
/** What a find in title, category, attributes and description counts. */
const boosts = [4, 2, 2, 1];
/** Slots of products that changed are given up; more of them than this, and than half of all, are cleared away. */
const minCleared = 2000;

export interface SearchedProduct extends ProductRow {
  archived: boolean;
  title: string;
  description: string;
  /** Brand and identifiers. */
  names: string[];
}

export interface SearchedCategory {
  id: string;
  name: string;
  ancestors: string[];
}

export type RankedOrder = 'RELEVANCE' | 'NEWEST' | 'TOP_RATED' | 'PRICE_LOWEST' | 'PRICE_HIGHEST';

export interface SearchConditions {
  category?: string;
  merchant?: string;
  brands?: string[];
  attributes?: { name: string; values: string[] }[];
  price?: { currency: string; min: number; max: number };
  /** In stars. */
  minRating?: number;
  inStock?: boolean;
  /** The only one whose prices are compared. */
  currency: string;
}

export interface SearchRequest {
  query: string;
  conditions: SearchConditions;
  /** By relevance without words is by score. */
  order: RankedOrder;
  page: RankedPage;
  withFacets: boolean;
}

/** A page of the products that meet conditions, by key. */
export interface ListRequest {
  conditions: SearchConditions;
  page: Omit<ListPage, 'currency'>;
}

export interface SearchAnswer {
  total: number;
  /** Whether there may be more than are counted. */
  totalIsCapped?: boolean;
  /** The position of the first. */
  start: number;
  /** Hexadecimal ids. */
  products: string[];
  facets: FacetCounts | null;
}

/** Only the last word is still being typed: one or two letters before it begin no other word, or nearly everything would match. */
const maxWhole = 2;

function wholeLetters(spelling: readonly QueryTerm[]): QueryTerm[] {
  return spelling.map((term) => (term.match === 'ALIKE' && term.text.length <= maxWhole ? { ...term, match: 'EXACT' } : term));
}

/** The words of a query, each once. */
function wordsOf(query: string): QueryWord[] {
  const words = queryOf(query, maxWords).map((word, at, all) => (at < all.length - 1 ? word.map(wholeLetters) : word));
  return [...new Map(words.map((word) => [JSON.stringify(word), word])).values()];
}

const groups = {
  category: 'category',
  merchant: 'merchant',
  brands: 'brand',
  price: 'price',
  minRating: 'rating',
  inStock: 'inStock',
} as const satisfies Partial<Record<keyof SearchConditions, Group>>;

/** The conditions one by one. */
export function singly(conditions: SearchConditions): [Group, Partial<SearchConditions>][] {
  const plain = Object.entries(groups).filter(([name]) => conditions[name as keyof typeof groups] !== undefined);
  return [
    ...plain.map(([name, group]): [Group, Partial<SearchConditions>] => [group, { [name]: conditions[name as keyof typeof groups] }]),
    ...(conditions.attributes ?? []).map((attribute): [Group, Partial<SearchConditions>] => [
      `attribute:${attribute.name}`,
      { attributes: [attribute] },
    ]),
  ];
}

/** What the conditions say of the prices by which products are ordered. */
function pricesOf({ price, currency }: SearchConditions): PriceRange | null {
  return price?.currency === currency ? price : null;
}

export class ProductIndex {
  readonly words = new TextIndex(boosts);
  readonly columns = new Columns();
  readonly categories = new Map<string, { name: string; ancestors: readonly string[] }>();
  /** By hexadecimal id. */
  readonly slots = new Map<string, number>();
  private readonly lists = new ProductLists(this.words, this.columns);

  /** @param withWords whether products are found by words, or listed only */
  constructor(private readonly withWords = true) {}

  /** @returns the ids of categories that are called otherwise now, whose products have to be put again */
  putCategories(categories: readonly SearchedCategory[]): string[] {
    const renamed: string[] = [];
    for (const { id, name, ancestors } of categories) {
      const before = this.categories.get(id);
      this.categories.set(id, { name, ancestors });
      if (this.withWords && before && before.name !== name) renamed.push(id);
    }
    // What is below a category may be something else now.
    this.lists.conditionsChanged();
    return renamed;
  }

  putProducts(products: readonly SearchedProduct[]): void {
    for (const product of products) this.put(product);
    const given = this.words.slots - this.words.size;
    if (given > minCleared && given > this.words.slots / 2) this.compact();
  }

  private put(product: SearchedProduct): void {
    const before = this.slots.get(product.id);
    if (product.archived) return this.remove(product.id);
    const texts = this.textsOf(product);
    const digest = createHash('sha1').update(texts.join('\n')).digest();
    if (before !== undefined && this.columns.hasDigest(before, digest)) return this.putColumns(before, product, digest);
    this.remove(product.id);
    const slot = this.words.add(texts);
    this.slots.set(product.id, slot);
    this.putColumns(slot, product, digest);
  }

  private putColumns(slot: number, product: SearchedProduct, digest: Buffer): void {
    this.columns.put(slot, product, digest);
    this.lists.changed(slot);
  }

  private remove(id: string): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    this.slots.delete(id);
    this.words.remove(slot);
    this.lists.changed(slot);
  }

  private textsOf({ title, category, names, attributes, description }: SearchedProduct): string[] {
    if (!this.withWords) return boosts.map(() => '');
    const values = [...names, ...attributes.map(({ value }) => value)];
    return [title, this.categories.get(category)?.name ?? '', values.join(' '), description.slice(0, maxDescription)];
  }

  /** Clears away what changed products have left. */
  compact(): void {
    this.columns.compact(this.words.compact());
    this.nameSlots();
  }

  /** Finds the slots of all products anew. */
  nameSlots(): void {
    this.lists.clear();
    this.slots.clear();
    for (let slot = 0; slot < this.words.slots; slot++) if (this.words.isAlive(slot)) this.slots.set(this.columns.idOf(slot), slot);
  }

  /** Makes what the first searches would wait for. */
  prepare(): void {
    this.words.prepare();
    this.lists.prepare();
  }

  search({ query, conditions, order, page, withFacets }: SearchRequest): SearchAnswer {
    const { lists, columns } = this;
    const hits = query.trim() === '' ? null : this.words.search(wordsOf(query));
    const found = hits ? bitsOf(hits.slots.subarray(0, hits.count), lists.setLength) : lists.inShop();
    const candidates = isByPrice(order) ? lists.narrow(found, [lists.pricedIn(conditions.currency)]).all : found;
    const { all, butFor } = lists.narrow(candidates, this.namedTests(conditions));
    const total = countOf(all);
    const [start, end] = windowOf(page, total);
    const slots =
      hits && order === 'RELEVANCE'
        ? mostRelevant(slotsIn(all, total), hits.scoresBySlot, columns, start, end)
        : lists.placed(
            order === 'RELEVANCE' ? 'TOP_RATED' : order,
            conditions.currency,
            { matching: all, total, prices: pricesOf(conditions) },
            start,
            end,
          );
    const counted = () => ({
      all: slotsIn(all, total),
      butFor: new Map(singly(conditions).map(([group], at) => [group, slotsIn(butFor[at]!)])),
    });
    return {
      total,
      start,
      products: Array.from(slots, (slot) => columns.idOf(slot)),
      facets: withFacets ? countFacets(columns, counted(), conditions.currency, this.ancestorsOf) : null,
    };
  }

  /** The products that meet the conditions, those with equal keys by id. */
  list({ conditions, page }: ListRequest): ListAnswer {
    return this.lists.page(this.namedTests(conditions), { ...page, currency: conditions.currency }, pricesOf(conditions));
  }

  private readonly ancestorsOf = (category: string): readonly string[] => this.categories.get(category)?.ancestors ?? [];

  private namedTests(conditions: SearchConditions): NamedTest[] {
    return singly(conditions).map(([group, condition]) => [JSON.stringify([group, condition]), () => this.testOf(condition)]);
  }

  /** @param condition a single one */
  private testOf({ category, merchant, brands, price, minRating, attributes }: Partial<SearchConditions>): Test {
    // Arrays are replaced as they grow.
    const { columns } = this;
    if (category !== undefined) {
      const within = this.categoriesWithin(category);
      return (slot) => within[columns.of.category[slot]!] === 1;
    }
    if (merchant !== undefined) {
      const wanted = columns.merchants.find(merchant);
      return (slot) => wanted !== 0 && columns.of.merchant[slot] === wanted;
    }
    if (brands) {
      const wanted = new Set(brands.map((brand) => columns.brands.find(brand)).filter((number) => number !== 0));
      return (slot) => wanted.has(columns.of.brand[slot]!);
    }
    if (price) return this.priceTest(price);
    if (minRating !== undefined) return (slot) => columns.of.rating[slot]! >= minRating;
    if (attributes) return this.attributeTest(attributes[0]!.name, attributes[0]!.values);
    return (slot) => columns.of.inStock[slot] === 1;
  }

  private priceTest({ currency, min, max }: NonNullable<SearchConditions['price']>): Test {
    const { columns } = this;
    const wanted = columns.currencies.find(currency);
    return (slot) =>
      wanted !== 0 && columns.of.currency[slot] === wanted && columns.of.price[slot]! >= min && columns.of.price[slot]! <= max;
  }

  /** By the number of each category, whether it is one or below it. */
  private categoriesWithin(category: string): Uint8Array {
    const { categories } = this.columns;
    const within = new Uint8Array(categories.count);
    for (let number = 1; number < within.length; number++) {
      const id = categories.textOf(number);
      within[number] = Number(id === category || this.ancestorsOf(id).includes(category));
    }
    return within;
  }

  private attributeTest(name: string, values: readonly string[]): Test {
    const { columns } = this;
    const { attributes } = columns;
    const wanted = new Set(values.map((value) => attributes.find(name, value)).filter((number) => number !== 0));
    if (wanted.size === 0) return () => false;
    return (slot) => {
      const { of, pairs } = columns;
      const from = of.attributesAt[slot]!;
      const to = from + of.attributeCount[slot]!;
      for (let place = from; place < to; place++) if (wanted.has(pairs[place]!)) return true;
      return false;
    };
  }
}
