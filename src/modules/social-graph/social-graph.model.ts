import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export interface FollowDocument {
  _id: Types.ObjectId;
  follower: Types.ObjectId;
  followee: Types.ObjectId;
  at: Date;
}

export interface BlockDocument {
  _id: Types.ObjectId;
  blocker: Types.ObjectId;
  blocked: Types.ObjectId;
  at: Date;
}

export interface SocialGraphModels {
  follows: Model<FollowDocument>;
  blocks: Model<BlockDocument>;
}

export function socialGraphModels(database: Database): SocialGraphModels {
  return {
    follows: database.model('Follow', followSchema(), 'follows'),
    blocks: database.model('Block', blockSchema(), 'blocks'),
  };
}

function followSchema(): Schema<FollowDocument> {
  const schema = documentSchema<FollowDocument>({
    follower: { type: Schema.Types.ObjectId, required: true },
    followee: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ follower: 1, followee: 1 }, { unique: true });
  schema.index({ follower: 1, at: -1, _id: -1 });
  schema.index({ followee: 1, at: -1, _id: -1 });
  schema.index({ followee: 1, _id: 1 });
  return schema;
}

function blockSchema(): Schema<BlockDocument> {
  const schema = documentSchema<BlockDocument>({
    blocker: { type: Schema.Types.ObjectId, required: true },
    blocked: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
  });
  schema.index({ blocker: 1, blocked: 1 }, { unique: true });
  schema.index({ blocker: 1, at: -1, _id: -1 });
  schema.index({ blocked: 1 });
  return schema;
}
