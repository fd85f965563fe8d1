/** Reviews in bulk, for imports and exports. */
import { insertMissing } from '../../store/documents.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

export class ReviewBulk {
  constructor(private readonly models: ReviewModels) {}

  /** Reviews of another shop or data set; their products must be tallied anew after it. @returns how many were new */
  importReviews(reviews: readonly ReviewDocument[]): Promise<number> {
    return insertMissing(this.models.reviews, reviews);
  }

  /** Every visible review, for export. */
  allReviews(): AsyncIterable<ReviewDocument> {
    return this.models.reviews.collection.find<ReviewDocument>({ visible: true }, { batchSize: 1000 });
  }
}
