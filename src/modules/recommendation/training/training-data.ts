/** Collects what the shop knows into the recommender's terms. */
import { preprocess, wordsOf, type DatasetInput, type PreprocessingReport, type RawInteraction } from '../../../recommender/index.js';
import { pointsPerStar } from '../../../scoring/index.js';
import type { BehaviourVerbs, InteractionDocument } from '../../behaviour/index.js';
import type { CatalogVerbs, ProductDocument } from '../../catalog/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import type { UserVerbs } from '../../user/index.js';

/** Where the training's data comes from. */
export interface TrainingSources {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
}

export interface TrainingData {
  input: DatasetInput;
  userIds: string[];
  productIds: string[];
  report: PreprocessingReport & {
    /** Interactions of users who do not want to be learnt from. */
    optedOut: number;
    /** Interactions with products that are gone. */
    unknownProducts: number;
  };
}

const maxPoints = 5 * pointsPerStar;

/** An interaction in the recommender's terms, but for whose it is and with what. */
export function rawInteraction(interaction: InteractionDocument): Omit<RawInteraction, 'user' | 'item'> {
  const { views, carts, purchases, comments, questions = 0, shares = 0, referrals = 0, clicks = 0, points, lastAt } = interaction;
  const rating = points === null ? null : points / maxPoints;
  return { views, carts, purchases, comments, questions, shares, referrals, clicks, rating, at: lastAt.getTime() };
}

export async function collectTrainingData(sources: TrainingSources, now = Date.now()): Promise<TrainingData> {
  const { products, terms } = await collectProducts(sources.catalog);
  const users = new Numbering();
  const { interactions, optedOut, unknownProducts } = await collectInteractions(sources, users, products);
  const { observations, report } = preprocess(interactions, now);
  return {
    // Ratings go on the scale of stars, on which they are expected.
    input: {
      users: users.ids.length,
      items: products.ids.length,
      observations: observations.map((entry) => (entry.rating === null ? entry : { ...entry, rating: entry.rating * 5 })),
      follows: await collectFollows(sources.socialGraph, users),
      terms,
    },
    userIds: users.ids,
    productIds: products.ids,
    report: { ...report, optedOut, unknownProducts },
  };
}

async function collectProducts(catalog: CatalogVerbs): Promise<{ products: Numbering; terms: string[][] }> {
  const categories = new Map<string, string>();
  for await (const { _id, name } of catalog.allCategories()) categories.set(_id.toHexString(), name);
  const products = new Numbering();
  const terms: string[][] = [];
  for await (const product of catalog.allProducts()) {
    products.numberOf(product._id.toHexString());
    terms.push(termsOf(product, categories.get(product.category.toHexString()) ?? ''));
  }
  return { products, terms };
}

async function collectInteractions({ behaviour }: TrainingSources, users: Numbering, products: Numbering) {
  const mayBeUsed = await behaviour.personalisedUsers();
  const interactions: RawInteraction[] = [];
  let [optedOut, unknownProducts] = [0, 0];
  for await (const interaction of behaviour.allInteractions()) {
    const item = products.find(interaction.product.toHexString());
    const userId = interaction.user.toHexString();
    if (!mayBeUsed(interaction.user)) optedOut++;
    else if (item === undefined) unknownProducts++;
    else interactions.push({ user: users.numberOf(userId), item, ...rawInteraction(interaction) });
  }
  return { interactions, optedOut, unknownProducts };
}

async function collectFollows(socialGraph: SocialGraphVerbs, users: Numbering): Promise<[number, number][]> {
  const follows: [number, number][] = [];
  for await (const { follower, followee } of socialGraph.allFollows()) {
    const [from, to] = [users.find(follower.toHexString()), users.find(followee.toHexString())];
    if (from !== undefined && to !== undefined) follows.push([from, to]);
  }
  return follows;
}

/** A product's text and attributes as terms; the title counts double. */
export function termsOf({ title, description, attributes }: ProductDocument, category: string): string[] {
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
