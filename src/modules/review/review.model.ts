import { Schema, type IndexOptions, type Model, type Types } from 'mongoose';
import type { ReviewDigest } from '../../opinions/index.js';
import type { AspectRatings } from '../../scoring/index.js';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';
import { productTopicsModel, type ProductTopicsModel } from './topics/review-topics.model.js';

export interface ResponseDocument {
  body: string;
  at: Date;
  by?: Types.ObjectId;
}

interface ImportedVotes {
  helpful: number;
  unhelpful: number;
}

export interface ReviewDocument extends AspectRatings {
  _id: Types.ObjectId;
  product: Types.ObjectId;
  author: Types.ObjectId;
  /** The overall rating in sixtieths of a star. */
  points: number;
  /** The overall rating as the nearest whole star, for filters. */
  stars: number;
  /** What lists are filtered by, as one number. */
  traits: number;
  /** What it counts in the weighted mean. */
  weight: number;
  title: string;
  body: string;
  imageUrls: string[];
  /** Uploaded images, in their order. */
  images?: Types.ObjectId[];
  verifiedPurchase: boolean;
  incentivised: boolean;
  helpful: number;
  unhelpful: number;
  /** The Wilson lower bound of its votes. */
  helpfulness: number;
  response: ResponseDocument | null;
  /** Only what is visible counts in the score. */
  visible: boolean;
  commentCount: number;
  createdAt: Date;
  editedAt: Date | null;
  source?: string;
  /** The votes that came along from there, among `helpful` and `unhelpful`. */
  importedVotes?: ImportedVotes;
  /** Whether it is not visible because its source does not show it. */
  hiddenAtSource?: boolean;
  /** What its text says of what; null or missing until the text has been read. */
  digest?: ReviewDigest | null;
}

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
  /** Whether it was out of sight when it was changed: then nobody is to read it later. */
  hidden?: boolean;
}

export interface ReviewVoteDocument {
  /** Review and voter, so that there is one vote each. */
  _id: string;
  review: Types.ObjectId;
  voter: Types.ObjectId;
  helpful: boolean;
  at: Date;
}

/** The sum of a category's ratings, split by product so that reviews of different products rarely meet at one document. */
export interface CategoryTallyDocument {
  _id: string;
  category: Types.ObjectId;
  count: number;
  points: number;
}

export interface ReviewModels {
  reviews: Model<ReviewDocument>;
  revisions: Model<ReviewRevisionDocument>;
  votes: Model<ReviewVoteDocument>;
  categoryTallies: Model<CategoryTallyDocument>;
  topics: ProductTopicsModel;
}

export function reviewModels(database: Database): ReviewModels {
  return {
    reviews: database.model('Review', reviewSchema(), 'reviews'),
    revisions: database.model('ReviewRevision', revisionSchema(), 'review_revisions'),
    votes: database.model('ReviewVote', voteSchema(), 'review_votes'),
    categoryTallies: database.model('CategoryTally', categoryTallySchema(), 'category_tallies'),
    topics: productTopicsModel(database),
  };
}

function reviewSchema(): Schema<ReviewDocument> {
  const response = nestedSchema<ResponseDocument>({
    body: { type: String, required: true },
    at: { type: Date, required: true },
    by: { type: Schema.Types.ObjectId },
  });
  const importedVotes = nestedSchema<ImportedVotes>({
    helpful: { type: Number, required: true },
    unhelpful: { type: Number, required: true },
  });
  const mention = nestedSchema<ReviewDigest['mentions'][number]>({
    topic: { type: String },
    sentiment: { type: Number },
    from: { type: Number },
    to: { type: Number },
  });
  const digest = nestedSchema<ReviewDigest>({
    version: { type: Number, required: true },
    language: { type: String },
    mentions: { type: [mention] as never },
    aspects: { type: [String], default: undefined },
  });
  const schema = documentSchema<ReviewDocument>({
    product: { type: Schema.Types.ObjectId, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    quality: { type: Number, default: null },
    price: { type: Number, default: null },
    service: { type: Number, default: null },
    points: { type: Number, required: true },
    stars: { type: Number, required: true },
    traits: { type: Number, required: true },
    weight: { type: Number, required: true },
    title: { type: String, default: '' },
    body: { type: String, default: '' },
    imageUrls: { type: [String], default: [] },
    images: { type: [Schema.Types.ObjectId] },
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
    source: { type: String },
    importedVotes: { type: importedVotes },
    hiddenAtSource: { type: Boolean },
    digest: { type: digest },
  });
  schema.index({ product: 1, author: 1 }, { unique: true });
  const speaks = { partialFilterExpression: { 'digest.aspects': { $exists: true } } };
  const filters: [Record<string, 1>, IndexOptions?][] = [[{}], [{ traits: 1 }], [{ 'digest.aspects': 1, traits: 1 }, speaks]];
  for (const [filtered, options] of filters) {
    schema.index({ product: 1, visible: 1, ...filtered, createdAt: -1, _id: -1 }, options);
    schema.index({ product: 1, visible: 1, ...filtered, helpfulness: -1, createdAt: -1, _id: -1 }, options);
    schema.index({ product: 1, visible: 1, ...filtered, points: -1, createdAt: -1, _id: -1 }, options);
  }
  schema.index({ 'response.by': 1 }, { sparse: true });
  schema.index({ 'digest.version': 1 });
  schema.index({ author: 1, visible: 1, createdAt: -1, _id: -1 });
  return schema;
}

function revisionSchema(): Schema<ReviewRevisionDocument> {
  const schema = documentSchema<ReviewRevisionDocument>({
    review: { type: Schema.Types.ObjectId, required: true },
    author: { type: Schema.Types.ObjectId, required: true },
    quality: { type: Number, default: null },
    price: { type: Number, default: null },
    service: { type: Number, default: null },
    title: { type: String, default: '' },
    body: { type: String, default: '' },
    imageUrls: { type: [String], default: [] },
    at: { type: Date, required: true },
    hidden: { type: Boolean },
  });
  schema.index({ review: 1, hidden: 1, at: -1, _id: -1 });
  schema.index({ author: 1 });
  return schema;
}

function voteSchema(): Schema<ReviewVoteDocument> {
  const schema = documentSchema<ReviewVoteDocument>(
    {
      _id: { type: String, required: true },
      review: { type: Schema.Types.ObjectId, required: true },
      voter: { type: Schema.Types.ObjectId, required: true },
      helpful: { type: Boolean, required: true },
      at: { type: Date, required: true },
    },
    { shardKey: { _id: 'hashed' } },
  );
  schema.index({ voter: 1, at: -1 });
  schema.index({ review: 1 });
  return schema;
}

function categoryTallySchema(): Schema<CategoryTallyDocument> {
  const schema = documentSchema<CategoryTallyDocument>({
    _id: { type: String, required: true },
    category: { type: Schema.Types.ObjectId, required: true },
    count: { type: Number, required: true },
    points: { type: Number, required: true },
  });
  schema.index({ category: 1 });
  return schema;
}
