import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema, nestedSchema } from '../../store/documents.js';

export const activityKinds = ['REVIEWED', 'ASKED', 'ANSWERED', 'SHARED', 'REFERRED'] as const;
export type ActivityKindName = (typeof activityKinds)[number];

interface Delivery {
  /** The last follow whose feed has it. */
  after: Types.ObjectId | null;
  /** Until when a process has it in hand. */
  until: Date;
}

/** What somebody did that their followers see. It is also the outbox: what is pending has not reached all feeds. */
export interface ActivityDocument {
  _id: Types.ObjectId;
  actor: Types.ObjectId;
  kind: ActivityKindName;
  subjectType: string;
  subject: Types.ObjectId;
  at: Date;
  pending?: Delivery;
}

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

export interface FeedModels {
  activities: Model<ActivityDocument>;
  items: Model<FeedItemDocument>;
}

/** @param retention in milliseconds, for how long activities are kept */
export function feedModels(database: Database, retention: number): FeedModels {
  return {
    activities: database.model('Activity', activitySchema(retention), 'activities'),
    items: database.model('FeedItem', feedItemSchema(retention), 'feed_items'),
  };
}

function activitySchema(retention: number): Schema<ActivityDocument> {
  const delivery = nestedSchema<Delivery>({
    after: { type: Schema.Types.ObjectId, default: null },
    until: { type: Date, required: true },
  });
  const schema = documentSchema<ActivityDocument>({
    actor: { type: Schema.Types.ObjectId, required: true },
    kind: { type: String, required: true, enum: activityKinds },
    subjectType: { type: String, required: true },
    subject: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    pending: { type: delivery },
  });
  schema.index({ 'pending.until': 1 }, { partialFilterExpression: { pending: { $exists: true } } });
  schema.index({ actor: 1, at: -1 });
  schema.index({ subject: 1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function feedItemSchema(retention: number): Schema<FeedItemDocument> {
  const schema = documentSchema<FeedItemDocument>(
    {
      owner: { type: Schema.Types.ObjectId, required: true },
      activity: { type: Schema.Types.ObjectId, required: true },
      actor: { type: Schema.Types.ObjectId, required: true },
      kind: { type: String, required: true, enum: activityKinds },
      subjectType: { type: String, required: true },
      subject: { type: Schema.Types.ObjectId, required: true },
      at: { type: Date, required: true },
    },
    { shardKey: { owner: 1, activity: 1 } },
  );
  schema.index({ owner: 1, activity: 1 }, { unique: true });
  schema.index({ owner: 1, at: -1, _id: -1 });
  schema.index({ owner: 1, actor: 1 });
  schema.index({ actor: 1 });
  schema.index({ subject: 1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}
