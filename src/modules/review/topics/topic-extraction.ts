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
import { firstMessage } from '../../../threads.js';
import { Worker } from '../../../workers/index.js';
import type { CatalogVerbs } from '../../catalog/index.js';
import type { ReviewDocument, ReviewModels } from '../review.model.js';
import { textOf } from './review-text.js';
import { digestOfQuote, type StoredTopic } from './review-topics.model.js';

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
    await reviews.bulkWrite(writes, { ordered: false });
    await this.markStale(unread);
    return unread.length === batchSize;
  }

  private async markStale(read: readonly Unread[]): Promise<void> {
    const products = new Map(read.map(({ product }) => [product.toHexString(), product]));
    const update = { ...isStale, $setOnInsert: { topics: [], language: languages[0] } };
    const marks = [...products.values()].map((_id) => ({ updateOne: { filter: { _id }, update, upsert: true } }));
    await this.dependencies.models.topics.bulkWrite(marks, { ordered: false });
  }

  /** Reviews whose text was never read, or by older rules. */
  private async unread(): Promise<Unread[]> {
    const { reviews } = this.dependencies.models;
    const fields = { product: 1, title: 1, body: 1, stars: 1 } as const;
    const fresh: Unread[] = await reviews.find({ 'digest.version': null }, fields).limit(batchSize).lean();
    if (fresh.length > 0) return fresh;
    return reviews
      .find({ 'digest.version': { $lt: digestVersion } }, fields)
      .limit(batchSize)
      .lean();
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
      const stale = await topics.find({ stale: true }, { changes: 1 }).limit(staleBatch).lean();
      for (const { _id, changes = 0 } of stale) await this.summarise(_id, changes);
      found = stale.length;
    } while (found === staleBatch && !signal.aborted);
  }

  /** What became stale while it was made stays so. @param changes how often it had changed before its reviews are read */
  private async summarise(product: Types.ObjectId, changes: number): Promise<void> {
    const { models, catalog } = this.dependencies;
    const [found] = await catalog.productsByIds([product]);
    if (!found) return void (await models.topics.deleteOne({ _id: product }));
    // Whatever the release that has read them: after an upgrade it takes a while until all are read again.
    const read: Read[] = await models.reviews
      .find({ product, visible: true, 'digest.version': { $gt: 0 } }, { helpful: 1, digest: 1 })
      .sort({ createdAt: -1, _id: -1 })
      .limit(maxReviews)
      .lean();
    const { topics, language } = topicsOf(
      read.map(({ _id, helpful, digest }) => ({ id: _id, helpful, digest: digest! })),
      found.title,
    );
    await models.topics.updateOne({ _id: product }, { $set: { topics: await this.withDigests(topics), language } });
    await models.topics.updateOne({ _id: product, changes }, { $unset: { stale: 1 } });
  }

  private async withDigests(topics: ReturnType<typeof topicsOf<Types.ObjectId>>['topics']): Promise<StoredTopic[]> {
    const ids = topics.flatMap(({ quotes }) => quotes.map(({ review }) => review));
    const quoted = await this.dependencies.models.reviews.find({ _id: { $in: ids } }, { title: 1, body: 1 }).lean();
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
