/** Keeps a Gorse up to date with the shop: what changed since the last time, in batches that may be sent twice. */
import mongoose, { Schema, type Types } from 'mongoose';
import { interactionsChangedSince, type InteractionDocument } from '../behaviour/index.js';
import { productsChangedSince, type ProductDocument } from '../catalog/index.js';
import { registerPersonalData, usersWithoutPersonalisation } from '../user/index.js';
import type { GorseClient, GorseFeedback, GorseItem } from './gorse.client.js';
import { termsOf } from './training-data.js';

const interval = 5_000;
const batchSize = 500;
/** A transaction commits later than it takes its time: the last minute is sent again. */
const overlap = 60_000;
const likedPoints = 3.75 * 60;

interface CursorDocument {
  _id: 'products' | 'interactions';
  at: Date;
}

const cursorSchema = new Schema<CursorDocument>({ _id: { type: String, required: true }, at: { type: Date, required: true } });
const CursorModel = mongoose.model('GorseCursor', cursorSchema, 'gorse_cursors');

/** Users that were erased here and must be there; the id goes as soon as Gorse has forgotten them. */
const forgottenSchema = new Schema<{ _id: Types.ObjectId }>({ _id: { type: Schema.Types.ObjectId, required: true } });
const ForgottenModel = mongoose.model('GorseForgotten', forgottenSchema, 'gorse_forgotten');

let connected = false;

registerPersonalData({
  name: 'gorse',
  collect: async () => [],
  async erase({ session, user }) {
    if (connected) await ForgottenModel.collection.insertOne({ _id: user }, { session });
  },
});

export class GorseSync {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param warn told when Gorse cannot be reached; it is tried again */
  constructor(
    private readonly gorse: GorseClient,
    private readonly warn: (message: string) => void,
  ) {}

  start(): void {
    connected = true;
    this.timer = setInterval(() => void this.run(), interval).unref();
    void this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    connected = false;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Sends what is new, once at a time. */
  run(): Promise<void> {
    return (this.running ??= this.send().finally(() => (this.running = null)));
  }

  private async send(): Promise<void> {
    try {
      await this.sendErasures();
      await this.sendSince(
        'products',
        (since) => productsChangedSince(since),
        ({ updatedAt }) => updatedAt,
        (batch) => this.gorse.putItems(batch.map(itemOf)),
      );
      const silent = await usersWithoutPersonalisation();
      const feedback = async (batch: InteractionDocument[]): Promise<void> => {
        const welcome = batch.filter(({ user }) => !silent.has(user.toHexString()));
        if (welcome.length === 0) return;
        await this.gorse.putUsers([...new Set(welcome.map(({ user }) => user.toHexString()))]);
        await this.gorse.putFeedback(welcome.flatMap(feedbackOf));
      };
      await this.sendSince(
        'interactions',
        (since) => interactionsChangedSince(since),
        ({ lastAt }) => lastAt,
        feedback,
      );
    } catch (error) {
      if (!this.stopped) this.warn(`bringing Gorse up to date failed: ${(error as Error).message}`);
    }
  }

  private async sendErasures(): Promise<void> {
    for (const { _id } of await ForgottenModel.find().limit(batchSize).lean()) {
      await this.gorse.deleteUser(_id.toHexString());
      await ForgottenModel.deleteOne({ _id });
    }
  }

  private async sendSince<Document>(
    name: CursorDocument['_id'],
    read: (since: Date) => AsyncIterable<Document>,
    timeOf: (document: Document) => Date,
    send: (batch: Document[]) => Promise<unknown>,
  ): Promise<void> {
    const cursor = (await CursorModel.findById(name).lean())?.at ?? new Date(0);
    let batch: Document[] = [];
    const flush = async (): Promise<void> => {
      const last = batch.at(-1);
      if (!last) return;
      await send(batch);
      await CursorModel.updateOne({ _id: name }, { $set: { at: timeOf(last) } }, { upsert: true });
      batch = [];
    };
    for await (const document of read(new Date(cursor.getTime() - overlap))) {
      if (this.stopped) return;
      if (batch.push(document) === batchSize) await flush();
    }
    await flush();
  }
}

function itemOf(product: ProductDocument): GorseItem {
  return {
    ItemId: product._id.toHexString(),
    Categories: [product.category.toHexString()],
    Labels: [...new Set(termsOf(product, ''))],
    Timestamp: product.createdAt.toISOString(),
    IsHidden: product.stock === 0,
  };
}

/** Gorse counts kinds of feedback: liking, and having had to do with. */
function feedbackOf({ user, product, points, purchases, lastAt }: InteractionDocument): GorseFeedback[] {
  const one = { UserId: user.toHexString(), ItemId: product.toHexString(), Timestamp: lastAt.toISOString() };
  const liked = points === null ? purchases > 0 : points >= likedPoints;
  return liked
    ? [
        { ...one, FeedbackType: 'like' },
        { ...one, FeedbackType: 'read' },
      ]
    : [{ ...one, FeedbackType: 'read' }];
}
