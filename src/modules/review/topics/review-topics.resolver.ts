import { Ctx, Resolver, Root } from 'type-graphql';
import { labelOf, maxTopics } from '../../../opinions/index.js';
import { Cost } from '../../../relay/cost.js';
import type { LoaderDefinition, RequestContext } from '../../../relay/context.js';
import { FieldResolver } from '../../../relay/output.js';
import type { Types } from 'mongoose';
import { Product, type ProductDocument } from '../../catalog/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import { hideable } from '../review-change.js';
import type { ReviewDocument } from '../review.model.js';
import { quotedText, type ProductTopicsDocument, type StoredQuote, type StoredTopic } from './review-topics.model.js';
import { ReviewTopic, type ShownQuote, type ShownTopic } from './review-topics.type.js';

const maxQuotes = 3;

interface TopicLoaders {
  reviewById: LoaderDefinition<Types.ObjectId, ReviewDocument>;
  topicsOfProduct: LoaderDefinition<Types.ObjectId, ProductTopicsDocument>;
}

@Resolver(() => Product)
export class ProductTopicsResolver {
  constructor(
    private readonly loaders: TopicLoaders,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  @Cost({ weight: 5, assumedSize: maxTopics })
  @FieldResolver(() => [ReviewTopic], {
    description: `Topics that the product’s reviews mention, up to ${maxTopics}, most mentioned first. Found in reviews in English, German, Spanish and Chinese, and updated within seconds when reviews are added, edited or hidden.`,
  })
  async reviewTopics(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<ShownTopic[]> {
    const found = await context.load(this.loaders.topicsOfProduct, product._id);
    if (!found) return [];
    return Promise.all(found.topics.map((topic) => this.shown(topic, found, context)));
  }

  private async shown(stored: StoredTopic, { language }: ProductTopicsDocument, context: RequestContext): Promise<ShownTopic> {
    const { topic, sentiment, mentions, share } = stored;
    const quotes = await Promise.all(stored.quotes.map((quote) => this.quote(quote, context)));
    const visible = quotes.filter((quote) => quote !== null).slice(0, maxQuotes);
    return { topic: labelOf(topic, language), sentiment, mentions, share, quotes: visible };
  }

  /** Read from the review as it is now: what is out of sight, or says something else, is not quoted. */
  private async quote(stored: StoredQuote, context: RequestContext): Promise<ShownQuote | null> {
    const review = await context.load(this.loaders.reviewById, stored.review);
    if (!review?.visible || !(await this.socialGraph.showsTo(context, hideable(review)))) return null;
    const text = quotedText(stored, review);
    return text === null ? null : { text, review };
  }
}
