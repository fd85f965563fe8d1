import mongoose, { Schema, type Types } from 'mongoose';

export interface FollowDocument {
  _id: Types.ObjectId;
  follower: Types.ObjectId;
  followee: Types.ObjectId;
  at: Date;
}

const followSchema = new Schema<FollowDocument>({
  follower: { type: Schema.Types.ObjectId, required: true },
  followee: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
});
followSchema.index({ follower: 1, followee: 1 }, { unique: true });
followSchema.index({ follower: 1, at: -1, _id: -1 });
followSchema.index({ followee: 1, at: -1, _id: -1 });
followSchema.index({ followee: 1, _id: 1 });

export interface BlockDocument {
  _id: Types.ObjectId;
  blocker: Types.ObjectId;
  blocked: Types.ObjectId;
  at: Date;
}

const blockSchema = new Schema<BlockDocument>({
  blocker: { type: Schema.Types.ObjectId, required: true },
  blocked: { type: Schema.Types.ObjectId, required: true },
  at: { type: Date, required: true },
});
blockSchema.index({ blocker: 1, blocked: 1 }, { unique: true });
blockSchema.index({ blocker: 1, at: -1, _id: -1 });
blockSchema.index({ blocked: 1 });

export const BlockModel = mongoose.model('Block', blockSchema, 'blocks');

export const FollowModel = mongoose.model('Follow', followSchema, 'follows');
