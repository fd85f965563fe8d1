/** A demo shop that is the same at every first start, but for its dates: people with tastes, who buy, review, comment and follow accordingly. */
import { Faker, en } from '@faker-js/faker';
import { hash as hashPassword } from '@node-rs/argon2';
import { Types } from 'mongoose';
import { importedId } from '../import/identity.js';
import type { Features } from '../app.js';
import type { InteractionDocument } from '../modules/behaviour/index.js';
import { slugify, type BulkCategory, type BulkProduct, type MoneyAmount } from '../modules/catalog/index.js';
import type { CommentDocument } from '../modules/comment/index.js';
import type { DrawnImage } from '../modules/image/index.js';
import type { OrderDocument } from '../modules/order/index.js';
import { traitsOf, type ReviewDocument } from '../modules/review/index.js';
import type { Account } from '../modules/user/index.js';
import { emptyTally, overallPoints, reviewWeight, starsOf, wilsonLowerBound } from '../scoring/index.js';
import { demoAccounts } from './accounts.js';
import { brands, shelves, type Shelf } from './catalogue.js';
import { Conversations } from './conversations.js';
import { opinionOf } from './opinions.js';
import { avatarPicture, productPicture, reviewPicture } from './pictures.js';

const shoppers = 400;
const follows = 1600;
const drawnAtOnce = 50;
const comments = 900;
/** Every so many of them. */
const withAvatar = 4;
const withPhoto = 60;
const day = 24 * 60 * 60 * 1000;

/** All that happens in the demo shop happens in the year before today. */
const demoDay = Math.floor(Date.now() / day) * day;

function notAfterToday(time: number): Date {
  return new Date(Math.min(demoDay, time));
}

const id = (kind: string, key: string): Types.ObjectId => importedId('demo', kind, key);

export async function shopIsEmpty({ catalog }: Features['verbs']): Promise<boolean> {
  return (await catalog.countProducts()) === 0;
}

interface Person {
  user: Account;
  /** How much they care for each shelf, 0 to 1. */
  tastes: number[];
  /** How generous they are with stars, -1 to 1. */
  mood: number;
}

interface StockedProduct extends BulkProduct {
  price: MoneyAmount;
  shelf: Shelf;
  /** How good it is, -1 to 1. */
  worth: number;
}

/**
 * @param onProgress told the share that is done
 * @param currency the shop's: what is priced in another is in no filter or order by price
 */
export async function fillDemoShop(
  verbs: Features['verbs'],
  onProgress: (share: number, what: string) => void,
  currency = 'EUR',
): Promise<void> {
  const shop = new DemoShop(verbs, currency);
  onProgress(0.05, 'people');
  await shop.addPeople();
  onProgress(0.2, 'products');
  await shop.addProducts();
  onProgress(0.3, 'orders and reviews');
  await shop.addPurchases((share) => onProgress(0.3 + 0.4 * share, 'orders and reviews'));
  onProgress(0.7, 'conversations and pictures');
  // Pictures are drawn on threads of their own, while the store takes in the rest.
  await Promise.all([shop.addPictures(), addTalk(shop, onProgress)]);
  onProgress(1, 'done');
}

async function addTalk(shop: DemoShop, onProgress: (share: number, what: string) => void): Promise<void> {
  await shop.addComments();
  await shop.addFollows();
  await shop.addConversations();
  onProgress(0.9, 'scores and pictures');
  await shop.addScores();
}

class DemoShop {
  private readonly faker = new Faker({ locale: en, seed: 20261001 });
  private readonly people: Person[] = [];
  private readonly products: StockedProduct[] = [];
  private followedByBuyer: Types.ObjectId[] = [];
  private readonly drawings: DrawnImage[] = [];
  private readonly interactions: Omit<InteractionDocument, '_id'>[] = [];

  constructor(
    private readonly verbs: Features['verbs'],
    private readonly currency: string,
  ) {}

  async addPeople(): Promise<void> {
    const passwordHash = await hashPassword(demoAccounts.password);
    const { password: _password, ...accounts } = demoAccounts;
    for (const account of Object.values(accounts))
      this.people.push(
        this.person(account.handle, account.name, {
          ...account,
          roles: [...account.roles],
          passwordHash,
          emailConfirmedAt: new Date(demoDay),
        }),
      );
    for (let at = 0; at < shoppers; at++) {
      const [first, last] = [this.faker.person.firstName(), this.faker.person.lastName()];
      const handle = `${slugify(first)}_${slugify(last)}`.replaceAll('-', '').slice(0, 26) + String(at);
      this.people.push(this.person(handle, `${first} ${last}`, { roles: ['BUYER'] }));
    }
    await this.verbs.users.importUsers(this.people.map(({ user }) => user));
    const everything = { tracking: true, personalisation: true };
    const ids = this.people.map(({ user }) => user._id);
    await this.verbs.behaviour.importConsents(ids, everything, 'demo', new Date(demoDay - 400 * day));
  }

  private person(handle: string, name: string, account: Partial<Account>): Person {
    const favourites = this.faker.helpers.arrayElements([...shelves.keys()], { min: 1, max: 3 });
    const _id = id('user', handle);
    const at = this.people.length;
    const hasAvatar = at < Object.keys(demoAccounts).length - 1 || at % withAvatar === 0;
    const avatar = hasAvatar ? this.draw(_id, 'AVATAR', { type: 'User', id: _id }, null, avatarPicture(at)) : null;
    return {
      tastes: shelves.map((_, at) => (favourites.includes(at) ? 1 : 0.06)),
      mood: this.faker.number.float({ min: -0.5, max: 0.5 }),
      user: {
        _id,
        handle,
        bio: null,
        avatarUrl: null,
        avatar,
        createdAt: new Date(demoDay - 400 * day),
        source: 'demo',
        roles: ['BUYER'],
        ...account,
        name,
      },
    };
  }

  async addProducts(): Promise<void> {
    const categories = shelves.map(({ category }): BulkCategory => ({
      _id: id('category', category),
      slug: slugify(category),
      name: category,
    }));
    await this.verbs.catalog.importCategories(categories);
    shelves.forEach((shelf, at) => {
      for (const noun of shelf.nouns) for (const kind of shelf.kinds) this.products.push(this.product(shelf, categories[at]!, noun, kind));
    });
    await this.verbs.catalog.importProducts(this.products.map(({ shelf: _shelf, worth: _worth, ...product }) => product));
  }

  private product(shelf: Shelf, category: BulkCategory, noun: string, kind: string): StockedProduct {
    const brand = this.faker.helpers.arrayElement(brands);
    const title = `${brand} ${kind} ${noun.toLowerCase()}`;
    const attributes = Object.entries(shelf.attributes).map(([name, values]) => ({ name, value: this.faker.helpers.arrayElement(values) }));
    const cents = this.faker.number.int({ min: shelf.prices[0], max: shelf.prices[1] });
    const _id = id('product', `${category.slug} ${kind} ${noun}`);
    const merchant = id('user', demoAccounts.merchant.handle);
    const at = this.products.length;
    const picture = productPicture(shelf.category, shelves.indexOf(shelf), at);
    return {
      _id,
      slug: slugify(`${kind} ${noun}`),
      title,
      description: `${/^[aeiou]/i.test(kind) ? 'An' : 'A'} ${kind.toLowerCase()} ${noun.toLowerCase()} by ${brand}: ${attributes.map(({ name, value }) => `${name} ${value}`).join(', ')}. It ${this.faker.helpers.arrayElement(shelf.praise)}, or so our buyers say.`,
      category: category._id,
      merchant,
      price: { amountMinor: Math.max(shelf.prices[0], Math.round(cents / 500) * 500 - 1), currency: this.currency },
      stock: this.faker.number.int({ min: 20, max: 500 }),
      backorder: false,
      attributes,
      brand,
      imageUrl: null,
      images: [this.draw(merchant, 'PRODUCT', { type: 'Product', id: _id }, title, picture)],
      createdAt: new Date(demoDay - this.faker.number.int({ min: 1, max: 365 }) * day),
      updatedAt: new Date(),
      rating: emptyTally(),
      score: 0,
      commentCount: 0,
      source: 'demo',
      shelf,
      worth: this.faker.number.float({ min: -1, max: 1 }),
    };
  }

  async addPurchases(onProgress: (share: number) => void): Promise<void> {
    const orders: OrderDocument[] = [];
    const reviews: ReviewDocument[] = [];
    for (const [at, person] of this.people.entries()) {
      // Whoever tries the shop has bought enough for others to be like them.
      const min = person.user.handle === demoAccounts.buyer.handle ? 26 : 6;
      const bought = this.pickProducts(person, this.faker.number.int({ min, max: 26 }));
      for (const product of bought) this.visit(person, product, orders, reviews);
      onProgress(at / this.people.length);
    }
    await this.verbs.orders.importOrders(orders);
    await this.verbs.reviews.importReviews(
      reviews.map((review) => ({ review, dated: true })),
      'keep',
    );
    await this.verbs.behaviour.importInteractions(this.interactions.map((interaction) => ({ _id: new Types.ObjectId(), ...interaction })));
  }

  /** Products are picked by taste, and by how well known they are. */
  private pickProducts({ tastes }: Person, count: number): StockedProduct[] {
    const weighted = this.products.map((product, at) => ({
      product,
      key:
        this.faker.number.float({ min: 0.0001, max: 1 }) **
        (1 / (tastes[shelves.indexOf(product.shelf)]! * (1.4 + product.worth) * (1 + (at % 7 === 0 ? 2 : 0)))),
    }));
    return weighted
      .sort((a, b) => b.key - a.key)
      .slice(0, count)
      .map(({ product }) => product);
  }

  private visit(person: Person, product: StockedProduct, orders: OrderDocument[], reviews: ReviewDocument[]): void {
    const { user } = person;
    const boughtAt = new Date(demoDay - this.faker.number.int({ min: 1, max: 360 }) * day - this.faker.number.int({ min: 0, max: day }));
    const key = `${user.handle} ${product._id.toHexString()}`;
    const buys = this.faker.number.float() < 0.75;
    const reviewed = this.faker.number.float() < (buys ? 0.7 : 0.08);
    if (buys) orders.push(orderOf(id('order', key), user._id, product, boughtAt, reviewed));
    const review = reviewed ? this.review(key, person, product, buys, boughtAt) : null;
    if (review) reviews.push(reviews.length % withPhoto === 0 ? this.withPhoto(review, product) : review);
    this.interactions.push({
      user: user._id,
      product: product._id,
      views: this.faker.number.int({ min: 1, max: 4 }),
      carts: Number(buys),
      purchases: Number(buys),
      comments: 0,
      points: review?.points ?? null,
      lastAt: boughtAt,
    });
  }

  private review(key: string, person: Person, product: StockedProduct, verifiedPurchase: boolean, boughtAt: Date): ReviewDocument {
    const rate = (): number =>
      Math.min(5, Math.max(1, Math.round(3.6 + 1.1 * product.worth + person.mood + this.faker.number.float({ min: -1, max: 1 }))));
    const ratings = { quality: rate(), price: rate(), service: rate() };
    const points = overallPoints(ratings);
    const createdAt = notAfterToday(boughtAt.getTime() + this.faker.number.int({ min: 1, max: 4 }) * day);
    const stars = starsOf(points);
    const votes = { helpful: this.faker.number.int({ min: 0, max: 12 }), unhelpful: this.faker.number.int({ min: 0, max: 3 }) };
    return {
      _id: id('review', key),
      product: product._id,
      author: person.user._id,
      ...ratings,
      points,
      stars,
      traits: traitsOf({ stars, verifiedPurchase, imageUrls: [] }),
      weight: reviewWeight({ createdAt, verifiedPurchase, ...votes }),
      ...opinionOf(this.faker, product, stars),
      imageUrls: [],
      verifiedPurchase,
      incentivised: this.faker.number.float() < 0.05,
      ...votes,
      helpfulness: wilsonLowerBound(votes.helpful, votes.helpful + votes.unhelpful),
      response: null,
      visible: true,
      commentCount: 0,
      createdAt,
      editedAt: null,
      source: 'demo',
    };
  }

  private withPhoto(review: ReviewDocument, { _id, shelf, title }: StockedProduct): ReviewDocument {
    const at = this.products.findIndex((product) => product._id.equals(_id));
    const picture = reviewPicture(shelf.category, shelves.indexOf(shelf), at, (at % 25) - 12);
    const alt = `${title}, photographed by a buyer`;
    const images = [this.draw(review.author, 'REVIEW', { type: 'Review', id: review._id }, alt, picture)];
    return { ...review, images, traits: traitsOf({ ...review, images }) };
  }

  /** @returns the picture's id; it is drawn when all of them are */
  private draw(
    owner: Types.ObjectId,
    purpose: DrawnImage['purpose'],
    shownBy: DrawnImage['shownBy'],
    altText: string | null,
    svg: string,
  ): Types.ObjectId {
    const _id = id('image', shownBy.id.toHexString());
    this.drawings.push({ _id, owner, purpose, shownBy, altText, svg });
    return _id;
  }

  /** A few at a time, since everything else waits for them. */
  async addPictures(): Promise<void> {
    for (let from = 0; from < this.drawings.length; from += drawnAtOnce)
      await this.verbs.images.importDrawings(this.drawings.slice(from, from + drawnAtOnce));
  }

  async addComments(): Promise<void> {
    const written: CommentDocument[] = [];
    for (let at = 0; at < comments; at++) {
      const product = this.faker.helpers.arrayElement(this.products);
      const earlier = written.filter((comment) => comment.subject.equals(product._id));
      const parent = earlier.length > 0 && this.faker.number.float() < 0.5 ? this.faker.helpers.arrayElement(earlier) : null;
      const earliest = parent ? parent.createdAt.getTime() : demoDay - 200 * day;
      written.push({
        _id: id('comment', String(at)),
        subjectType: 'Product',
        subject: product._id,
        parent: parent?._id ?? null,
        author: this.faker.helpers.arrayElement(this.people).user._id,
        body: this.remark(product, parent !== null),
        replyCount: 0,
        createdAt: notAfterToday(earliest + this.faker.number.int({ min: 60_000, max: 20 * day })),
        editedAt: null,
        deletedAt: null,
        hiddenAt: null,
      });
    }
    await this.verbs.comments.importComments(written);
  }

  private remark({ shelf, title }: StockedProduct, reply: boolean): string {
    const praise = this.faker.helpers.arrayElement(shelf.praise);
    const fault = this.faker.helpers.arrayElement(shelf.faults);
    if (reply)
      return this.faker.helpers.arrayElement([
        `Same here, mine ${praise}.`,
        `Odd, mine ${fault}.`,
        'Thanks, that helps!',
        'Which colour did you get?',
        `After half a year it still ${praise}.`,
      ]);
    return this.faker.helpers.arrayElement([
      `Does anyone else find that it ${fault}?`,
      `A year on, the ${title} ${praise}.`,
      `Torn between this and the one by ${this.faker.helpers.arrayElement(brands)}.`,
      `Mine ${praise}. Happy to answer questions.`,
    ]);
  }

  /** People mostly follow those who share a favourite. */
  async addFollows(): Promise<void> {
    const pairs = new Map<string, { follower: Person; followee: Person }>();
    while (pairs.size < follows) {
      const [follower, followee] = this.faker.helpers.arrayElements(this.people, 2) as [Person, Person];
      const shared = follower.tastes.some((taste, at) => taste === 1 && followee.tastes[at] === 1);
      if (shared || this.faker.number.float() < 0.1) pairs.set(`${follower.user.handle} ${followee.user.handle}`, { follower, followee });
    }
    const demo = this.people[0]!;
    for (const friend of this.people.slice(4, 12))
      pairs.set(`${demo.user.handle} ${friend.user.handle}`, { follower: demo, followee: friend });
    this.followedByBuyer = [...pairs.values()].filter(({ follower }) => follower === demo).map(({ followee }) => followee.user._id);
    await this.verbs.socialGraph.importFollows(
      [...pairs].map(([key, { follower, followee }], at) => ({
        _id: id('follow', key),
        follower: follower.user._id,
        followee: followee.user._id,
        at: new Date(demoDay - 100 * day + at * 60_000),
      })),
    );
  }

  async addConversations(): Promise<void> {
    const [buyer, merchant] = [id('user', demoAccounts.buyer.handle), id('user', demoAccounts.merchant.handle)];
    const conversations = new Conversations({
      verbs: this.verbs,
      faker: this.faker,
      id,
      today: demoDay,
      products: this.products.map(({ shelf, ...product }) => ({ ...product, praise: shelf.praise, faults: shelf.faults })),
      people: this.people.slice(Object.keys(demoAccounts).length).map(({ user }) => user._id),
      buyer,
      merchant,
      followed: this.followedByBuyer,
    });
    await conversations.addQuestions();
    await conversations.addEncounters();
  }

  async addScores(): Promise<void> {
    await this.verbs.reviews.retallyProducts(this.products.map(({ _id }) => _id));
  }
}

interface Progress {
  status: OrderDocument['status'];
  /** Days since the order was placed. */
  after: number;
}

const delivered: Progress = { status: 'DELIVERED', after: 2 };
/** What the merchant has yet to do, by the full days since an order was placed. */
const onTheirWay: Record<number, Progress> = {
  1: { status: 'PLACED', after: 0 },
  2: { status: 'PAID', after: 1 },
  3: { status: 'SHIPPED', after: 2 },
};

function orderOf(
  _id: Types.ObjectId,
  buyer: Types.ObjectId,
  { _id: product, merchant, title, price }: StockedProduct,
  placedAt: Date,
  reviewed: boolean,
): OrderDocument {
  const days = Math.floor((demoDay - placedAt.getTime()) / day);
  const { status, after } = reviewed ? delivered : (onTheirWay[days] ?? delivered);
  return {
    _id,
    buyer,
    merchant,
    items: [{ product, title, price, quantity: 1 }],
    total: price,
    status,
    placedAt,
    updatedAt: notAfterToday(placedAt.getTime() + after * day),
  };
}
