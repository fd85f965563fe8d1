/** What people who rate as the viewer does make of a product, from what anybody can read. */
import { Types } from 'mongoose';
import { labelOf, reasonsOf, type Language, type OpinionReason } from '../../../opinions/index.js';
import type { LoaderDefinition, RequestContext } from '../../../relay/context.js';
import { agreement, leastShared, pointsPerStar, verdictOf, type TasteVector } from '../../../scoring/index.js';
import type { ProductDocument } from '../../catalog/index.js';
import { textOf, type ReviewDocument, type ReviewVerbs, type ShownQuote } from '../../review/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import type { UserVerbs } from '../../user/index.js';
import type { SimilarityLoaders } from '../similarity.loader.js';
import { maxRatersPerProduct } from '../similarity.service.js';
import type { ShownFit, ShownReason } from './product-fit.type.js';

/** So many of those who rated the most of the same products are looked for among a product's reviewers. */
const maxCandidates = 200;
const maxReviewers = 25;
/** With fewer, the answer would tell of these few rather than of people like the viewer. */
const leastReviewers = 3;
const maxReviews = 5;
const maxQuotes = 2;

interface Viewer {
  id: Types.ObjectId;
  taste: TasteVector;
  /** Whom the viewer does not see. */
  hidden: readonly Types.ObjectId[];
}

interface ProductKey {
  product: Types.ObjectId;
  authors: readonly Types.ObjectId[];
}

interface FitLoaders {
  /** Who rated products of the viewer's too, those with the most of them first. */
  candidates: LoaderDefinition<Viewer, Types.ObjectId[]>;
  /** What the candidates wrote of each product; all keys of a batch have the same authors. */
  reviewsByCandidates: LoaderDefinition<ProductKey, ReviewDocument[]>;
}

interface FitDependencies {
  reviews: ReviewVerbs;
  users: UserVerbs;
  socialGraph: SocialGraphVerbs;
  loaders: SimilarityLoaders;
}

interface LikeMindedReview {
  review: ReviewDocument;
  weight: number;
}

export class ProductFitService {
  private readonly loaders: FitLoaders;

  constructor(private readonly dependencies: FitDependencies) {
    this.loaders = fitLoaders(dependencies.reviews);
  }

  /** @returns null for strangers, for who opted out, and where too few like-minded users reviewed the product */
  async fitOf(product: ProductDocument, context: RequestContext): Promise<ShownFit | null> {
    const viewer = await this.viewerOf(context);
    if (!viewer || viewer.taste.size < leastShared) return null;
    const authors = await context.require(this.loaders.candidates, viewer);
    const written = await context.require(this.loaders.reviewsByCandidates, { product: product._id, authors });
    const likeMinded = await this.likeMinded(viewer, written, context);
    if (likeMinded.length < leastReviewers) return null;
    const phrases = await context.load(this.dependencies.reviews.topicsOfProduct, product._id);
    return shownFit(likeMinded, new Set(phrases?.topics.map(({ topic }) => topic)), phrases?.language ?? 'en');
  }

  private async viewerOf(context: RequestContext): Promise<Viewer | null> {
    const { users, socialGraph, loaders } = this.dependencies;
    const id = context.signedIn?.userId;
    if (!id || !(await context.load(users.isSuggestible, id))) return null;
    const [taste, hidden] = await Promise.all([context.require(loaders.tasteOfUser, id), socialGraph.hiddenFrom(context)]);
    return { id, taste, hidden };
  }

  /** The reviews of those who agree with the viewer and want to be found, the closest first. */
  private async likeMinded(viewer: Viewer, written: readonly ReviewDocument[], context: RequestContext): Promise<LikeMindedReview[]> {
    const { users, loaders } = this.dependencies;
    const found = await Promise.all(
      written.map(async (review) => {
        const [takesPart, taste] = await Promise.all([
          context.load(users.isSuggestible, review.author),
          context.require(loaders.tasteOfUser, review.author),
        ]);
        const weight = takesPart ? agreement(viewer.taste, taste, review.product.toHexString()) : null;
        return weight === null ? [] : [{ review, weight }];
      }),
    );
    return found
      .flat()
      .sort((a, b) => b.weight - a.weight || a.review._id.toHexString().localeCompare(b.review._id.toHexString()))
      .slice(0, maxReviewers);
  }
}

function fitLoaders(reviews: ReviewVerbs): FitLoaders {
  return {
    candidates: {
      cacheKey: ({ id }) => id.toHexString(),
      batch: (viewers) =>
        Promise.all(
          viewers.map(({ id, taste, hidden }) => {
            const products = [...taste.keys()].map((product) => new Types.ObjectId(product));
            const bounds = { perProduct: maxRatersPerProduct, limit: maxCandidates, least: leastShared };
            return reviews.ratersOf(products, [id, ...hidden], bounds);
          }),
        ),
    },
    reviewsByCandidates: {
      cacheKey: ({ product }) => product.toHexString(),
      async batch(keys) {
        const { authors } = keys[0]!;
        const found = await reviews.publicReviewsOf(
          keys.map(({ product }) => product),
          authors,
        );
        const rank = new Map(authors.map((author, at) => [author.toHexString(), at]));
        const rankOf = ({ author }: ReviewDocument): number => rank.get(author.toHexString())!;
        return keys.map(({ product }) => {
          const own = found.filter((review) => review.product.equals(product));
          return own.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, 2 * maxReviewers);
        });
      },
    },
  };
}

function shownFit(likeMinded: readonly LikeMindedReview[], phrases: ReadonlySet<string>, language: Language): ShownFit {
  const { rating, liked, disliked } = verdictOf(likeMinded.map(({ review, weight }) => ({ stars: review.points / pointsPerStar, weight })));
  const reviews = likeMinded.map(({ review }) => review);
  const read = reviews.flatMap((review) => (review.digest ? [{ id: review, digest: review.digest, helpful: review.helpful }] : []));
  const { praised, blamed } = reasonsOf(read, phrases);
  const shown = (reason: OpinionReason<ReviewDocument>): ShownReason => shownReason(reason, language);
  return {
    ...{ likeMindedCount: likeMinded.length, rating, likedCount: liked, dislikedCount: disliked },
    ...{ liked: praised.map(shown), disliked: blamed.map(shown), reviews: reviews.slice(0, maxReviews) },
  };
}

/** The digest is of the text that it is stored with, so that the places are those of its sentences. */
function shownReason({ topic, mentions, quotes }: OpinionReason<ReviewDocument>, language: Language): ShownReason {
  const shown = quotes.slice(0, maxQuotes).map(({ review, from, to }): ShownQuote => ({ review, text: textOf(review).slice(from, to) }));
  return { topic: labelOf(topic, language), mentions, quotes: shown };
}
