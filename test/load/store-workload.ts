/** What the benchmarks ask of a store: review-like documents, and the operations that pages and writes are made of. */
import mongoose from 'mongoose';

const { ObjectId } = mongoose.mongo;
export type Db = mongoose.mongo.Db;
type Id = mongoose.mongo.ObjectId;

const batch = 5000;
const majority = { writeConcern: { w: 'majority' as const, j: true } };

export class StoreWorkload {
  private readonly products: number;
  private inserted: number;

  /** @param documents how many reviews the store is filled with */
  constructor(private readonly documents: number) {
    this.products = Math.max(1, Math.floor(documents / 100));
    this.inserted = documents;
  }

  /** By name: the command that an operation sends, and the operation. */
  readonly scenarios: Record<string, { command: string; run: (db: Db) => Promise<unknown> }> = {
    'point read': { command: 'find', run: (db) => db.collection('reviews').findOne({ _id: this.anyId() }) },
    '$in of 50': {
      command: 'find',
      run: (db) =>
        db
          .collection('reviews')
          .find({ _id: { $in: Array.from({ length: 50 }, () => this.anyId()) } })
          .toArray(),
    },
    'page of 20 by index': {
      command: 'find',
      run: (db) =>
        db
          .collection('reviews')
          .find({ product: idOf(random(this.products)) })
          .sort({ createdAt: -1, _id: -1 })
          .limit(20)
          .toArray(),
    },
    'durable insert': { command: 'insert', run: (db) => db.collection('inserts').insertOne(this.review(++this.inserted), majority) },
    $inc: {
      command: 'update',
      run: (db) => db.collection<{ _id: string }>('counters').updateOne({ _id: `c${random(64)}` }, { $inc: { n: 1 } }, majority),
    },
  };

  async fill(db: Db): Promise<void> {
    const reviews = db.collection('reviews');
    await reviews.createIndex({ product: 1, createdAt: -1, _id: -1 });
    for (let from = 0; from < this.documents; from += batch) {
      await reviews.insertMany(
        Array.from({ length: Math.min(batch, this.documents - from) }, (_, at) => this.review(from + at)),
        { ordered: false },
      );
    }
    await db
      .collection<{ _id: string; n: number }>('counters')
      .insertMany(Array.from({ length: 64 }, (_, at) => ({ _id: `c${at}`, n: 0 })));
  }

  private review(n: number) {
    return {
      _id: idOf(n),
      product: idOf(n % this.products),
      author: idOf((n * 7919) % 50_000),
      points: 60 + ((n * 31) % 241),
      title: `Review number ${n}`,
      body: 'It makes a wonderful cup every morning, and keeps the heat for hours. '.repeat(3),
      helpful: n % 13,
      createdAt: new Date(1.6e12 + n * 1000),
    };
  }

  private anyId(): Id {
    return idOf(random(this.documents));
  }
}

export function idOf(n: number): Id {
  return new ObjectId(n.toString(16).padStart(24, '0'));
}

function random(limit: number): number {
  return Math.floor(Math.random() * limit);
}
