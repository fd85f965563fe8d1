/** The thread that has the search's index: it does what it is asked, one thing after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { forgetIndex, keepIndex, openIndex, type KeptPosition } from './kept-index.js';
import {
  ProductIndex,
  type ListRequest,
  type SearchAnswer,
  type SearchedCategory,
  type SearchedProduct,
  type SearchRequest,
} from './product-index.js';
import type { ListAnswer } from './product-lists.js';

export interface SearchThreadInput {
  /** Where the index is kept. */
  path: string;
  /** Whether it is searched by words, or has lists only. */
  withWords: boolean;
}

/** What can be asked of the thread, by name. */
export interface SearchTasks {
  /** Opens the index that was kept. @returns where it stands, or null where there is none */
  open(): Promise<KeptPosition | null>;
  /** Begins with an empty index. */
  clear(): Promise<void>;
  /** @returns the ids of categories that are called otherwise now */
  putCategories(categories: readonly SearchedCategory[]): Promise<string[]>;
  putProducts(products: readonly SearchedProduct[]): Promise<void>;
  size(): Promise<number>;
  search(request: SearchRequest): Promise<SearchAnswer>;
  list(request: ListRequest): Promise<ListAnswer>;
  keep(position: KeptPosition): Promise<void>;
}

export type SearchCall = {
  [Name in keyof SearchTasks]: { id: number; task: Name; argument: Parameters<SearchTasks[Name]>[0] };
}[keyof SearchTasks];
export type SearchReply = { id: number; result: unknown } | { id: number; error: string };

const { path, withWords } = workerData as SearchThreadInput;
let index = new ProductIndex(withWords);

const tasks: SearchTasks = {
  async open() {
    const kept = await openIndex(path, withWords);
    if (kept) index = kept.index;
    return kept?.position ?? null;
  },
  async clear() {
    index = new ProductIndex(withWords);
    await forgetIndex(path);
  },
  putCategories: async (categories) => index.putCategories(categories),
  putProducts: async (products) => index.putProducts(products),
  size: async () => index.words.size,
  search: async (request) => index.search(request),
  list: async (request) => index.list(request),
  keep: (position) => keepIndex(path, index, position),
};

/** An index that is being written down must not change meanwhile; searches may go on. */
let keeping: Promise<void> = Promise.resolve();

async function answer({ id, task, argument }: SearchCall): Promise<void> {
  try {
    const result = await (tasks[task] as (argument: unknown) => Promise<unknown>)(argument);
    parentPort!.postMessage({ id, result } satisfies SearchReply);
  } catch (error) {
    parentPort!.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies SearchReply);
  }
}

parentPort!.on('message', (call: SearchCall) => {
  if (call.task === 'search' || call.task === 'list') return void answer(call);
  keeping = keeping.then(() => answer(call));
});
