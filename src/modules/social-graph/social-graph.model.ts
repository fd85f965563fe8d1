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

export const FollowModel = mongoose.model('Follow', followSchema, 'follows');
