import mongoose, { Schema, type Types } from 'mongoose';

export const activityKinds = ['REVIEWED', 'ASKED', 'ANSWERED', 'SHARED', 'REFERRED'] as const;
export type ActivityKindName = (typeof activityKinds)[number];

/** What somebody did that their followers see. It is also the outbox: what is pending has not reached all feeds. */
export interface ActivityDocument {
  _id: Types.ObjectId;
  actor: Types.ObjectId;
  kind: ActivityKindName;
  subjectType: string;
  subject: Types.ObjectId;
  at: Date;
  pending?: {
    /** The last follow whose feed has it. */
    after: Types.ObjectId | null;
    /** Until when a process has it in hand. */
    until: Date;
  };
}

const kept = 90 * 24 * 60 * 60;

const activitySchema = new Schema<ActivityDocument>({
  actor: { type: Schema.Types.ObjectId, required: true },
  kind: { type: String, required: true },
  subjectType: { type: String, required: true },
  subject: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
  pending: { type: new Schema({ after: Schema.Types.ObjectId, until: Date }, { _id: false }) },
});
activitySchema.index({ 'pending.until': 1 }, { partialFilterExpression: { pending: { $exists: true } } });
activitySchema.index({ actor: 1, at: -1 });
activitySchema.index({ subject: 1 });
activitySchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const ActivityModel = mongoose.model('Activity', activitySchema, 'activities');

/** An activity in the feed of one follower. */
export interface FeedItemDocument {
  _id: Types.ObjectId;
  owner: Types.ObjectId;
  activity: Types.ObjectId;
  actor: Types.ObjectId;
  kind: ActivityKindName;
  subjectType: string;
  subject: Types.ObjectId;
  at: Date;
}

const feedItemSchema = new Schema<FeedItemDocument>({
  owner: { type: Schema.Types.ObjectId, required: true },
  activity: { type: Schema.Types.ObjectId, required: true },
  actor: { type: Schema.Types.ObjectId, required: true },
  kind: { type: String, required: true },
  subjectType: { type: String, required: true },
  subject: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
});
feedItemSchema.index({ owner: 1, activity: 1 }, { unique: true });
feedItemSchema.index({ owner: 1, at: -1, _id: -1 });
feedItemSchema.index({ owner: 1, actor: 1 });
feedItemSchema.index({ actor: 1 });
feedItemSchema.index({ subject: 1 });
feedItemSchema.index({ at: 1 }, { expireAfterSeconds: kept });

export const FeedItemModel = mongoose.model('FeedItem', feedItemSchema, 'feed_items');
