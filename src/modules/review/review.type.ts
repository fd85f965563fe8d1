import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType, edgeType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, From, ObjectType, payloadType } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import type { AspectRatings, RatingSummary } from '../../scoring/index.js';
import type { ResponseDocument, ReviewDocument, ReviewRevisionDocument } from './review.model.js';

export enum ReviewSort {
  HELPFUL = 'HELPFUL',
  NEWEST = 'NEWEST',
  OLDEST = 'OLDEST',
  HIGHEST = 'HIGHEST',
  LOWEST = 'LOWEST',
}

registerEnumType(ReviewSort, {
  name: 'ReviewSort',
  description: 'The order of reviews.',
  valuesConfig: {
    HELPFUL: { description: 'By the Wilson lower bound of their votes, so that few votes count less than many.' },
    NEWEST: { description: 'The latest first.' },
    OLDEST: { description: 'The earliest first.' },
    HIGHEST: { description: 'The best rating first.' },
    LOWEST: { description: 'The worst rating first.' },
  },
});

export enum ReviewVote {
  HELPFUL = 'HELPFUL',
  UNHELPFUL = 'UNHELPFUL',
}

registerEnumType(ReviewVote, {
  name: 'ReviewVote',
  description: 'What a reader thinks of a review.',
  valuesConfig: { HELPFUL: { description: 'It helped.' }, UNHELPFUL: { description: 'It did not help.' } },
});

@ObjectType({ description: 'The merchant’s public answer to a review.' })
export class ReviewResponse extends From<ResponseDocument> {
  @Field(() => String, { description: 'Plain text.' })
  body!: string;

  @Field(() => Date, { name: 'updatedAt', description: 'When it was last written.' })
  at!: Date;
}

@ObjectType({ description: 'A review’s ratings, 1 to 5 each. Null if the review was imported with an overall rating only.' })
export class ReviewRatings extends From<AspectRatings> {
  @Field(() => Int, { nullable: true, description: 'Rating of the product’s quality.' })
  quality!: number | null;

  @Field(() => Int, { nullable: true, description: 'Rating of the value for the price.' })
  price!: number | null;

  @Field(() => Int, { nullable: true, description: 'Rating of the merchant’s service.' })
  service!: number | null;
}

@ObjectType({ implements: Node, description: 'A user’s review of a product. A user reviews a product once.' })
export class Review extends Node<ReviewDocument> {
  @Field(() => String, { description: 'May be empty.' })
  title!: string;

  @Field(() => String, { description: 'Plain text, as it was written.' })
  body!: string;

  @Field(() => [WebAddress], { description: 'Pictures.' })
  imageUrls!: string[];

  @Field(() => Boolean, { description: 'Whether the author has received the product by an order of this shop.' })
  verifiedPurchase!: boolean;

  @Field(() => Boolean, { description: 'Whether the author was rewarded for it.' })
  incentivised!: boolean;

  @Field(() => Int, { name: 'helpfulCount', description: 'How many found it helpful.' })
  helpful!: number;

  @Field(() => Int, { name: 'unhelpfulCount', description: 'How many found it unhelpful.' })
  unhelpful!: number;

  @Field(() => ReviewResponse, { nullable: true, description: 'The merchant’s answer; null while there is none.' })
  response!: ReviewResponse | null;

  @Field(() => Date, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When its author last changed it; null where they have not.' })
  editedAt!: Date | null;
}

@ObjectType({ description: 'A review as it was before an edit.' })
export class ReviewRevision extends From<ReviewRevisionDocument> {
  @Field(() => String, { description: 'The title then; may be empty.' })
  title!: string;

  @Field(() => String, { description: 'The text then.' })
  body!: string;

  @Field(() => [WebAddress], { description: 'The pictures then.' })
  imageUrls!: string[];

  @Field(() => Date, { name: 'createdAt', description: 'When this version was written.' })
  at!: Date;
}

export const ReviewRevisionConnection = connectionType(ReviewRevision, 'ReviewRevision');

export const ReviewConnection = connectionType(Review, 'Review');

@ObjectType({ description: 'The mean of each aspect, 1 to 5; null while nobody has rated it.' })
export class AspectMeans extends From<RatingSummary['aspects']> {
  @Field(() => Float, { nullable: true, description: 'The quality.' })
  quality!: number | null;

  @Field(() => Float, { nullable: true, description: 'Value for the price.' })
  price!: number | null;

  @Field(() => Float, { nullable: true, description: 'The merchant’s service.' })
  service!: number | null;
}

@ObjectType({ description: 'Number of reviews with a star rating.' })
export class StarCount {
  @Field(() => Int, { description: 'Overall rating, rounded to whole stars, 1 to 5.' })
  stars!: number;

  @Field(() => Int, { description: 'Number of reviews with this rating.' })
  count!: number;
}

@ObjectType({ description: 'A product’s score, exact at every moment. The means are null while there is no review.' })
export class ProductRating extends From<RatingSummary> {
  @Field(() => Int, { description: 'How many reviews it has.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: 'The plain mean of the overall ratings, 1 to 5.' })
  mean!: number | null;

  @Field(() => Float, { nullable: true, description: 'The mean in which verified, helpful and recent reviews count more, 1 to 5.' })
  weightedMean!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The Bayesian average: the weighted mean, drawn to the category’s mean while reviews are few, 1 to 5. Compare products by this.',
  })
  composite!: number | null;

  @Field(() => AspectMeans, { description: 'The mean of each aspect.' })
  aspects!: AspectMeans;
}

@InputType({ description: 'Which reviews; every given condition must hold.' })
export class ReviewFilter {
  @Field(() => Int, { nullable: true, description: 'Only those that round to this many stars, 1 to 5.' })
  rating?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those of verified purchases, or only the others.' })
  verified?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those with pictures, or only the others.' })
  withImages?: boolean | null;
}

@InputType({ description: 'The ratings of a new review.' })
export class ReviewRatingsInput {
  @Field(() => Int, { description: 'Rating of the product’s quality, 1 to 5.' })
  quality!: number;

  @Field(() => Int, { description: 'Rating of the value for the price, 1 to 5.' })
  price!: number;

  @Field(() => Int, { description: 'Rating of the merchant’s service, 1 to 5.' })
  service!: number;
}

@InputType({ description: 'The ratings of a review to change. Ratings that are left out stay as they are.' })
export class UpdateReviewRatingsInput {
  @Field(() => Int, { nullable: true, description: 'Rating of the product’s quality, 1 to 5.' })
  quality?: number | null;

  @Field(() => Int, { nullable: true, description: 'Rating of the value for the price, 1 to 5.' })
  price?: number | null;

  @Field(() => Int, { nullable: true, description: 'Rating of the merchant’s service, 1 to 5.' })
  service?: number | null;
}

@InputType({ description: 'A new review.' })
export class CreateReviewInput {
  @Field(() => ID, { description: 'Of which product.' })
  productId!: string;

  @Field(() => ReviewRatingsInput, { description: 'The ratings. Their plain mean is the overall rating.' })
  ratings!: ReviewRatingsInput;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'At most 200 characters.' })
  title!: string;

  @Field(() => String, { description: 'Plain text, at most 10,000 characters.' })
  body!: string;

  @Field(() => [WebAddress], { nullable: true, description: 'Pictures, at most 10.' })
  imageUrls?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the author is rewarded for it; shown with the review.',
  })
  incentivised!: boolean;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second review.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of one’s review; what is left out stays.' })
export class UpdateReviewInput {
  @Field(() => ID, { description: 'The review.' })
  reviewId!: string;

  @Field(() => UpdateReviewRatingsInput, { nullable: true, description: 'The ratings to change.' })
  ratings?: UpdateReviewRatingsInput | null;

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Plain text, at most 10,000 characters.' })
  body?: string | null;

  @Field(() => [WebAddress], { nullable: true, description: 'Pictures, at most 10; replaces all.' })
  imageUrls?: string[] | null;
}

@InputType({ description: 'Which review to delete.' })
export class DeleteReviewInput {
  @Field(() => ID, { description: 'One’s own review.' })
  reviewId!: string;
}

@InputType({ description: 'A vote on a review.' })
export class VoteReviewInput {
  @Field(() => ID, { description: 'The review.' })
  reviewId!: string;

  @Field(() => ReviewVote, { nullable: true, description: 'The vote; null takes it back.' })
  vote?: ReviewVote | null;
}

@InputType({ description: 'The merchant’s answer to a review.' })
export class RespondToReviewInput {
  @Field(() => ID, { description: 'A review of one’s own product.' })
  reviewId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters; empty takes the answer back.' })
  body!: string;
}

export const CreateReviewPayload = payloadType('CreateReviewPayload', 'The new review.', {
  review: field(() => Review, 'The review, as stored.'),
  held: field(() => Boolean, 'Whether a moderator must see it before others do.'),
});

export const UpdateReviewPayload = payloadType('UpdateReviewPayload', 'The changed review.', {
  review: field(() => Review, 'The review, as changed.'),
  held: field(() => Boolean, 'Whether it is out of sight: a moderator must see it before others do, or has hidden it.'),
});

export const DeleteReviewPayload = payloadType('DeleteReviewPayload', 'What was deleted.', {
  deletedReviewId: field(() => ID, 'The id that the review had.'),
});

export const VoteReviewPayload = payloadType('VoteReviewPayload', 'The review with its new votes.', {
  review: field(() => Review, 'The review, as changed.'),
});

export const RespondToReviewPayload = payloadType('RespondToReviewPayload', 'The review with the merchant’s answer.', {
  review: field(() => Review, 'The review, as changed.'),
});

export const ReviewAdded = eventType('ReviewAdded', 'A review was written.', {
  review: field(() => Review, 'The review. Null if it has been removed since.'),
  edge: field(
    () => edgeType(ReviewConnection),
    'The review’s edge in the product’s reviews, sorted by `NEWEST`. Null if it has been removed since.',
  ),
  product: field(() => Product, 'The reviewed product.'),
});

export const RatingChanged = eventType('RatingChanged', 'A product’s score changed.', {
  rating: field(() => ProductRating, 'The score right after this change.'),
  product: field(() => Product, 'The rated product, as it is now.'),
});
