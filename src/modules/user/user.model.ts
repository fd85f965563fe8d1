import mongoose, { Schema, type Types } from 'mongoose';
import type { Role } from '../../relay/context.js';

export interface UserDocument {
  _id: Types.ObjectId;
  handle: string;
  /** The handle in lower case, which must be unique. */
  handleKey: string;
  name: string;
  bio: string | null;
  avatarUrl: string | null;
  roles: Role[];
  createdAt: Date;
  /** When moderation shut the account out. */
  bannedAt?: Date | null;
  email?: string;
  passwordHash?: string;
  /** Who they are at the outside identity provider, as `issuer subject`. */
  identity?: string;
  /** Others are not shown this user as someone like them. */
  hiddenFromSuggestions?: boolean;
  /** Recommendations and the recommender's training leave this user's behaviour out. */
  withoutPersonalisation?: boolean;
  /** Where an imported user comes from. */
  source?: string;
}

const userSchema = new Schema<UserDocument>({
  handle: { type: String, required: true },
  handleKey: { type: String, required: true },
  name: { type: String, required: true },
  bio: { type: String, default: null },
  avatarUrl: { type: String, default: null },
  roles: { type: [String], required: true },
  createdAt: { type: Date, required: true },
  bannedAt: Date,
  email: String,
  passwordHash: String,
  identity: String,
  hiddenFromSuggestions: Boolean,
  withoutPersonalisation: Boolean,
  source: String,
});
userSchema.index({ handleKey: 1 }, { unique: true });
userSchema.index({ email: 1 }, { unique: true, partialFilterExpression: { email: { $exists: true } } });

userSchema.index({ identity: 1 }, { unique: true, partialFilterExpression: { identity: { $exists: true } } });
userSchema.index({ roles: 1 });
userSchema.index({ withoutPersonalisation: 1 }, { partialFilterExpression: { withoutPersonalisation: true } });

export const UserModel = mongoose.model('User', userSchema, 'users');

export interface SessionDocument {
  _id: Types.ObjectId;
  user: Types.ObjectId;
  /** SHA-256 of the one refresh token that is good now; every earlier one is spent. */
  refreshHash: string;
  createdAt: Date;
  expiresAt: Date;
}

const sessionSchema = new Schema<SessionDocument>({
  user: { type: Schema.Types.ObjectId, required: true },
  refreshHash: { type: String, required: true },
  createdAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
});
sessionSchema.index({ user: 1 });
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const SessionModel = mongoose.model('Session', sessionSchema, 'sessions');
