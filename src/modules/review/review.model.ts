import mongoose, { Schema, type Types } from 'mongoose';
import type { AspectRatings } from '../../scoring/index.js';

export interface ReviewDocument extends AspectRatings {
  _id: Types.ObjectId;
  product: Types.ObjectId;
  author: Types.ObjectId;
  /** The overall rating in sixtieths of a star. */
  points: number;
  /** The overall rating as the nearest whole star, for filters. */
  stars: number;
  /** What it counts in the weighted mean. */
  weight: number;
  title: string;
  body: string;
  imageUrls: string[];
  verifiedPurchase: boolean;
  incentivised: boolean;
  helpful: number;
  unhelpful: number;
  /** The Wilson lower bound of its votes. */
  helpfulness: number;
  response: { body: string; at: Date; by?: Types.ObjectId } | null;
  visible: boolean;
  commentCount: number;
  createdAt: Date;
  editedAt: Date | null;
  source?: string;
}

const response = new Schema({ body: String, at: Date, by: Schema.Types.ObjectId }, { _id: false });
const reviewSchema = new Schema<ReviewDocument>({
  product: { type: Schema.Types.ObjectId, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  quality: { type: Number, default: null },
  price: { type: Number, default: null },
  service: { type: Number, default: null },
  points: { type: Number, required: true },
  stars: { type: Number, required: true },
  weight: { type: Number, required: true },
  title: { type: String, default: '' },
  body: { type: String, default: '' },
  imageUrls: { type: [String], default: [] },
  verifiedPurchase: { type: Boolean, required: true },
  incentivised: { type: Boolean, default: false },
  helpful: { type: Number, default: 0 },
  unhelpful: { type: Number, default: 0 },
  helpfulness: { type: Number, default: 0 },
  response: { type: response, default: null },
  visible: { type: Boolean, default: true },
  commentCount: { type: Number, default: 0 },
  createdAt: { type: Date, required: true },
  editedAt: { type: Date, default: null },
  source: String,
});
reviewSchema.index({ product: 1, author: 1 }, { unique: true });
reviewSchema.index({ product: 1, visible: 1, createdAt: -1, _id: -1 });
reviewSchema.index({ product: 1, visible: 1, helpfulness: -1, createdAt: -1, _id: -1 });
reviewSchema.index({ product: 1, visible: 1, points: -1, createdAt: -1, _id: -1 });
reviewSchema.index({ 'response.by': 1 }, { sparse: true });
reviewSchema.index({ author: 1, visible: 1, createdAt: -1, _id: -1 });

export const ReviewModel = mongoose.model('Review', reviewSchema, 'reviews');

/** A review as it was before an edit. */
export interface ReviewRevisionDocument extends AspectRatings {
  _id: Types.ObjectId;
  review: Types.ObjectId;
  author: Types.ObjectId;
  title: string;
  body: string;
  imageUrls: string[];
  /** When it was written. */
  at: Date;
}

const revisionSchema = new Schema<ReviewRevisionDocument>({
  review: { type: Schema.Types.ObjectId, required: true },
  author: { type: Schema.Types.ObjectId, required: true },
  quality: { type: Number, default: null },
  price: { type: Number, default: null },
  service: { type: Number, default: null },
  title: { type: String, default: '' },
  body: { type: String, default: '' },
  imageUrls: { type: [String], default: [] },
  at: { type: Date, required: true },
});
revisionSchema.index({ review: 1, at: -1, _id: -1 });
revisionSchema.index({ author: 1 });

export const ReviewRevisionModel = mongoose.model('ReviewRevision', revisionSchema, 'review_revisions');

export interface ReviewVoteDocument {
  /** Review and voter, so that there is one vote each. */
  _id: string;
  review: Types.ObjectId;
  voter: Types.ObjectId;
  helpful: boolean;
  at: Date;
}

const voteSchema = new Schema<ReviewVoteDocument>({
  _id: { type: String, required: true },
  review: { type: Schema.Types.ObjectId, required: true },
  voter: { type: Schema.Types.ObjectId, required: true },
  helpful: { type: Boolean, required: true },
  at: { type: Date, required: true },
});
voteSchema.index({ voter: 1, at: -1 });
voteSchema.index({ review: 1 });

export const ReviewVoteModel = mongoose.model('ReviewVote', voteSchema, 'review_votes');

/** The sum of a category's ratings, split by product so that reviews of different products rarely meet at one document. */
export interface CategoryTallyDocument {
  _id: string;
  category: Types.ObjectId;
  count: number;
  points: number;
}

const categoryTallySchema = new Schema<CategoryTallyDocument>({
  _id: { type: String, required: true },
  category: { type: Schema.Types.ObjectId, required: true },
  count: { type: Number, required: true },
  points: { type: Number, required: true },
});
categoryTallySchema.index({ category: 1 });

export const CategoryTallyModel = mongoose.model('CategoryTally', categoryTallySchema, 'category_tallies');
