/**
 * A product's score, from the tally of its reviews. Every figure of the tally is a sum of whole
 * numbers, so that adding and taking away reviews, in any order and at the same time, stays exact.
 */

/** A review's overall rating is kept in sixtieths, in which thirds, quarters and fifths are whole. */
export const pointsPerStar = 60;

export const aspects = ['quality', 'price', 'service'] as const;
export type Aspect = (typeof aspects)[number];

/** What is known of each review's three ratings, 1 to 5; null where a review comes from a source with one figure only. */
export type AspectRatings = Record<Aspect, number | null>;

export interface RatedReview extends AspectRatings {
  /** The overall rating in sixtieths of a star, 60 to 300. */
  points: number;
  /** See `reviewWeight`. */
  weight: number;
}

export interface RatingTally {
  count: number;
  /** The sum of points. */
  points: number;
  /** The sum of weights. */
  weight: number;
  /** The sum of weight times points. */
  weightedPoints: number;
  /** How many reviews round to 1, 2, 3, 4 and 5 stars. */
  distribution: number[];
  aspects: Record<Aspect, { count: number; total: number }>;
}

export interface RatingSummary {
  count: number;
  mean: number | null;
  weightedMean: number | null;
  composite: number | null;
  distribution: number[];
  aspects: Record<Aspect, number | null>;
}

export function emptyTally(): RatingTally {
  return {
    count: 0,
    points: 0,
    weight: 0,
    weightedPoints: 0,
    distribution: [0, 0, 0, 0, 0],
    aspects: { quality: { count: 0, total: 0 }, price: { count: 0, total: 0 }, service: { count: 0, total: 0 } },
  };
}

/** The overall rating of three aspects: their plain mean, in sixtieths of a star. */
export function overallPoints({ quality, price, service }: Record<Aspect, number>): number {
  return ((quality + price + service) * pointsPerStar) / 3;
}

/** The nearest whole star of an overall rating, halves upwards. */
export function starsOf(points: number): number {
  return Math.min(5, Math.max(1, Math.round(points / pointsPerStar)));
}

const weightUnit = 64;
const recencyEpoch = Date.UTC(1996, 0, 1);
const recencyHalfLife = 2 * 365.25 * 24 * 60 * 60 * 1000;
const verifiedFactor = 2;

/**
 * How much a review counts in the weighted mean: double when the purchase is verified, up to double
 * when readers find it helpful (1 + its Wilson bound), and half for every two years of age.
 *
 * The age is measured from a fixed day and not from now. Since a weighted mean is the same when all
 * weights are multiplied by one number, this gives at every moment the mean that measuring from
 * that moment would give, without ever touching old reviews again.
 * @returns a whole number, at least 1
 */
export function reviewWeight(review: { createdAt: Date; verifiedPurchase: boolean; helpful: number; unhelpful: number }): number {
  const recency = 2 ** ((review.createdAt.getTime() - recencyEpoch) / recencyHalfLife);
  const verified = review.verifiedPurchase ? verifiedFactor : 1;
  const helpful = 1 + wilsonLowerBound(review.helpful, review.helpful + review.unhelpful);
  return Math.max(1, Math.round(weightUnit * recency * verified * helpful));
}

/** The z of a two-sided 95 % interval. */
const z = 1.959963984540054;

/**
 * The lower end of the 95 % confidence interval of a proportion, 0 to 1: how helpful a review is at
 * least, so that one vote of one does not beat ninety of a hundred.
 * Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
 */
export function wilsonLowerBound(positive: number, total: number): number {
  if (total === 0) return 0;
  const share = positive / total;
  const centre = share + (z * z) / (2 * total);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * total)) / total);
  return Math.max(0, (centre - spread) / (1 + (z * z) / total));
}

/** Counts a review in the tally; `sign` -1 takes it out again. */
export function addToTally(tally: RatingTally, review: RatedReview, sign: 1 | -1): void {
  tally.count += sign;
  tally.points += sign * review.points;
  tally.weight += sign * review.weight;
  tally.weightedPoints += sign * review.weight * review.points;
  tally.distribution[starsOf(review.points) - 1]! += sign;
  for (const aspect of aspects) {
    const rating = review[aspect];
    if (rating === null) continue;
    tally.aspects[aspect].count += sign;
    tally.aspects[aspect].total += sign * rating;
  }
}

/** The tally of all of a product's reviews, from nothing. */
export function tallyOf(reviews: Iterable<RatedReview>): RatingTally {
  const tally = emptyTally();
  for (const review of reviews) addToTally(tally, review, 1);
  return tally;
}

/** How many average reviews of its category a product starts with in the composite score. */
const priorReviews = 8;

/** Where nothing is known of a category, its mean is taken to be the middle of the scale. */
const unknownCategoryMean = 3;

/**
 * The three scores. `mean` is the plain mean; `weightedMean` weighs by `reviewWeight`; `composite` is the
 * Bayesian average of the weighted mean, drawn to the category's mean while reviews are few.
 * @param category the count and the sum of points of all reviews in the product's category
 */
export function summarise(tally: RatingTally, category: { count: number; points: number }): RatingSummary {
  const aspectMeans = Object.fromEntries(
    aspects.map((aspect) => {
      const { count, total } = tally.aspects[aspect];
      return [aspect, count === 0 ? null : total / count];
    }),
  ) as RatingSummary['aspects'];
  if (tally.count === 0) {
    return { count: 0, mean: null, weightedMean: null, composite: null, distribution: tally.distribution, aspects: aspectMeans };
  }
  const weightedMean = tally.weightedPoints / (tally.weight * pointsPerStar);
  const categoryMean = category.count === 0 ? unknownCategoryMean : category.points / (category.count * pointsPerStar);
  return {
    count: tally.count,
    mean: tally.points / (tally.count * pointsPerStar),
    weightedMean,
    composite: (priorReviews * categoryMean + tally.count * weightedMean) / (priorReviews + tally.count),
    distribution: tally.distribution,
    aspects: aspectMeans,
  };
}
