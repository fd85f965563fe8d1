import { Field, Float, Int } from 'type-graphql';
import { From, ObjectType } from '../../../relay/output.js';
import { Review, ReviewQuote, type ReviewDocument, type ShownQuote } from '../../review/index.js';

export interface ShownReason {
  topic: string;
  mentions: number;
  quotes: ShownQuote[];
}

export interface ShownFit {
  likeMindedCount: number;
  rating: number;
  likedCount: number;
  dislikedCount: number;
  liked: ShownReason[];
  disliked: ShownReason[];
  reviews: ReviewDocument[];
}

@ObjectType({ description: 'Something that like-minded users praise or criticise about a product.' })
export class FitReason extends From<ShownReason> {
  @Field(() => String, { description: 'Name of the topic, as in `ReviewTopic.topic`.' })
  topic!: string;

  @Field(() => Int, { description: 'Number of reviews by like-minded users that say so.' })
  mentions!: number;

  @Field(() => [ReviewQuote], { description: 'Sentences of their reviews that say it best, up to 2, each from a different review.' })
  quotes!: ReviewQuote[];
}

@ObjectType({
  description:
    'What users with the viewer’s taste think of a product. Like-minded users rated at least three of the same other products, on average no more than one star apart.',
})
export class ProductFit extends From<ShownFit> {
  @Field(() => Int, { description: 'Number of like-minded users who reviewed the product, from 3 to 25.' })
  likeMindedCount!: number;

  @Field(() => Float, { description: 'Mean of their overall ratings, weighted by how closely they agree with the viewer, 1 to 5.' })
  rating!: number;

  @Field(() => Int, { description: 'Number of them who rated it 3.5 or higher.' })
  likedCount!: number;

  @Field(() => Int, { description: 'Number of them who rated it lower than 2.5.' })
  dislikedCount!: number;

  @Field(() => [FitReason], { description: 'What they praise, up to 3 topics, most mentioned first.' })
  liked!: FitReason[];

  @Field(() => [FitReason], { description: 'What they criticise, up to 3 topics, most mentioned first.' })
  disliked!: FitReason[];

  @Field(() => [Review], { description: 'Their reviews, up to 5, from the users closest to the viewer’s taste.' })
  reviews!: Review[];
}
