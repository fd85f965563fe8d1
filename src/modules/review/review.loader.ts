import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { findStored } from '../../store/documents.js';
import { byId, byPair, type Pair } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import { addUp, type CategoryTally } from './product-rating.js';
import type { CategoryTallyDocument, ReviewDocument, ReviewModels, ReviewRevisionDocument, ReviewVoteDocument } from './review.model.js';
import type { ProductTopicsDocument } from './topics/review-topics.model.js';

export interface OwnReviewKey {
  product: Types.ObjectId;
  author: Types.ObjectId;
}

export interface ReviewLoaders {
  reviewById: LoaderDefinition<Types.ObjectId, ReviewDocument>;
  reviewsOfProduct: LoaderDefinition<ListKey, Connection<ReviewDocument>>;
  reviewsOfAuthor: LoaderDefinition<ListKey, Connection<ReviewDocument>>;
  revisionById: LoaderDefinition<Types.ObjectId, ReviewRevisionDocument>;
  revisionsOfReview: LoaderDefinition<ListKey, Connection<ReviewRevisionDocument>>;
  voteOn: LoaderDefinition<Pair, ReviewVoteDocument>;
  /** All keys of a batch are of one author, the viewer. */
  ownReview: LoaderDefinition<OwnReviewKey, ReviewDocument>;
  categoryTally: LoaderDefinition<Types.ObjectId, CategoryTally>;
  topicsOfProduct: LoaderDefinition<Types.ObjectId, ProductTopicsDocument>;
}

export function reviewLoaders({ reviews, revisions, votes, categoryTallies, topics }: ReviewModels): ReviewLoaders {
  return {
    reviewById: byId<ReviewDocument>(reviews),
    reviewsOfProduct: pagesByParent<ReviewDocument>(reviews, 'product'),
    reviewsOfAuthor: pagesByParent<ReviewDocument>(reviews, 'author'),
    revisionById: byId<ReviewRevisionDocument>(revisions),
    revisionsOfReview: pagesByParent<ReviewRevisionDocument>(revisions, 'review'),
    voteOn: byPair<ReviewVoteDocument>(votes),
    topicsOfProduct: byId<ProductTopicsDocument>(topics),
    ownReview: {
      cacheKey: ({ product, author }) => `${product.toHexString()}:${author.toHexString()}`,
      async batch(keys) {
        const filter = { product: { $in: keys.map(({ product }) => product) }, author: keys[0]!.author };
        const found = await findStored<ReviewDocument>(reviews, filter);
        return keys.map(({ product }) => found.find((review) => review.product.equals(product)) ?? null);
      },
    },
    categoryTally: {
      cacheKey: (category) => category.toHexString(),
      async batch(categories) {
        const projection = { _id: 0, category: 1, count: 1, points: 1 } as const;
        const tallies = await findStored<CategoryTallyDocument>(categoryTallies, { category: { $in: categories } }, { projection });
        return categories.map((category) => addUp(tallies.filter((tally) => tally.category.equals(category))));
      },
    },
  };
}
