import { Schema, type Model, type Types } from 'mongoose';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

/** What people do with products besides reviewing and ordering them; an impression is what they saw recommended. */
export const trackedKinds = ['VIEW', 'CLICK', 'ADD_TO_CART', 'IMPRESSION'] as const;
export type TrackedKind = (typeof trackedKinds)[number];

export interface BehaviourEventDocument {
  /** Who and the client's own id of the event, so that sending it twice counts once. */
  _id: string;
  user: Types.ObjectId | null;
  visitor: string | null;
  product: Types.ObjectId;
  kind: TrackedKind;
  at: Date;
}

/** All that one user ever did with one product: the recommender's input. */
export interface InteractionDocument {
  _id: Types.ObjectId;
  user: Types.ObjectId;
  product: Types.ObjectId;
  views: number;
  carts: number;
  purchases: number;
  comments: number;
  /** Questions asked and answered. */
  questions?: number;
  shares?: number;
  /** How often the user recommended it to somebody. */
  referrals?: number;
  /** How often the user clicked on it where it was recommended. */
  clicks?: number;
  /** The overall rating in sixtieths of a star, where the user has reviewed the product. */
  points: number | null;
  lastAt: Date;
  /** The last time of what stays when somebody withdraws from tracking; undefined where there is none, or from before it was kept. */
  keptAt?: Date;
}

export interface BehaviourModels {
  events: Model<BehaviourEventDocument>;
  interactions: Model<InteractionDocument>;
}

/** @param eventRetention in milliseconds, for how long single events are kept */
export function behaviourModels(database: Database, eventRetention: number): BehaviourModels {
  return {
    events: database.model('BehaviourEvent', eventSchema(eventRetention), 'behaviour_events'),
    interactions: database.model('Interaction', interactionSchema(), 'interactions'),
  };
}

function eventSchema(retention: number): Schema<BehaviourEventDocument> {
  const schema = documentSchema<BehaviourEventDocument>(
    {
      _id: { type: String, required: true },
      user: { type: Schema.Types.ObjectId, default: null },
      visitor: { type: String, default: null },
      product: { type: Schema.Types.ObjectId, required: true },
      kind: { type: String, required: true, enum: trackedKinds },
      at: { type: Date, required: true },
    },
    { shardKey: { visitor: 1, _id: 1 } },
  );
  schema.index({ user: 1, at: -1 });
  schema.index({ visitor: 1, at: -1 });
  schema.index({ product: 1, at: -1 });
  schema.index({ at: 1 }, { expireAfterSeconds: retention / 1000 });
  return schema;
}

function interactionSchema(): Schema<InteractionDocument> {
  const schema = documentSchema<InteractionDocument>(
    {
      user: { type: Schema.Types.ObjectId, required: true },
      product: { type: Schema.Types.ObjectId, required: true },
      views: { type: Number, default: 0 },
      carts: { type: Number, default: 0 },
      purchases: { type: Number, default: 0 },
      comments: { type: Number, default: 0 },
      questions: { type: Number, default: 0 },
      shares: { type: Number, default: 0 },
      referrals: { type: Number, default: 0 },
      clicks: { type: Number, default: 0 },
      points: { type: Number, default: null },
      lastAt: { type: Date, required: true },
      keptAt: { type: Date },
    },
    { shardKey: { user: 1, product: 1 } },
  );
  schema.index({ user: 1, product: 1 }, { unique: true });
  schema.index({ user: 1, lastAt: -1 });
  schema.index({ product: 1, lastAt: -1 });
  schema.index({ lastAt: -1 });
  return schema;
}
