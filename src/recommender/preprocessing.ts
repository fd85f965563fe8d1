/** From what users did to what the models learn from: the same for the same input, with an account of what was left out. */
import { strengthOfRating, type Observation } from './dataset.js';

/** Changes with the rules, so that two trainings can be told apart. */
export const preprocessingVersion = 2;

/** All that one user did with one product. */
export interface RawInteraction {
  user: number;
  item: number;
  views: number;
  clicks: number;
  carts: number;
  purchases: number;
  comments: number;
  questions: number;
  shares: number;
  referrals: number;
  /** The rating as a share of the best one, above 0 and up to 1; null without one. */
  rating: number | null;
  /** When they last had to do with it, in milliseconds since 1970. */
  at: number;
}

/** What was left out, and why. */
export interface PreprocessingReport {
  version: number;
  interactions: number;
  observations: number;
  /** Interactions of users who look at everything and want nothing: machines, by all appearance. */
  ofBots: number;
  bots: number;
  /** The oldest interactions of users with more than any person has. */
  ofExtremes: number;
  extremes: number;
  /** Ratings by users who give the same rating to everything; the interactions stay. */
  uniformRatings: number;
  /** Interactions that say nothing. */
  empty: number;
}

const mostViewedByPeople = 300;
const mostOfOneUser = 2000;
const fewestForUniform = 50;
/** From which share of the best rating on an item counts as liked: four stars of five, a little mercy included. */
const likedFrom = 0.75;
const halfLife = 365 * 24 * 60 * 60 * 1000;
/** What is left of an old interest. */
const lastingShare = 0.4;

export function preprocess(
  interactions: readonly RawInteraction[],
  now: number,
): { observations: Observation[]; report: PreprocessingReport } {
  const report: PreprocessingReport = {
    version: preprocessingVersion,
    interactions: interactions.length,
    observations: 0,
    ofBots: 0,
    bots: 0,
    ofExtremes: 0,
    extremes: 0,
    uniformRatings: 0,
    empty: 0,
  };
  const observations: Observation[] = [];
  for (const own of byUser(interactions)) {
    if (isBot(own)) {
      report.bots++;
      report.ofBots += own.length;
      continue;
    }
    const kept = latest(own, report);
    const uniform = isUniform(kept);
    for (const interaction of kept) {
      if (uniform && interaction.rating !== null) report.uniformRatings++;
      const observation = observe(interaction, now, uniform);
      if (observation) observations.push(observation);
      else report.empty++;
    }
  }
  report.observations = observations.length;
  return { observations, report };
}

function byUser(interactions: readonly RawInteraction[]): Iterable<RawInteraction[]> {
  const groups = new Map<number, RawInteraction[]>();
  for (const interaction of interactions) {
    const own = groups.get(interaction.user);
    if (own) own.push(interaction);
    else groups.set(interaction.user, [interaction]);
  }
  return groups.values();
}

function isBot(own: readonly RawInteraction[]): boolean {
  return (
    own.length > mostViewedByPeople &&
    own.every(
      (item) => item.rating === null && item.purchases + item.carts + item.comments + item.questions + item.shares + item.referrals === 0,
    )
  );
}

function latest(own: RawInteraction[], report: PreprocessingReport): RawInteraction[] {
  if (own.length <= mostOfOneUser) return own;
  report.extremes++;
  report.ofExtremes += own.length - mostOfOneUser;
  return [...own].sort((a, b) => b.at - a.at || a.item - b.item).slice(0, mostOfOneUser);
}

function isUniform(own: readonly RawInteraction[]): boolean {
  const ratings = own.flatMap(({ rating }) => rating ?? []);
  return ratings.length >= fewestForUniform && ratings.every((rating) => rating === ratings[0]);
}

function observe(interaction: RawInteraction, now: number, uniform: boolean): Observation | null {
  const { user, item, purchases, rating, at } = interaction;
  const { strength, liked } = interestIn(interaction, now);
  if (strength === 0) return null;
  return { user, item, strength, liked, rating: uniform ? null : rating, bought: purchases > 0, at };
}

/**
 * How much an interaction speaks for interest, and whether for liking. A rating says most, and for good; then, fading by
 * half within a year down to two fifths, a purchase, then a referral or a share, a cart, a question or a comment, a click
 * on a recommendation, a view.
 */
export function interestIn(interaction: Omit<RawInteraction, 'user' | 'item'>, now: number): { strength: number; liked: boolean } {
  const { rating, purchases, at } = interaction;
  if (rating !== null) return { strength: strengthOfRating(rating, 1), liked: rating >= likedFrom };
  const recency = lastingShare + (1 - lastingShare) * 0.5 ** (Math.max(0, now - at) / halfLife);
  return { strength: implicitStrength(interaction) * recency, liked: purchases > 0 };
}

function implicitStrength({
  views,
  clicks,
  carts,
  purchases,
  comments,
  questions,
  shares,
  referrals,
}: Omit<RawInteraction, 'user' | 'item'>): number {
  if (purchases > 0) return 1;
  const recommends = shares + referrals > 0 ? 0.6 : 0;
  const wants = carts > 0 ? 0.5 : 0;
  const talks = comments + questions > 0 ? 0.3 : 0;
  return Math.min(0.8, recommends + wants + talks + Math.min(0.3, 0.1 * views + 0.15 * clicks));
}
