/** Brings ratings of another shop or data set into the store: users, products, reviews, orders and what the recommender learns from. */
import type { Types } from 'mongoose';
import type { Features } from '../app.js';
import { slugify, type CategoryDocument, type ProductDocument } from '../modules/catalog/index.js';
import type { OrderDocument } from '../modules/order/index.js';
import type { ReviewDocument } from '../modules/review/index.js';
import type { UserDocument } from '../modules/user/index.js';
import { emptyTally, pointsPerStar, reviewWeight, starsOf, wilsonLowerBound } from '../scoring/index.js';
import { trustOf } from './formats/filmtrust.js';
import { importedId } from './identity.js';
import { linesOf, type Line } from './lines.js';
import { Rejected, type Format, type ImportedProduct, type ImportedRating, type Scale } from './record.js';

export interface ImportRequest {
  /** Names the source, so that its ids do not meet another's. */
  source: string;
  format: Format;
  ratings: string;
  products?: string;
  trust?: string;
}

export interface RejectedLine {
  file: string;
  line: number;
  reason: string;
}

export interface ImportReport {
  users: number;
  products: number;
  reviews: number;
  follows: number;
  /** Lines that were read and taken, whether they were new or not. */
  accepted: number;
  rejected: number;
}

export interface ImportListener {
  onProgress(share: number, what: string): void;
  onRejected(line: RejectedLine): void;
}

const batchSize = 2000;

/** When a source has no times, its lines count as seconds from here, so that their order stays. */
const undated = Date.UTC(2011, 0, 1);

export async function importRatings(verbs: Features['verbs'], request: ImportRequest, listener: ImportListener): Promise<ImportReport> {
  return new Import(verbs, request, listener).run();
}

class Import {
  private readonly report: ImportReport = { users: 0, products: 0, reviews: 0, follows: 0, accepted: 0, rejected: 0 };
  private readonly described = new Map<string, ImportedProduct>();
  private readonly touched = new Set<string>();
  private readonly rated = new Set<string>();
  private readonly known = { user: new Set<string>(), product: new Set<string>(), category: new Set<string>() };

  constructor(
    private readonly verbs: Features['verbs'],
    private readonly request: ImportRequest,
    private readonly listener: ImportListener,
  ) {}

  async run(): Promise<ImportReport> {
    const { products, trust } = this.request;
    await this.writeUsers([{ key: 'shop', name: `${this.request.source} shop`, merchant: true }]);
    if (products) await this.readProducts(products);
    await this.readRatings();
    if (trust) await this.readTrust(trust);
    const ids = [...this.touched].map((product) => this.id('product', product));
    await this.verbs.reviews.retallyProducts(ids, (done) => this.listener.onProgress(0.8 + (0.2 * done) / ids.length, 'scores'));
    this.listener.onProgress(1, 'done');
    return this.report;
  }

  private async readProducts(path: string): Promise<void> {
    const parse = this.request.format.product;
    if (!parse) throw new Error('this format has no separate file of products');
    for await (const line of linesOf(path)) {
      const product = this.attempt(path, line, parse);
      if (product) this.described.set(product.product, product);
    }
  }

  private async readRatings(): Promise<void> {
    const { format, ratings: path } = this.request;
    let parse = format.header ? null : format.ratings(null);
    let batch: { rating: ImportedRating; line: number }[] = [];
    const lines = linesOf(path, (read, total) => this.listener.onProgress((0.75 * read) / total, 'ratings'));
    for await (const line of lines) {
      if (!parse) {
        parse = format.ratings(line.text);
        continue;
      }
      const parseLine = parse;
      const rating = this.attempt(path, line, (text) => this.requireFirst(parseLine(text)));
      if (rating) batch.push({ rating, line: line.number });
      if (batch.length < batchSize) continue;
      await this.writeRatings(batch);
      batch = [];
    }
    await this.writeRatings(batch);
  }

  /** Of several ratings of one product by one user, the first counts. @throws Rejected for the others */
  private requireFirst(rating: ImportedRating): ImportedRating {
    const pair = `${rating.user}\0${rating.product}`;
    if (this.rated.has(pair)) throw new Rejected(`user ${rating.user} has rated ${rating.product} on an earlier line`);
    this.rated.add(pair);
    return rating;
  }

  private async readTrust(path: string): Promise<void> {
    const { source } = this.request;
    const trusts: { truster: string; trustee: string }[] = [];
    for await (const line of linesOf(path)) {
      const trust = this.attempt(path, line, trustOf);
      if (trust) trusts.push(trust);
    }
    await this.writeUsers(trusts.flatMap(({ truster, trustee }) => [{ key: truster }, { key: trustee }]));
    this.report.follows += await this.verbs.socialGraph.importFollows(
      trusts.map(({ truster, trustee }, at) => ({
        _id: importedId(source, 'follow', `${truster}\0${trustee}`),
        follower: this.id('user', truster),
        followee: this.id('user', trustee),
        at: new Date(undated + at * 1000),
      })),
    );
  }

  /** Parses a line; one that does not parse is reported and left out. */
  private attempt<Result>(file: string, { number, text }: Line, parse: (line: string) => Result): Result | null {
    if (text.trim() === '') return null;
    try {
      const result = parse(text);
      this.report.accepted++;
      return result;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      this.report.rejected++;
      this.listener.onRejected({ file, line: number, reason: error.message });
      return null;
    }
  }

  private id(kind: 'user' | 'product' | 'category', key: string): Types.ObjectId {
    return importedId(this.request.source, kind, key);
  }

  private async writeRatings(batch: { rating: ImportedRating; line: number }[]): Promise<void> {
    if (batch.length === 0) return;
    await this.writeUsers(batch.map(({ rating }) => ({ key: rating.user, name: rating.userName })));
    await this.writeProducts(batch.map(({ rating }) => rating));
    const reviews = batch.map(({ rating, line }) => this.reviewOf(rating, line));
    this.report.reviews += await this.verbs.reviews.importReviews(reviews);
    await this.verbs.orders.importOrders(reviews.filter(({ verifiedPurchase }) => verifiedPurchase).map((review) => this.orderOf(review)));
    await this.verbs.behaviour.importInteractions(
      reviews.map(({ author, product, points, verifiedPurchase, createdAt }) => ({
        user: author,
        product,
        views: 0,
        carts: 0,
        purchases: Number(verifiedPurchase),
        comments: 0,
        points,
        lastAt: createdAt,
      })),
    );
    for (const { rating } of batch) this.touched.add(rating.product);
  }

  private async writeUsers(users: { key: string; name?: string; merchant?: boolean }[]): Promise<void> {
    const { source } = this.request;
    const fresh = new Map<string, UserDocument>();
    for (const { key, name, merchant } of users) {
      if (this.known.user.has(key) || fresh.has(key)) continue;
      const handle = `${slugify(source)}_${slugify(key)}`.replaceAll('-', '_');
      const id = this.id('user', key);
      const suffix = handle.length > 40 || handle !== `${source}_${key}` ? `_${id.toHexString().slice(-6)}` : '';
      fresh.set(key, {
        _id: id,
        handle: handle.slice(0, 40) + suffix,
        handleKey: (handle.slice(0, 40) + suffix).toLowerCase(),
        name: name ?? `Member ${key}`.slice(0, 100),
        bio: null,
        avatarUrl: null,
        roles: merchant ? ['BUYER', 'MERCHANT'] : ['BUYER'],
        createdAt: new Date(undated),
        source,
      });
    }
    this.report.users += await this.verbs.users.importUsers([...fresh.values()]);
    for (const key of fresh.keys()) this.known.user.add(key);
  }

  private async writeProducts(ratings: ImportedRating[]): Promise<void> {
    const { source, format } = this.request;
    const fresh = new Map<string, ProductDocument>();
    const categories = new Map<string, CategoryDocument>();
    for (const { product, productTitle, category } of ratings) {
      if (this.known.product.has(product) || fresh.has(product)) continue;
      const described = this.described.get(product);
      const name = category ?? described?.category ?? format.category;
      if (!this.known.category.has(name)) categories.set(name, this.categoryOf(name));
      const _id = this.id('product', product);
      const title = productTitle ?? described?.title ?? `${source} ${product}`;
      fresh.set(product, {
        _id,
        slug: `${slugify(title)}-${_id.toHexString().slice(-6)}`,
        title: title.slice(0, 200),
        description: '',
        category: this.id('category', name),
        merchant: this.id('user', 'shop'),
        price: { amountMinor: 0, currency: 'EUR' },
        stock: null,
        attributes: [],
        imageUrl: null,
        createdAt: new Date(undated),
        updatedAt: new Date(),
        rating: emptyTally(),
        score: 0,
        commentCount: 0,
        source,
      });
    }
    await this.verbs.catalog.importCategories([...categories.values()]);
    this.report.products += await this.verbs.catalog.importProducts([...fresh.values()]);
    for (const name of categories.keys()) this.known.category.add(name);
    for (const key of fresh.keys()) this.known.product.add(key);
  }

  private categoryOf(name: string): CategoryDocument {
    return { _id: this.id('category', name), slug: `${slugify(this.request.source)}-${slugify(name)}`, name, parent: null };
  }

  private reviewOf(rating: ImportedRating, line: number): ReviewDocument {
    const { source, format } = this.request;
    const points = pointsOf(rating.rating, format.scale);
    const createdAt = rating.at ?? new Date(undated + line * 1000);
    const votes = { helpful: rating.helpful, unhelpful: 0 };
    return {
      _id: importedId(source, 'review', `${rating.user}\0${rating.product}`),
      product: this.id('product', rating.product),
      author: this.id('user', rating.user),
      quality: null,
      price: null,
      service: null,
      points,
      stars: starsOf(points),
      weight: reviewWeight({ createdAt, verifiedPurchase: rating.verified, ...votes }),
      title: rating.title,
      body: rating.body,
      imageUrls: [],
      verifiedPurchase: rating.verified,
      incentivised: false,
      ...votes,
      helpfulness: wilsonLowerBound(votes.helpful, votes.helpful),
      response: null,
      visible: true,
      commentCount: 0,
      createdAt,
      editedAt: null,
      source,
    };
  }

  /** A purchase that the source has verified is an order that was delivered. */
  private orderOf({ author, product, createdAt }: ReviewDocument): OrderDocument {
    const price = { amountMinor: 0, currency: 'EUR' };
    return {
      _id: importedId(this.request.source, 'order', `${author.toHexString()}${product.toHexString()}`),
      buyer: author,
      merchant: this.id('user', 'shop'),
      items: [{ product, title: 'Imported purchase', price, quantity: 1 }],
      total: price,
      status: 'DELIVERED',
      placedAt: createdAt,
      updatedAt: createdAt,
    };
  }
}

/** A rating of any scale on the shop's scale of 1 to 5 stars; five-star scales stay as they are. */
export function pointsOf(rating: number, { least, most }: Scale): number {
  const stars = most === 5 ? Math.max(1, rating) : 1 + ((rating - least) * 4) / (most - least);
  return Math.round(stars * pointsPerStar);
}
