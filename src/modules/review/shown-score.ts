/** Products' scores as the API shows them, with the place in their stream at which they were read. */
import type { Types } from 'mongoose';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import type { RatingSummary } from '../../scoring/index.js';
import type { CatalogVerbs, ProductDocument } from '../catalog/index.js';
import { ratingOf, ratingTopic } from './product-rating.js';
import type { ReviewLoaders } from './review.loader.js';

export interface ShownScore extends RatingSummary {
  /** The product's. */
  _id: Types.ObjectId;
  /** Null where nobody asked for it. */
  liveCursor: string | null;
}

export class ShownScores {
  /** A loader of its own: what was read before the cursor may miss a change that the cursor is behind. */
  private readonly productAfterCursor: LoaderDefinition<Types.ObjectId, ProductDocument>;

  constructor(
    private readonly loaders: ReviewLoaders,
    { productById }: CatalogVerbs,
  ) {
    this.productAfterCursor = { ...productById };
  }

  /** @param live whether to say where the stream stands */
  async of(product: ProductDocument, context: RequestContext, live: boolean): Promise<ShownScore> {
    const { _id } = product;
    const liveCursor = live ? await context.latestCursor(ratingTopic(_id)) : null;
    const read = live ? ((await context.load(this.productAfterCursor, _id)) ?? product) : product;
    return { ...ratingOf(read, await context.require(this.loaders.categoryTally, read.category)), _id, liveCursor };
  }
}
