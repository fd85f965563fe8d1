import { Field, Float, Int } from 'type-graphql';
import { From, ObjectType } from '../../../relay/output.js';
import type { ReviewDocument } from '../review.model.js';
import { Review } from '../review.type.js';

/** A sentence that the viewer may read. */
export interface ShownQuote {
  text: string;
  review: ReviewDocument;
}

export interface ShownTopic {
  topic: string;
  sentiment: number;
  mentions: number;
  share: number;
  quotes: ShownQuote[];
}

@ObjectType({ description: 'A sentence of a review, word for word.' })
export class ReviewQuote extends From<ShownQuote> {
  @Field(() => String, { description: 'Text of the sentence, as plain text.' })
  text!: string;

  @Field(() => Review, { description: 'The quoted review.' })
  review!: Review;
}

@ObjectType({ description: 'A topic that several reviews of a product mention.' })
export class ReviewTopic extends From<ShownTopic> {
  @Field(() => String, {
    description:
      'Name of the topic, in the language of most of the product’s reviews: an aspect such as `battery`, or a phrase from the reviews in lower case. Use it with `ReviewFilter.topic`.',
  })
  topic!: string;

  @Field(() => Float, { description: 'How reviews judge it, from -1 (all negative) to 1 (all positive).' })
  sentiment!: number;

  @Field(() => Int, { description: 'Number of reviews that mention it.' })
  mentions!: number;

  @Field(() => Float, { description: 'Share of reviews that mention it among all that mention any topic, from 0 to 1.' })
  share!: number;

  @Field(() => [ReviewQuote], {
    description: 'Sentences that say it best, up to 3, each from a different review. Where opinions differ, the second one disagrees.',
  })
  quotes!: ReviewQuote[];
}
