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

  @Field(() => Review, { description: 'The review that says it.' })
  review!: Review;
}

@ObjectType({ description: 'Something that several reviews of a product speak of.' })
export class ReviewTopic extends From<ShownTopic> {
  @Field(() => String, {
    description:
      'Name of the topic, in the language of most of the product’s reviews: an aspect such as `battery`, or a phrase from the reviews in lower case. Use it with `ReviewFilter.topic`.',
  })
  topic!: string;

  @Field(() => Float, { description: 'How reviews speak of it, from -1 (all badly) to 1 (all well).' })
  sentiment!: number;

  @Field(() => Int, { description: 'Number of reviews that speak of it.' })
  mentions!: number;

  @Field(() => Float, { description: 'Share of reviews that speak of it among all that speak of any topic, from 0 to 1.' })
  share!: number;

  @Field(() => [ReviewQuote], {
    description: 'Sentences that say it best, up to 3, each of another review. Where opinions differ, the second one disagrees.',
  })
  quotes!: ReviewQuote[];
}
