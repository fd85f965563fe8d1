/** Collects what the shop knows into the recommender's terms. */
import { strengthOfRating, wordsOf, type DatasetInput, type Observation } from '../../recommender/index.js';
import { pointsPerStar } from '../../scoring/index.js';
import { allInteractions, type InteractionDocument } from '../behaviour/index.js';
import { allCategories, allProducts, type ProductDocument } from '../catalog/index.js';
import { allFollows } from '../social-graph/index.js';

export interface TrainingData {
  input: DatasetInput;
  userIds: string[];
  productIds: string[];
}

const likedFrom = 3.75 * pointsPerStar;
const mostPoints = 5 * pointsPerStar;

/** How much an interaction speaks for interest: a rating says most, then a purchase, a cart, a comment, a view. */
export function strengthOf({ points, purchases, carts, comments, views }: InteractionDocument): { strength: number; liked: boolean } {
  if (points !== null) {
    return { liked: points >= likedFrom, strength: strengthOfRating(points, mostPoints) };
  }
  if (purchases > 0) return { liked: true, strength: 1 };
  return { liked: false, strength: Math.min(0.8, 0.5 * Number(carts > 0) + 0.3 * Number(comments > 0) + Math.min(0.3, 0.1 * views)) };
}

export async function collectTrainingData(): Promise<TrainingData> {
  const categories = new Map<string, string>();
  for await (const { _id, name } of allCategories()) categories.set(_id.toHexString(), name);
  const products = new Numbering();
  const terms: string[][] = [];
  for await (const product of allProducts()) {
    products.numberOf(product._id.toHexString());
    terms.push(termsOf(product, categories.get(product.category.toHexString()) ?? ''));
  }
  const users = new Numbering();
  const observations: Observation[] = [];
  for await (const interaction of allInteractions()) {
    const item = products.find(interaction.product.toHexString());
    const { strength, liked } = strengthOf(interaction);
    if (item === undefined || strength === 0) continue;
    const user = users.numberOf(interaction.user.toHexString());
    observations.push({
      bought: interaction.purchases > 0,
      user,
      item,
      strength,
      liked,
      rating: interaction.points === null ? null : interaction.points / pointsPerStar,
    });
  }
  const follows: [number, number][] = [];
  for await (const { follower, followee } of allFollows()) {
    const [from, to] = [users.find(follower.toHexString()), users.find(followee.toHexString())];
    if (from !== undefined && to !== undefined) follows.push([from, to]);
  }
  return {
    input: { users: users.ids.length, items: products.ids.length, observations, follows, terms },
    userIds: users.ids,
    productIds: products.ids,
  };
}

function termsOf({ title, description, attributes }: ProductDocument, category: string): string[] {
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
