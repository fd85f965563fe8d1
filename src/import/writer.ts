/** Writes what was read, a batch at a time: what is new is inserted, what is known is changed as the user wishes. */
import { LRUCache } from 'lru-cache';
import type { Types } from 'mongoose';
import type { Features } from '../app.js';
import type { BulkCategory, ProductFacts } from '../modules/catalog/index.js';
import type { ProvenUser } from '../modules/user/index.js';
import { ReviewPreview, type OnConflict, type ReviewDocument } from '../modules/review/index.js';
import { addToTally, emptyTally, type RatingTally } from '../scoring/index.js';
import type { ReadLine } from './entries.js';
import { SourceDocuments, type SourceReview } from './documents.js';
import type { ImportedProduct, ImportedRating, Scale } from './record.js';

export interface Written {
  /** How many of each are new. */
  users: number;
  products: number;
  reviews: number;
  follows: number;
  /** How many were there and have changed. */
  updatedReviews: number;
  updatedProducts: number;
  /** Reviews that were there already and stay as they are. */
  unchangedReviews: number;
}

export interface Writer {
  readonly written: Written;
  /** Works out what a batch of lines comes to. @returns what writes it, called once those before are written */
  prepare(lines: readonly ReadLine[]): () => Promise<void>;
  /** Makes the scores true. Called once, at the end, also where the import failed. */
  finish(onProgress: (share: number) => void): Promise<void>;
}

export interface WriterOptions {
  source: string;
  merchant: Types.ObjectId | null;
  onConflict: OnConflict;
  /** Of products without one. */
  category: string;
}

/** Of so many users, products and categories it is remembered that they are written; asking again for others costs time, and nothing else. */
const maxKnown = 200_000;

/** The tallies of so many products are kept; those of more are counted again at the end. */
const maxTallies = 100_000;

/** What a batch of lines comes to. */
interface Batch {
  users: Map<string, { name?: string; email?: string }>;
  described: Map<string, ImportedProduct>;
  ratings: Map<string, { rating: ImportedRating; scale: Scale; line: number }>;
  follows: { follower: string; followee: string; line: number }[];
  /** Reviews that a later line of the same batch stands for. */
  repeated: number;
}

/** The documents that a batch's ratings come to, in the order of the store. */
interface ReadyReviews extends Pick<Batch, 'repeated'> {
  reviews: SourceReview[];
  interactions: ReturnType<SourceDocuments['interaction']>[];
  orders: ReturnType<SourceDocuments['order']>[];
}

export class StoreWriter implements Writer {
  readonly written: Written = emptyWritten();
  private readonly documents: SourceDocuments;
  private readonly known = { user: seen(), product: seen(), category: seen() };
  private readonly rated = new Map<string, Types.ObjectId>();
  /** Of products that came with this import, with all their reviews so far. */
  private readonly tallies = new Map<string, RatingTally>();
  private readonly newProducts = seen();
  /** Imported users whose addresses accounts have proved to have; they get what the import brings. */
  private readonly claimed: ProvenUser[] = [];
  private hasMerchant = false;

  constructor(
    private readonly verbs: Features['verbs'],
    private readonly options: WriterOptions & {
      /** The shop's. */
      currency: string;
    },
  ) {
    this.documents = new SourceDocuments(options.source, options.merchant);
  }

  prepare(lines: readonly ReadLine[]): () => Promise<void> {
    const batch = collect(lines, this.options.onConflict);
    const ready = this.readyReviews(batch);
    return () => this.write(batch, ready);
  }

  private async write(batch: Batch, ready: ReadyReviews): Promise<void> {
    await Promise.all([this.writeUsers(batch.users), this.writeProducts(batch)]);
    await this.writeReviews(ready);
    if (batch.follows.length === 0) return;
    this.written.follows += await this.verbs.socialGraph.importFollows(
      batch.follows.map(({ follower, followee, line }) => this.documents.follow(follower, followee, line)),
    );
  }

  private async writeUsers(users: Batch['users']): Promise<void> {
    const fresh = [...users].filter(([key]) => !this.known.user.has(key));
    const inserted = await this.verbs.users.importUsers(byId(fresh.map(([key, given]) => this.documents.user(key, given))));
    this.written.users += inserted;
    const addressed = fresh.flatMap(([key, { email }]) => (email ? [{ _id: this.documents.id('user', key), email }] : []));
    this.claimed.push(...(await this.verbs.users.provenAmong(addressed)));
    for (const [key] of fresh) this.known.user.set(key, true);
  }

  private async writeProducts({ ratings, described }: Batch): Promise<void> {
    const { documents, options } = this;
    const keys = new Set([...described.keys(), ...[...ratings.values()].map(({ rating }) => rating.product)]);
    const fresh = [...keys].filter((key) => !this.known.product.has(key));
    await this.requireMerchant(fresh);
    const categories = new Map<string, BulkCategory>();
    const products = fresh.map((key) => {
      const given = described.get(key);
      const name = given?.category ?? options.category;
      if (!this.known.category.has(name)) categories.set(name, documents.category(name));
      return documents.product(key, given, name);
    });
    await this.verbs.catalog.importCategories([...categories.values()]);
    for (const name of categories.keys()) this.known.category.set(name, true);
    const inserted = await this.verbs.catalog.importProducts(byId(products));
    this.written.products += inserted;
    for (const key of fresh) this.known.product.set(key, true);
    if (inserted === fresh.length) for (const { _id } of products) this.newProducts.set(_id.toHexString(), true);
    if (options.onConflict !== 'keep' && described.size > 0) await this.updateProducts(described, fresh, inserted);
  }

  /** Those that have just been inserted say what the source says already. */
  private async updateProducts(described: Map<string, ImportedProduct>, fresh: string[], inserted: number): Promise<void> {
    if (inserted === fresh.length && fresh.length === described.size) return;
    this.written.updatedProducts += await this.verbs.catalog.updateImportedProducts(factsOf(described, this.documents));
  }

  /** The source's own merchant comes with its first product, so that an import of nothing leaves nobody behind. */
  private async requireMerchant(products: string[]): Promise<void> {
    if (products.length === 0 || this.options.merchant || this.hasMerchant) return;
    const inserted = await this.verbs.users.importUsers([this.documents.ownMerchant()]);
    this.written.users += inserted;
    this.hasMerchant = true;
  }

  private readyReviews({ ratings, repeated }: Batch): ReadyReviews {
    const { documents, options } = this;
    const reviews = reviewsOf(ratings.values(), documents);
    const bought = reviews.filter(({ review }) => review.verifiedPurchase);
    return {
      reviews,
      interactions: byId(reviews.map((review) => documents.interaction(review))),
      orders: byId(bought.map((review) => documents.order(review, options.currency))),
      repeated,
    };
  }

  /**
   * Interactions and orders come first: an import that ends between them and the reviews is taken up by the reviews,
   * which are still new then.
   */
  private async writeReviews({ reviews, interactions, orders, repeated }: ReadyReviews): Promise<void> {
    const { written, verbs } = this;
    await verbs.behaviour.importInteractions(interactions);
    await verbs.orders.importOrders(orders);
    const { inserted, updated, unchanged, taken } = await verbs.reviews.importReviews(reviews, this.options.onConflict);
    await verbs.behaviour.updateImportedRatings(updated.map(({ author: user, product, points }) => ({ user, product, points })));
    written.reviews += inserted;
    written.updatedReviews += updated.length;
    written.unchangedReviews += unchanged + repeated;
    for (const { review } of reviews) this.tally(review, !taken.has(review));
  }

  private tally(review: ReviewDocument, isNew: boolean): void {
    const key = review.product.toHexString();
    const first = !this.rated.has(key);
    if (first) this.rated.set(key, review.product);
    let tally = this.tallies.get(key);
    if (first && this.newProducts.has(key) && this.tallies.size < maxTallies) this.tallies.set(key, (tally = emptyTally()));
    if (!tally) return;
    if (!isNew) this.tallies.delete(key);
    else if (review.visible) addToTally(tally, review, 1);
  }

  async finish(onProgress: (share: number) => void): Promise<void> {
    const products = [...this.rated.values()];
    const known = this.tallies;
    await this.verbs.reviews.retallyProducts(products, { known, onProgress: (done) => onProgress(done / products.length) });
    await this.verbs.users.handOverAll(this.claimed);
  }
}

/** Counts what would be written, and writes nothing. */
export class DryWriter implements Writer {
  readonly written: Written = emptyWritten();
  private readonly documents: SourceDocuments;
  private readonly met = new Set<string>();
  private readonly preview: ReviewPreview;

  /** @param verbs null where there is no store to ask what it has already */
  constructor(
    private readonly verbs: Features['verbs'] | null,
    private readonly options: WriterOptions,
  ) {
    this.documents = new SourceDocuments(options.source, options.merchant);
    this.preview = new ReviewPreview(options.onConflict, async (reviews) => (await verbs?.reviews.reviewsThere(reviews)) ?? new Map());
  }

  prepare(lines: readonly ReadLine[]): () => Promise<void> {
    const batch = collect(lines, this.options.onConflict);
    return () => this.count(batch);
  }

  private async count({ users, ratings, described, follows, repeated }: Batch): Promise<void> {
    const { documents, options, written, verbs } = this;
    const products = new Set([...described.keys(), ...[...ratings.values()].map(({ rating }) => rating.product)]);
    const people = [...users.keys()].map((key) => documents.id('user', key));
    if (products.size > 0 && !options.merchant) people.push(documents.ownMerchantId);
    written.users += await this.countNew(people, verbs?.users);
    written.products += await this.countNew(
      [...products].map((key) => documents.id('product', key)),
      verbs?.catalog,
    );
    written.follows += await this.countNewFollows(follows);
    const { inserted, updated, unchanged } = await this.preview.take(reviewsOf(ratings.values(), documents));
    written.reviews += inserted;
    written.updatedReviews += updated;
    written.unchangedReviews += unchanged + repeated;
    if (verbs && options.onConflict !== 'keep')
      written.updatedProducts += await verbs.catalog.previewProducts(factsOf(described, documents));
  }

  private async countNewFollows(follows: Batch['follows']): Promise<number> {
    const documents = follows.map(({ follower, followee, line }) => this.documents.follow(follower, followee, line));
    const unmet = documents.filter(({ _id }) => this.isFirst(_id));
    return this.verbs && unmet.length > 0 ? this.verbs.socialGraph.previewFollows(unmet) : unmet.length;
  }

  private isFirst(id: Types.ObjectId): boolean {
    const key = id.toHexString();
    if (this.met.has(key)) return false;
    this.met.add(key);
    return true;
  }

  private async countNew(ids: Types.ObjectId[], owner?: Pick<Features['verbs']['users'], 'knownAmong'>): Promise<number> {
    const unmet = ids.filter((id) => this.isFirst(id));
    return unmet.length - (owner ? (await owner.knownAmong(unmet)).size : 0);
  }

  async finish(): Promise<void> {}
}

function factsOf(described: Map<string, ImportedProduct>, documents: SourceDocuments): Map<string, ProductFacts> {
  return new Map([...described].map(([key, product]) => [documents.id('product', key).toHexString(), documents.facts(product)]));
}

function emptyWritten(): Written {
  return { users: 0, products: 0, reviews: 0, follows: 0, updatedReviews: 0, updatedProducts: 0, unchangedReviews: 0 };
}

function seen(): LRUCache<string, true> {
  return new LRUCache({ maxSize: maxKnown, sizeCalculation: () => 1 });
}

function collect(lines: readonly ReadLine[], onConflict: OnConflict): Batch {
  const batch: Batch = { users: new Map(), described: new Map(), ratings: new Map(), follows: [], repeated: 0 };
  const meet = (key: string, given: { name?: string; email?: string } = {}): void => {
    if (!batch.users.has(key)) batch.users.set(key, given);
  };
  for (const { entry, line, format } of lines) {
    const { rating, product, follow } = entry!;
    if (product) batch.described.set(product.product, product);
    if (follow) {
      meet(follow.follower);
      meet(follow.followee);
      batch.follows.push({ ...follow, line });
    }
    if (!rating) continue;
    meet(rating.user, { name: rating.userName, email: rating.email });
    const key = `${rating.user}\0${rating.product}`;
    const earlier = batch.ratings.get(key);
    if (earlier) batch.repeated++;
    if (!earlier || replaces(rating, earlier.rating, onConflict)) batch.ratings.set(key, { rating, scale: format.scale, line });
  }
  return batch;
}

/** The same rule for two lines of one file as for a line and what the shop has. */
function replaces(later: ImportedRating, earlier: ImportedRating, onConflict: OnConflict): boolean {
  if (onConflict !== 'newest') return onConflict === 'update';
  return later.at !== null && earlier.at !== null && later.at > earlier.at;
}

function reviewsOf(ratings: Iterable<{ rating: ImportedRating; scale: Scale; line: number }>, documents: SourceDocuments): SourceReview[] {
  const reviews = [...ratings].map(({ rating, scale, line }) => documents.review(rating, scale, line));
  return reviews.sort(({ review: left }, { review: right }) => Buffer.compare(left._id.id, right._id.id));
}

/** In the order of the store, so that neighbours are written together. */
function byId<Document extends { _id: Types.ObjectId }>(documents: Document[]): Document[] {
  return documents.sort((left, right) => Buffer.compare(left._id.id, right._id.id));
}
