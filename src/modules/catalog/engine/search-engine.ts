/** A search engine outside, Meilisearch, through its client library: what it is asked, and what it is told. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  Meilisearch,
  MeilisearchApiError,
  type Config,
  type EnqueuedTask,
  type MeilisearchErrorResponse,
  type SearchParams,
} from 'meilisearch';
import { RequestError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { boundedFetch } from '../../../outbound/exchange.js';
import { windowOf } from '../../../relay/window.js';
import type { FacetCounts } from '../search/facet-counts.js';
import type { KeptPosition } from '../search/kept-index.js';
import type { SearchAnswer, SearchRequest } from '../search/product-index.js';
import { indexSettings, maxHits, type EngineDocument } from './engine-document.js';
import { categoriesIn, EngineQuery, facetsOf, isWordless, type FacetAnswers } from './engine-query.js';

const searchTimeout = 2_000;
const writeTimeout = 10_000;
const taskPollInterval = 50;
/** Bytes; a page of hits and counts of facets is far shorter. */
const maxAnswer = 16 * 1024 * 1024;

const productIndex = 'plaza_products';
const positionIndex = 'plaza_position';

export interface SearchEngineOptions {
  url: string;
  apiKey: string | undefined;
}

/** Up to where the engine has what is in the store. It is kept with the engine's data, and lost with them. */
export interface EnginePosition extends KeptPosition {
  /** Whether it has had everything once. */
  isFilled: boolean;
}

type KeptEnginePosition = EnginePosition & { id: 'products' };

/** The engine is away, or refuses. The message names no address and no key. */
export class SearchEngineError extends Error {}

/** The tree of categories, by hexadecimal ids. */
export interface EngineTree {
  /** A category and all below it. */
  within(category: string): Promise<string[]>;
  /** The categories above each that has any. */
  ancestors(categories: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

export class SearchEngine {
  private readonly searching: Meilisearch;
  private readonly writing: Meilisearch;
  private isFilled = false;

  constructor(
    { url, apiKey }: SearchEngineOptions,
    private readonly tree: EngineTree,
    private readonly log: Logger,
  ) {
    const options = { host: url, ...(apiKey && { apiKey }) };
    this.searching = new Meilisearch({ ...options, httpClient: within(searchTimeout) });
    this.writing = new Meilisearch({ ...options, httpClient: within(writeTimeout) });
  }

  /** @throws RequestError SEARCH_UNAVAILABLE while the engine is away, or has not been told of all products yet */
  async search(request: SearchRequest): Promise<SearchAnswer> {
    const categories = request.conditions.category === undefined ? [] : await this.tree.within(request.conditions.category);
    try {
      return await this.answer(request, categories);
    } catch (error) {
      if (!(error instanceof SearchEngineError)) throw error;
      this.isFilled = false;
      this.log.warn({ err: error }, 'the search engine does not answer');
      throw new RequestError('SEARCH_UNAVAILABLE', 'Products cannot be searched for the moment. Try again later.');
    }
  }

  private async answer(request: SearchRequest, categories: readonly string[]): Promise<SearchAnswer> {
    await this.requireFilled();
    const { conditions, page, withFacets } = request;
    if (isWordless(request.query))
      return { total: 0, start: 0, products: [], facets: withFacets ? await this.facets(new Map(), conditions.currency) : null };
    const query = new EngineQuery(request, categories);
    // Where the end is, is asked first.
    const [from, to] = windowOf(page, page.backwards ? await this.count(query) : maxHits);
    const counts = query.counts(withFacets);
    const [found, ...counted] = await this.ask([query.page(from, to), ...counts.values()]);
    const answers: FacetAnswers = new Map([...counts.keys()].map((group, at) => [group, counted[at]!]));
    const total = answers.get('all')!.totalHits!;
    return {
      total,
      totalIsCapped: total >= maxHits,
      start: Math.min(from, total),
      products: found!.hits.map(({ id }) => id),
      facets: withFacets ? await this.facets(answers, conditions.currency) : null,
    };
  }

  private async facets(answers: FacetAnswers, currency: string): Promise<FacetCounts> {
    const ancestors = await this.tree.ancestors(categoriesIn(answers));
    return facetsOf(answers, currency, (category) => ancestors.get(category) ?? []);
  }

  private async count(query: EngineQuery): Promise<number> {
    const [counted] = await this.ask([...query.counts(false).values()]);
    return counted!.totalHits!;
  }

  /** In one request. */
  private async ask(queries: readonly SearchParams[]) {
    const asked = { queries: queries.map((query) => ({ ...query, indexUid: productIndex })) };
    return (await reach(this.searching.multiSearch<typeof asked, Pick<EngineDocument, 'id'>>(asked))).results;
  }

  private async requireFilled(): Promise<void> {
    this.isFilled ||= (await positionIn(this.searching))?.isFilled ?? false;
    if (!this.isFilled) throw new SearchEngineError('The search engine has not been told of all products yet.');
  }

  /** Makes it ready to be told. */
  async open(signal: AbortSignal): Promise<void> {
    await this.finish(await reach(this.writing.index(productIndex).updateSettings(indexSettings)), signal);
  }

  /** @returns null where it has been told nothing */
  position(): Promise<EnginePosition | null> {
    return positionIn(this.writing);
  }

  /** Forgets everything. */
  async clear(signal: AbortSignal): Promise<void> {
    this.isFilled = false;
    for (const index of [positionIndex, productIndex])
      await this.finish(await reach(this.writing.index(index).deleteAllDocuments()), signal, 'index_not_found');
  }

  /** Done when `finish` is, after everything that it was told before. */
  async put(documents: EngineDocument[]): Promise<EnqueuedTask> {
    return reach(this.writing.index<EngineDocument>(productIndex).addDocuments(documents, { primaryKey: 'id' }));
  }

  /** As for `put`. */
  async remove(ids: string[]): Promise<EnqueuedTask> {
    return reach(this.writing.index(productIndex).deleteDocuments(ids));
  }

  async keep(position: EnginePosition, signal: AbortSignal): Promise<void> {
    const kept: KeptEnginePosition = { id: 'products', ...position };
    const index = this.writing.index<KeptEnginePosition>(positionIndex);
    await this.finish(await reach(index.addDocuments([kept], { primaryKey: 'id' })), signal);
  }

  /**
   * Waits until the engine has done what it was told.
   * @param tolerated a failure that is none
   * @throws SearchEngineError if it could not
   */
  async finish({ taskUid }: EnqueuedTask, signal: AbortSignal, tolerated?: string): Promise<void> {
    for (;;) {
      const { error, status } = await reach(this.writing.tasks.getTask(taskUid, { signal }));
      if (status === 'succeeded' || (tolerated !== undefined && error?.code === tolerated)) return;
      if (status !== 'enqueued' && status !== 'processing')
        throw new SearchEngineError(`The search engine has not done what it was told (${error?.code ?? status}).`);
      await pause(taskPollInterval, undefined, { signal });
    }
  }
}

/** The library's own requests may never end: see `exchange`. */
function within(timeout: number): NonNullable<Config['httpClient']> {
  const ask = boundedFetch({ timeout, maxBytes: maxAnswer });
  return async (url, init) => {
    const response = await ask(url, init);
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new MeilisearchApiError(response, body as MeilisearchErrorResponse | undefined);
    return body;
  };
}

/** The library wraps whatever such a request throws. */
function refusalOf(error: unknown): MeilisearchApiError | null {
  const { cause } = error as Error;
  return cause instanceof MeilisearchApiError ? cause : null;
}

async function positionIn(client: Meilisearch): Promise<EnginePosition | null> {
  try {
    return await client.index<KeptEnginePosition>(positionIndex).getDocument<KeptEnginePosition>('products');
  } catch (error) {
    if (refusalOf(error)?.response.status === 404) return null;
    throw engineError(error);
  }
}

async function reach<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw engineError(error);
  }
}

/** Of the library's errors only what is nobody's secret. */
function engineError(error: unknown): SearchEngineError {
  const refusal = refusalOf(error);
  if (refusal)
    return new SearchEngineError(`The search engine answered ${refusal.response.status} (${refusal.cause?.code ?? 'no reason given'}).`);
  return new SearchEngineError('The search engine cannot be reached, or takes too long.');
}
