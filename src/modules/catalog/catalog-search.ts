/**
 * Full-text search over the catalogue: relevance by BM25+, unfinished and mistyped words, facets with counts; and the
 * lists of products whose conditions no index of the store combines. A thread of its own has the index; here it is told
 * what changes in the store, and kept in a file for the next start. Where an engine outside answers searches, the
 * thread has the lists alone.
 */
import { join } from 'node:path';
import { Types } from 'mongoose';
import { makeFolder } from '../../folders.js';
import type { Logger } from '../../log.js';
import { openOnce } from '../../open-once.js';
import type { Announcements } from '../../realtime/index.js';
import type { RankedPage } from '../../relay/window.js';
import { dependsOnMoment } from '../../store/cache/reads.js';
import { Worker } from '../../workers/index.js';
import type { CatalogBulk } from './catalog.bulk.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';
import type { Facets } from './facets.js';
import { followFrom, inBatches, isKnown, newestOf, positionOf, type Following } from './following.js';
import type { ProductConditions } from './product-filter.js';
import { CatchUp } from './search/catch-up.js';
import type { KeptPosition } from './search/kept-index.js';
import type { SearchAnswer, SearchConditions, SearchRequest } from './search/product-index.js';
import type { ListAnswer, ListOrder, ListPage } from './search/product-lists.js';
import { SearchClient } from './search/search-client.js';
import { searchedOf } from './searched-product.js';
import { catalogTopic } from './writing.js';

const pollInterval = 5_000;
/** How long changes stay in memory alone; the next start reads what is missing from the store. */
const keepInterval = 5 * 60_000;
const fromStore = 100;
/** How long a list waits for what was written just before it. */
const maxCatchUp = 1_000;

export interface ProductSearch {
  query: string;
  conditions: ProductConditions;
  /** The most relevant first where null, or the best-scored without a query. */
  sort: ListOrder | null;
  page: RankedPage;
  withFacets: boolean;
}

/** What answers searches in place of the thread. */
export interface SearchPort {
  /** @throws RequestError SEARCH_UNAVAILABLE */
  search(request: SearchRequest): Promise<SearchAnswer>;
}

export interface FoundProducts {
  total: number;
  totalIsCapped: boolean;
  /** The position of the first of the page. */
  start: number;
  products: Types.ObjectId[];
  /** Null where they were not asked for. */
  facets: Facets | null;
}

/** A thread with an index, and how far it has followed the store. */
interface Followed extends Following {
  client: SearchClient;
  isChanged: boolean;
  keptAt: number;
}

export class CatalogSearch {
  private readonly followed = openOnce(
    () => this.open(),
    ({ client }) => !client.hasEnded,
  );
  private readyNow = (): void => {};
  /** Settles when the index has followed the store once. */
  private readonly ready = new Promise<void>((resolve) => (this.readyNow = resolve));
  private readonly catchUp = new CatchUp();
  readonly worker: Worker;

  /**
   * @param dataDirectory in which the index is kept
   * @param engine null where the thread answers searches
   */
  constructor(
    private readonly catalog: CatalogBulk,
    private readonly dataDirectory: string,
    announcements: Announcements,
    log: Logger,
    private readonly engine: SearchPort | null = null,
  ) {
    this.worker = new Worker({
      name: 'catalogue search',
      interval: pollInterval,
      log,
      run: () => this.catchUp.pass(() => this.follow()),
      wakeOn: (wake) =>
        announcements.listen(catalogTopic, () => {
          this.catchUp.announce();
          wake();
        }),
      onStop: () => this.stop(),
    });
  }

  /** Waits for the index where it is being made. */
  async search({ query, conditions, sort, page, withFacets }: ProductSearch): Promise<FoundProducts> {
    // The index follows the store in its own time.
    dependsOnMoment();
    const request: SearchRequest = { query, conditions: plain(conditions), order: sort ?? 'RELEVANCE', page, withFacets };
    const { facets, products, start, total, totalIsCapped } = await (this.engine?.search(request) ?? this.searchHere(request));
    return {
      ...{ start, total, totalIsCapped: totalIsCapped ?? false },
      products: products.map((id) => new Types.ObjectId(id)),
      facets: facets && {
        ...facets,
        categories: facets.categories.map(({ value, count }) => ({ category: new Types.ObjectId(value), count })),
      },
    };
  }

  private async searchHere(request: SearchRequest): Promise<SearchAnswer> {
    await this.ready;
    const { client } = await this.followed.current();
    return client.ask('search', request);
  }

  /** A page of the products that meet conditions, with what this process wrote before. */
  async list(conditions: ProductConditions, page: Omit<ListPage, 'currency'>): Promise<ListAnswer> {
    dependsOnMoment();
    await this.ready;
    await this.catchUp.wait(maxCatchUp);
    const { client } = await this.followed.current();
    return client.ask('list', { conditions: plain(conditions), page });
  }

  private async open(): Promise<Followed> {
    const directory = join(this.dataDirectory, 'search');
    makeFolder(directory, { mode: 0o700 });
    const withWords = this.engine === null;
    const client = new SearchClient({ path: join(directory, withWords ? 'products.index' : 'lists.index'), withWords });
    try {
      const kept = await client.ask('open');
      const position = kept && (await this.isOfStore(kept, client)) ? kept : null;
      if (kept && !position) await client.ask('clear');
      return { client, ...followFrom(this.catalog, position), isChanged: false, keptAt: Date.now() };
    } catch (error) {
      await client.stop();
      throw error;
    }
  }

  /** Whether the store is no older than the index, such as one that a backup has brought back. */
  private async isOfStore({ newest }: KeptPosition, client: SearchClient): Promise<boolean> {
    return newest ? isKnown(this.catalog, newest) : (await client.ask('size')) === 0;
  }

  private async follow(): Promise<void> {
    const followed = await this.followed.current();
    // Categories first, since products are found by the names of theirs.
    for await (const changed of followed.categories.read()) await this.putCategories(followed, changed);
    for await (const changed of followed.products.read()) await this.putProducts(followed, changed);
    this.readyNow();
    if (followed.isChanged && Date.now() - followed.keptAt >= keepInterval) await this.keep(followed);
  }

  private async putCategories(followed: Followed, categories: readonly CategoryDocument[]): Promise<void> {
    const renamed = await followed.client.ask(
      'putCategories',
      categories.map(({ _id, name, ancestors }) => ({ id: _id.toHexString(), name, ancestors: ancestors.map((id) => id.toHexString()) })),
    );
    followed.isChanged = true;
    for (const id of renamed)
      for await (const batch of inBatches(this.catalog.productsIn(new Types.ObjectId(id)), fromStore))
        await followed.client.ask('putProducts', batch.map(searchedOf));
  }

  private async putProducts(followed: Followed, products: readonly ProductDocument[]): Promise<void> {
    await followed.client.ask('putProducts', products.map(searchedOf));
    followed.isChanged = true;
    followed.newest = newestOf(products, followed.newest);
  }

  private async keep(followed: Followed): Promise<void> {
    await followed.client.ask('keep', positionOf(followed));
    followed.isChanged = false;
    followed.keptAt = Date.now();
  }

  private async stop(): Promise<void> {
    const followed = await this.followed.latest()?.catch(() => null);
    if (!followed) return;
    if (followed.isChanged && !followed.client.hasEnded) await this.keep(followed);
    await followed.client.stop();
  }
}

function plain({ category, merchant, ...rest }: ProductConditions): SearchConditions {
  return { ...rest, ...(category && { category: category.toHexString() }), ...(merchant && { merchant: merchant.toHexString() }) };
}
