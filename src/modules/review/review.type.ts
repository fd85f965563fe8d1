import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType, edgeType } from '../../relay/connection.js';
import { ChangeKind } from '../../relay/change-kind.js';
import { Node } from '../../relay/node.js';
import { eventType, field, From, ObjectType, payloadType, requiredField } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import type { AspectRatings, RatingSummary } from '../../scoring/index.js';
import type { ResponseDocument, ReviewDocument, ReviewRevisionDocument } from './review.model.js';
import type { ShownScore } from './shown-score.js';

export enum ReviewSort {
  HELPFUL = 'HELPFUL',
  NEWEST = 'NEWEST',
  OLDEST = 'OLDEST',
  HIGHEST = 'HIGHEST',
  LOWEST = 'LOWEST',
}

registerEnumType(ReviewSort, {
  name: 'ReviewSort',
  description: 'Order of a review list.',
  valuesConfig: {
    HELPFUL: {
      description:
        'Most helpful first, by the lower bound of the Wilson score interval of the votes, so that few votes count less than many.',
    },
    NEWEST: { description: 'Newest reviews first.' },
    OLDEST: { description: 'Oldest reviews first.' },
    HIGHEST: { description: 'Highest rating first.' },
    LOWEST: { description: 'Lowest rating first.' },
  },
});

export enum ReviewVote {
  HELPFUL = 'HELPFUL',
  UNHELPFUL = 'UNHELPFUL',
}

registerEnumType(ReviewVote, {
  name: 'ReviewVote',
  description: 'A vote on a review.',
  valuesConfig: { HELPFUL: { description: 'It was helpful.' }, UNHELPFUL: { description: 'It was not helpful.' } },
});

@ObjectType({ description: 'The merchant’s public response to a review.' })
export class ReviewResponse extends From<ResponseDocument> {
  @Field(() => String, { description: 'Text of the response, as plain text.' })
  body!: string;

  @Field(() => Date, { name: 'updatedAt', description: 'When it was last edited.' })
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

@ObjectType({ implements: Node, description: 'A user’s review of a product. Each user can review a product once.' })
export class Review extends Node<ReviewDocument> {
  @Field(() => String, { description: 'Title. May be empty.' })
  title!: string;

  @Field(() => String, { description: 'Plain text, as its author wrote it.' })
  body!: string;

  @Field(() => [WebAddress], { description: 'URLs of the review’s images, up to 10.' })
  imageUrls!: string[];

  @Field(() => Boolean, { description: 'Whether the author received the product from an order in this shop.' })
  verifiedPurchase!: boolean;

  @Field(() => Boolean, { description: 'Whether the author received a reward for the review.' })
  incentivised!: boolean;

  @Field(() => Int, { name: 'helpfulCount', description: 'Number of helpful votes.' })
  helpful!: number;

  @Field(() => Int, { name: 'unhelpfulCount', description: 'Number of unhelpful votes.' })
  unhelpful!: number;

  @Field(() => ReviewResponse, { nullable: true, description: 'The merchant’s response. Null if there is none yet.' })
  response!: ReviewResponse | null;

  @Field(() => Date, { description: 'When the review was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the author last edited it. Null if they never did.' })
  editedAt!: Date | null;
}

@ObjectType({ implements: Node, description: 'A version of a review before an edit.' })
export class ReviewRevision extends Node<ReviewRevisionDocument> {
  @Field(() => String, { description: 'Title at that time. May be empty.' })
  title!: string;

  @Field(() => String, { description: 'Text at that time.' })
  body!: string;

  @Field(() => [WebAddress], { description: 'URLs of the images at that time, up to 10.' })
  imageUrls!: string[];

  @Field(() => Date, { name: 'createdAt', description: 'When this version was written.' })
  at!: Date;
}

export const ReviewRevisionConnection = connectionType(ReviewRevision, 'ReviewRevision');

export const ReviewConnection = connectionType(Review, 'Review', { liveAs: '`reviewAdded` and `reviewChanged`' });

@ObjectType({ description: 'Mean ratings by aspect, 1 to 5. Null for aspects without ratings.' })
export class AspectMeans extends From<RatingSummary['aspects']> {
  @Field(() => Float, { nullable: true, description: 'Mean rating of the quality.' })
  quality!: number | null;

  @Field(() => Float, { nullable: true, description: 'Mean rating of the value for the price.' })
  price!: number | null;

  @Field(() => Float, { nullable: true, description: 'Mean rating of the merchant’s service.' })
  service!: number | null;
}

@ObjectType({ description: 'Number of reviews with a star rating.' })
export class StarCount {
  @Field(() => Int, { description: 'Overall rating, rounded to whole stars, 1 to 5.' })
  stars!: number;

  @Field(() => Int, { description: 'Number of reviews with this rating.' })
  count!: number;
}

@ObjectType({ implements: Node, description: 'A product’s score, always exact. The means are null while there are no reviews.' })
export class ProductRating extends Node<ShownScore> {
  @Field(() => String, {
    nullable: true,
    description:
      'Cursor of the live stream as of just before the score was read, for `after` of `ratingChanged`: every later change is in the stream.',
  })
  liveCursor!: string | null;

  @Field(() => Int, { name: 'reviewCount', description: 'Number of reviews.' })
  count!: number;

  @Field(() => Float, { nullable: true, description: 'Plain mean of the overall ratings, 1 to 5.' })
  mean!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Weighted mean of the overall ratings, 1 to 5. Verified, helpful and recent reviews count more.',
  })
  weightedMean!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Composite score, 1 to 5: a Bayesian average that pulls the weighted mean towards the category’s mean while there are few reviews. Use it to compare products.',
  })
  composite!: number | null;

  @Field(() => AspectMeans, { description: 'Mean ratings by aspect.' })
  aspects!: AspectMeans;
}

@InputType({ description: 'Conditions on reviews. A review must meet all of them. Conditions that are left out do not restrict the list.' })
export class ReviewFilter {
  @Field(() => Int, { nullable: true, description: 'Only reviews whose overall rating rounds to this many stars, 1 to 5.' })
  rating?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only reviews of verified purchases (true), or only others (false).' })
  verified?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only reviews with images (true), or only reviews without (false).' })
  withImages?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only reviews that mention this topic: an aspect, or one of `Product.reviewTopics`. Any other topic finds none.',
  })
  topic?: string | null;
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

@InputType({ description: 'A review to add.' })
export class CreateReviewInput {
  @Field(() => ID, { description: 'The product to review.' })
  productId!: string;

  @Field(() => ReviewRatingsInput, { description: 'The ratings. Their plain mean is the overall rating.' })
  ratings!: ReviewRatingsInput;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Title, up to 200 characters.' })
  title!: string;

  @Field(() => String, { description: 'Text of the review as plain text, up to 10,000 characters.' })
  body!: string;

  @Field(() => [WebAddress], { nullable: true, description: 'URLs of images, up to 10. None when left out.' })
  imageUrls?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Uploaded images, up to 10: each the `imageId` of an upload with the purpose `REVIEW`. None when left out.',
  })
  imageIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the author receives a reward for the review. Displayed with the review.',
  })
  incentivised!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key adds no second review.',
  })
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Token from the link of an invitation to review. The review is then by the invited customer, who does not have to be signed in. It is by the viewer when left out.',
  })
  invitation?: string | null;
}

@InputType({ description: 'Changes to a review. Fields that are left out stay as they are.' })
export class UpdateReviewInput {
  @Field(() => ID, { description: 'One of the viewer’s reviews.' })
  reviewId!: string;

  @Field(() => UpdateReviewRatingsInput, { nullable: true, description: 'The ratings to change.' })
  ratings?: UpdateReviewRatingsInput | null;

  @Field(() => String, { nullable: true, description: 'Title, up to 200 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Text of the review as plain text, up to 10,000 characters.' })
  body?: string | null;

  @Field(() => [WebAddress], { nullable: true, description: 'URLs of images, up to 10. Replaces all existing ones.' })
  imageUrls?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Uploaded images, up to 10; replaces all. Images that are no longer named are deleted. All stay as they are when left out.',
  })
  imageIds?: string[] | null;
}

@InputType({ description: 'A review to delete.' })
export class DeleteReviewInput {
  @Field(() => ID, { description: 'One of the viewer’s reviews.' })
  reviewId!: string;
}

@InputType({ description: 'A vote on a review.' })
export class VoteReviewInput {
  @Field(() => ID, { description: 'The review to vote on.' })
  reviewId!: string;

  @Field(() => ReviewVote, { nullable: true, description: 'The vote. Null, or leaving it out, removes the viewer’s vote.' })
  vote?: ReviewVote | null;
}

@InputType({ description: 'The merchant’s response to a review.' })
export class RespondToReviewInput {
  @Field(() => ID, { description: 'A review of one of the viewer’s products.' })
  reviewId!: string;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters. An empty response removes the earlier one.' })
  body!: string;
}

export const CreateReviewPayload = payloadType('CreateReviewPayload', 'Result of adding a review.', {
  review: field(() => Review, 'The added review.'),
  held: field(() => Boolean, 'Whether it is held until a moderator approves it. Null if the mutation failed.'),
});

export const UpdateReviewPayload = payloadType('UpdateReviewPayload', 'Result of editing a review.', {
  review: field(() => Review, 'The updated review.'),
  held: field(
    () => Boolean,
    'Whether it is hidden from others: held until a moderator approves it, or hidden by a moderator. Null if the mutation failed.',
  ),
});

export const DeleteReviewPayload = payloadType('DeleteReviewPayload', 'Result of deleting a review.', {
  deletedReviewId: field(() => ID, 'ID of the deleted review.'),
  product: field(() => Product, 'The product without the review, with its new rating.'),
});

export const VoteReviewPayload = payloadType('VoteReviewPayload', 'Result of voting on a review.', {
  review: field(() => Review, 'The updated review.'),
});

export const RespondToReviewPayload = payloadType('RespondToReviewPayload', 'Result of responding to a review.', {
  review: field(() => Review, 'The updated review.'),
});

export const ReviewAdded = eventType('ReviewAdded', 'A review was added.', {
  review: field(() => Review, 'The review. Null if it has been removed since.'),
  edge: field(
    () => edgeType(ReviewConnection),
    'The review’s edge in the product’s reviews, sorted by `NEWEST`. Null if it has been removed since.',
  ),
  product: field(() => Product, 'The reviewed product.'),
});

export const RatingChanged = eventType('RatingChanged', 'A product’s score changed.', {
  rating: field(() => ProductRating, 'The score right after this change. Its `liveCursor` is this event’s cursor.'),
  product: field(() => Product, 'The rated product, as it is now.'),
});

export const ReviewChanged = eventType('ReviewChanged', 'A review was added, edited or removed.', {
  kind: requiredField(() => ChangeKind, 'What happened to the review.'),
  reviewId: requiredField(() => ID, 'ID of the review, even if it was removed.'),
  review: field(() => Review, 'The review as it is now. Null if it was removed.'),
  edge: field(
    () => edgeType(ReviewConnection),
    'The review’s edge in the product’s reviews, sorted by `NEWEST`. Null unless `kind` is `ADDED`.',
  ),
  product: field(() => Product, 'The reviewed product.'),
});
