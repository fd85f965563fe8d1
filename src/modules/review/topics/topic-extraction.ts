/**
 * Keeps what products' reviews speak of: each review is read once for each of its texts, and a product's topics follow from
 * what its reviews say. Everything can be done twice and by several processes.
 */
import type { Types } from 'mongoose';
import { startBackgroundThread, type BackgroundThread } from '../../../background/index.js';
import type { Logger } from '../../../log.js';
import { digestVersion, languages, topicsOf, type ReviewDigest } from '../../../opinions/index.js';
import type { DigestTask } from '../../../opinions/worker.js';
import type { ClientSession } from '../../../store/database.js';
import { findStored, updateEach, type Update } from '../../../store/documents.js';
import { firstMessage } from '../../../threads.js';
import { Worker } from '../../../workers/index.js';
import type { CatalogVerbs, ProductDocument } from '../../catalog/index.js';
import type { ReviewDocument, ReviewModels } from '../review.model.js';
import { textOf } from './review-text.js';
import { digestOfQuote, type ProductTopicsDocument, type StoredTopic } from './review-topics.model.js';

const interval = 5_000;
const batchSize = 200;
const staleBatch = 50;
/** While many reviews are read, as after an import, products are summed up after so many batches, instead of with every few reviews. */
const batchesBetween = 20;
/** Of a product with more reviews, the latest count. */
const maxReviews = 2000;
/** What says of a product's topics that they must be found anew. */
const isStale = { $set: { stale: true }, $inc: { changes: 1 } };

type Unread = Pick<ReviewDocument, '_id' | 'product' | 'title' | 'body' | 'stars'>;
type Read = Pick<ReviewDocument, '_id' | 'helpful' | 'digest'>;
type Quoted = Pick<ReviewDocument, '_id' | 'title' | 'body'>;
type Stale = Pick<ProductTopicsDocument, '_id' | 'changes'>;

interface TopicExtractionDependencies {
  models: ReviewModels;
  catalog: CatalogVerbs;
  log: Logger;
}

export class TopicExtraction {
  readonly worker: Worker;
  private thread: BackgroundThread | null = null;

  constructor(private readonly dependencies: TopicExtractionDependencies) {
    this.worker = new Worker({ name: 'review topics', interval, log: dependencies.log, run: (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => void this.thread?.terminate();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let batch = 1; !signal.aborted && (await this.readSome()); batch++)
        if (batch % batchesBetween === 0) await this.summariseStale(signal);
      await this.summariseStale(signal);
    } finally {
      signal.removeEventListener('abort', stop);
      await this.thread?.terminate();
      this.thread = null;
    }
  }

  /** @returns whether there may be more */
  private async readSome(): Promise<boolean> {
    const { reviews } = this.dependencies.models;
    const unread = await this.unread();
    if (unread.length === 0) return false;
    const digests = await this.digest(unread);
    const writes = unread.map(({ _id, title, body }, at) => ({
      // A text that was edited meanwhile is read again.
      updateOne: { filter: { _id, title, body }, update: { $set: { digest: digests[at]! } } },
    }));
    await updateEach(reviews, writes);
    await this.markStale(unread);
    return unread.length === batchSize;
  }

  private async markStale(read: readonly Unread[]): Promise<void> {
    const products = new Map(read.map(({ product }) => [product.toHexString(), product]));
    const update = { ...isStale, $setOnInsert: { topics: [], language: languages[0] } };
    const marks = [...products.values()].map((_id) => ({ updateOne: { filter: { _id }, update, upsert: true } }));
    await updateEach(this.dependencies.models.topics, marks);
  }

  /** Reviews whose text was never read, or by older rules. */
  private async unread(): Promise<Unread[]> {
    const { reviews } = this.dependencies.models;
    const options = { projection: { product: 1, title: 1, body: 1, stars: 1 }, limit: batchSize } as const;
    const fresh = await findStored<Unread>(reviews, { 'digest.version': null }, options);
    return fresh.length > 0 ? fresh : findStored(reviews, { 'digest.version': { $lt: digestVersion } }, options);
  }

  private async digest(unread: readonly Unread[]): Promise<ReviewDigest[]> {
    this.thread ??= startBackgroundThread('opinions/worker', null);
    const task: DigestTask = { texts: unread.map((review) => ({ text: textOf(review), stars: review.stars })) };
    const answer = firstMessage<ReviewDigest[]>(this.thread);
    this.thread.postMessage(task);
    return answer;
  }

  private async summariseStale(signal: AbortSignal): Promise<void> {
    const { topics } = this.dependencies.models;
    let found: number;
    do {
      const stale = await findStored<Stale>(topics, { stale: true }, { projection: { changes: 1 }, limit: staleBatch });
      await this.summarise(stale);
      found = stale.length;
    } while (found === staleBatch && !signal.aborted);
  }

  /** What becomes stale while it is made stays so, and what another process has made of later reviews stays as it is. */
  private async summarise(stale: readonly Stale[]): Promise<void> {
    const { models, catalog } = this.dependencies;
    const products = new Map((await catalog.productsByIds(stale.map(({ _id }) => _id))).map((product) => [String(product?._id), product]));
    const writes: Update[] = [];
    for (const { _id, changes } of stale) {
      const product = products.get(String(_id));
      if (!product) {
        await models.topics.deleteOne({ _id });
        continue;
      }
      const knows = changes ?? 0;
      const update = { $set: { ...(await this.summary(product)), knows } };
      writes.push(
        { updateOne: { filter: { _id, knows: { $not: { $gt: knows } } }, update } },
        { updateOne: { filter: { _id, knows, changes: changes ?? null }, update: { $unset: { stale: 1 } } } },
      );
    }
    await updateEach(models.topics, writes);
  }

  /** Of all reviews, whatever the release that has read them: after an upgrade it takes a while until all are read again. */
  private async summary({
    _id,
    title,
  }: Pick<ProductDocument, '_id' | 'title'>): Promise<Pick<ProductTopicsDocument, 'topics' | 'language'>> {
    const read = await findStored<Read>(
      this.dependencies.models.reviews,
      { product: _id, visible: true, 'digest.version': { $gt: 0 } },
      { projection: { helpful: 1, digest: 1 }, sort: { createdAt: -1, _id: -1 }, limit: maxReviews },
    );
    const { topics, language } = topicsOf(
      read.map((review) => ({ id: review._id, helpful: review.helpful, digest: review.digest! })),
      title,
    );
    return { topics: await this.withDigests(topics), language };
  }

  private async withDigests(topics: ReturnType<typeof topicsOf<Types.ObjectId>>['topics']): Promise<StoredTopic[]> {
    const ids = topics.flatMap(({ quotes }) => quotes.map(({ review }) => review));
    const projection = { title: 1, body: 1 } as const;
    const quoted = await findStored<Quoted>(this.dependencies.models.reviews, { _id: { $in: ids } }, { projection });
    const texts = new Map(quoted.map((review) => [review._id.toHexString(), textOf(review)]));
    return topics.map((topic) => ({
      ...topic,
      quotes: topic.quotes.flatMap((quote) => {
        const text = texts.get(quote.review.toHexString());
        return text === undefined ? [] : [{ ...quote, digest: digestOfQuote(text.slice(quote.from, quote.to)) }];
      }),
    }));
  }
}

/** Says, in the transaction that changes which of a product's reviews are seen, that its topics must be found anew. */
export async function markStale({ topics }: ReviewModels, session: ClientSession, product: Types.ObjectId): Promise<void> {
  await topics.updateOne({ _id: product }, isStale, { session });
}
