/** Reads what the shop knows, in the recommender's terms and in parts. */
import type { mongo } from 'mongoose';
import { packInteractions, wordsOf, type PreprocessingReport, type RawInteraction } from '../../../recommender/index.js';
import type { TrainingInput } from '../../../recommender/worker.js';
import { pointsPerStar } from '../../../scoring/index.js';
import type { InteractionDocument } from '../../behaviour/index.js';
import { allInteractions, personalisedUsers } from '../../behaviour/behaviour.reading.js';
import { allCategories, allProducts, type DescribedProduct } from '../../catalog/catalog.reading.js';
import { allFollows } from '../../social-graph/social-graph.reading.js';

/** What the training left out, and why. */
export type TrainingReport = PreprocessingReport & LeftOut;

/** What is not even read in. */
export interface LeftOut {
  /** Interactions of users who do not want to be learnt from. */
  optedOut: number;
  /** Interactions with products that are gone. */
  unknownProducts: number;
}

/** So many interactions are handed over together. */
const partSize = 2000;
const maxPoints = 5 * pointsPerStar;

/** An interaction in the recommender's terms, but for whose it is and with what. */
export function rawInteraction(interaction: InteractionDocument): Omit<RawInteraction, 'user' | 'item'> {
  const { views, carts, purchases, comments, questions = 0, shares = 0, referrals = 0, clicks = 0, points, lastAt } = interaction;
  const rating = points === null ? null : points / maxPoints;
  return { views, carts, purchases, comments, questions, shares, referrals, clicks, rating, at: lastAt.getTime() };
}

/**
 * @param consentRequired whether only what those did who agreed may be used
 * @param send takes interactions part by part, and at last what they are about
 */
export async function readTrainingData(db: mongo.Db, consentRequired: boolean, send: (input: TrainingInput) => void): Promise<LeftOut> {
  const { products, terms } = await collectProducts(db);
  const users = new Numbering();
  const mayBeUsed = await personalisedUsers(db, consentRequired);
  const leftOut: LeftOut = { optedOut: 0, unknownProducts: 0 };
  let part: RawInteraction[] = [];
  for await (const interaction of allInteractions(db)) {
    const item = products.find(interaction.product.toHexString());
    if (!mayBeUsed(interaction.user)) leftOut.optedOut++;
    else if (item === undefined) leftOut.unknownProducts++;
    else part.push({ user: users.numberOf(interaction.user.toHexString()), item, ...rawInteraction(interaction) });
    if (part.length < partSize) continue;
    send({ interactions: packInteractions(part) });
    part = [];
  }
  send({ interactions: packInteractions(part) });
  const follows = await collectFollows(db, users);
  send({ context: { userIds: users.ids, productIds: products.ids, follows, terms } });
  return leftOut;
}

async function collectProducts(db: mongo.Db): Promise<{ products: Numbering; terms: string[][] }> {
  const categories = new Map<string, string>();
  for await (const { _id, name } of allCategories(db)) categories.set(_id.toHexString(), name);
  const products = new Numbering();
  const terms: string[][] = [];
  for await (const product of allProducts(db)) {
    products.numberOf(product._id.toHexString());
    terms.push(termsOf(product, categories.get(product.category.toHexString()) ?? ''));
  }
  return { products, terms };
}

async function collectFollows(db: mongo.Db, users: Numbering): Promise<[number, number][]> {
  const follows: [number, number][] = [];
  for await (const { follower, followee } of allFollows(db)) {
    const [from, to] = [users.find(follower.toHexString()), users.find(followee.toHexString())];
    if (from !== undefined && to !== undefined) follows.push([from, to]);
  }
  return follows;
}

/** A product's text and attributes as terms; the title counts double. */
export function termsOf({ title, description, attributes }: Omit<DescribedProduct, '_id' | 'category'>, category: string): string[] {
  const words = wordsOf(title);
  return [
    ...words,
    ...words,
    ...wordsOf(description),
    ...wordsOf(category).map((word) => `category:${word}`),
    ...attributes.map(({ name, value }) => `${name}=${value}`.toLowerCase()),
  ];
}

/** Numbers ids in the order in which they come. */
class Numbering {
  readonly ids: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(id: string): number {
    let number = this.numbers.get(id);
    if (number === undefined) {
      number = this.ids.length;
      this.numbers.set(id, number);
      this.ids.push(id);
    }
    return number;
  }

  find(id: string): number | undefined {
    return this.numbers.get(id);
  }
}
