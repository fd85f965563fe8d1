/** Tells a search engine outside what changes in the store, in batches that may be sent twice. */
import type { Types } from 'mongoose';
import type { EnqueuedTask } from 'meilisearch';
import type { Logger } from '../../../log.js';
import type { Announcements } from '../../../realtime/index.js';
import { Worker } from '../../../workers/index.js';
import type { CatalogBulk } from '../catalog.bulk.js';
import type { ProductDocument } from '../catalog.model.js';
import { followFrom, inBatches, isKnown, newestOf, positionOf, type Following } from '../following.js';
import { searchedOf } from '../searched-product.js';
import { catalogTopic } from '../writing.js';
import { engineDocument } from './engine-document.js';
import type { EngineLease } from './engine-lease.js';
import type { SearchEngine } from './search-engine.js';

const pollInterval = 5_000;
const keepInterval = 30_000;
const batchSize = 200;
const stopTimeout = 1_000;
/** So many batches are on their way at most. */
const maxPending = 10;

interface EngineSyncDependencies {
  engine: SearchEngine;
  lease: EngineLease;
  catalog: CatalogBulk;
  announcements: Announcements;
  log: Logger;
}

/** How far the engine has been told. */
interface Followed extends Following {
  /** Whether it knew nothing, so that every product is still to be sent. */
  isNew: boolean;
  isFilled: boolean;
  isChanged: boolean;
  keptAt: number;
  pending: EnqueuedTask[];
}

export class EngineSync {
  readonly worker: Worker;
  private followed: Followed | null = null;

  constructor(private readonly dependencies: EngineSyncDependencies) {
    const { announcements, log } = dependencies;
    this.worker = new Worker({
      name: 'search engine',
      interval: pollInterval,
      log,
      run: (signal) => this.run(signal),
      wakeOn: (wake) => announcements.listen(catalogTopic, wake),
      onStop: () => this.stop(),
    });
  }

  /** Begins anew from what the engine says that it has, after failures, after other processes, and where it has lost all. */
  private async run(signal: AbortSignal): Promise<void> {
    const { engine, lease } = this.dependencies;
    const { followed } = this;
    this.followed = null;
    if (!(await lease.take())) return;
    const current = followed && (await engine.position()) ? followed : await this.open(signal);
    await this.follow(current, signal);
    this.followed = current;
  }

  private async open(signal: AbortSignal): Promise<Followed> {
    const { catalog, engine } = this.dependencies;
    await engine.open(signal);
    const known = await engine.position();
    const position = known && (!known.newest || (await isKnown(catalog, known.newest))) ? known : null;
    if (!position) await engine.clear(signal);
    return {
      ...followFrom(catalog, position),
      isNew: !position,
      isFilled: position?.isFilled ?? false,
      ...{ isChanged: false, keptAt: Date.now(), pending: [] },
    };
  }

  private async follow(followed: Followed, signal: AbortSignal): Promise<void> {
    // Products are found by the names of their categories.
    for await (const changed of followed.categories.read())
      if (!followed.isNew) for (const { _id } of changed) await this.sendCategory(_id, followed, signal);
    for await (const changed of followed.products.read()) {
      await this.send(changed, followed, signal);
      followed.newest = newestOf(changed, followed.newest);
      if (Date.now() - followed.keptAt >= keepInterval) await this.keep(followed, signal);
    }
    followed.isNew = false;
    await this.settle(followed, signal);
    const isFirst = !followed.isFilled;
    followed.isFilled = true;
    if (isFirst || (followed.isChanged && Date.now() - followed.keptAt >= keepInterval)) await this.keep(followed, signal);
  }

  private async sendCategory(category: Types.ObjectId, followed: Followed, signal: AbortSignal): Promise<void> {
    for await (const batch of inBatches(this.dependencies.catalog.productsIn(category), batchSize))
      await this.send(batch, followed, signal);
  }

  private async send(products: readonly ProductDocument[], followed: Followed, signal: AbortSignal): Promise<void> {
    const { catalog, engine, lease } = this.dependencies;
    signal.throwIfAborted();
    if (!(await lease.take())) throw new Error('Another process tells the search engine of changes.');
    const names = await catalog.categoryNames(products.map(({ category }) => category));
    const searched = products.map(searchedOf);
    const gone = searched.filter(({ archived }) => archived).map(({ id }) => id);
    const documents = searched
      .filter(({ archived }) => !archived)
      .map((product) => engineDocument(product, names.get(product.category) ?? ''));
    if (documents.length > 0) followed.pending.push(await engine.put(documents));
    if (gone.length > 0) followed.pending.push(await engine.remove(gone));
    followed.isChanged = true;
    if (followed.pending.length >= maxPending) await this.settle(followed, signal);
  }

  private async settle({ pending }: Followed, signal: AbortSignal): Promise<void> {
    for (const task of pending.splice(0)) await this.dependencies.engine.finish(task, signal);
  }

  private async keep(followed: Followed, signal: AbortSignal): Promise<void> {
    await this.settle(followed, signal);
    await this.dependencies.engine.keep({ ...positionOf(followed), isFilled: followed.isFilled }, signal);
    followed.isChanged = false;
    followed.keptAt = Date.now();
  }

  /** What the engine is not told now, the next start tells it; and a lease that is not given back ends by itself. */
  private async stop(): Promise<void> {
    const { followed } = this;
    this.followed = null;
    if (followed?.isChanged) await this.keep(followed, AbortSignal.timeout(stopTimeout)).catch(() => {});
    await this.dependencies.lease.release().catch(() => {});
  }
}
