import { Schema, type Model, type Types } from 'mongoose';
import type { AccountTokenDocument } from './account-tokens.js';
import type { ClaimDocument } from './claims.js';
import type { Language } from '../../messages/index.js';
import type { Role } from '../../relay/context.js';
import type { Database } from '../../store/database.js';
import { documentSchema } from '../../store/documents.js';

export interface UserDocument {
  _id: Types.ObjectId;
  handle: string;
  name: string;
  bio: string | null;
  avatarUrl: string | null;
  /** The uploaded avatar. */
  avatar?: Types.ObjectId | null;
  roles: Role[];
  createdAt: Date;
  /** The words by which the user is found. */
  searchTerms: string[];
  /** When moderation banned the account. */
  bannedAt?: Date | null;
  /** Since when whatever they write waits for a moderator. */
  restrictedAt?: Date | null;
  /** When the profile was last changed. */
  profileEditedAt?: Date;
  /** The address, sealed. Who has it is in the claims. */
  sealedEmail?: string;
  /** When the owner of the address said that it is theirs. */
  emailConfirmedAt?: Date | null;
  passwordHash?: string;
  /** How often all that was begun with the account's credentials came to nothing: with each new password, and each ban. */
  epoch?: number;
  /** Who they are at the outside identity provider, as `issuer subject`. */
  identity?: string;
  /** Others are not shown this user as someone like them. */
  hiddenFromSuggestions?: boolean;
  /** Recommendations and the recommender's training leave this user's behaviour out. */
  withoutPersonalisation?: boolean;
  /** In which mails are written to them, where it is known. */
  language?: Language;
  /** Where an imported user comes from. */
  source?: string;
  /** The address that an imported user had there, sealed: private, and no way to sign in. */
  sealedImportedEmail?: string;
  /** What another system calls the user, and which. */
  externalId?: string;
  externalSource?: string;
  /** When they last changed there, as far as it was told. */
  externalUpdatedAt?: Date;
  /** Which key sealed the addresses. */
  addressKey?: string;
}

export interface SessionDocument {
  /** Random: who has it can ask for nothing with it, and nobody can guess it. */
  _id: string;
  /** Names the session to its owner. */
  publicId: Types.ObjectId;
  user: Types.ObjectId;
  /** The account's epoch when the credentials were checked: a session of an earlier one is none. Unknown for those of earlier releases. */
  epoch?: number;
  /** What its refresh tokens follow from, together with the server's secret. */
  refreshSecret: string;
  /** How often it was refreshed. The refresh token that is good now has this number; every earlier one is spent. */
  generation: number;
  /** When the latest refresh tokens were exchanged, the last one last. */
  exchanges: Date[];
  /** What the client says it is. */
  device: string | null;
  createdAt: Date;
  /** When it was last refreshed. */
  lastUsedAt: Date;
  /** When it ends however often it is refreshed. */
  endsAt: Date;
  /** When it ends unless it is refreshed. */
  expiresAt: Date;
}

export interface UserModels {
  users: Model<UserDocument>;
  sessions: Model<SessionDocument>;
  claims: Model<ClaimDocument>;
  accountTokens: Model<AccountTokenDocument>;
}

export function userModels(database: Database): UserModels {
  return {
    users: database.model('User', userSchema(), 'users'),
    sessions: database.model('Session', sessionSchema(), 'sessions'),
    claims: database.model('UserClaim', claimSchema(), 'user_claims'),
    accountTokens: database.model('AccountToken', accountTokenSchema(), 'account_tokens'),
  };
}

function userSchema(): Schema<UserDocument> {
  const schema = documentSchema<UserDocument>({
    handle: { type: String, required: true },
    name: { type: String, required: true },
    bio: { type: String, default: null },
    avatarUrl: { type: String, default: null },
    avatar: { type: Schema.Types.ObjectId },
    roles: { type: [String], required: true },
    createdAt: { type: Date, required: true },
    searchTerms: { type: [String], required: true },
    bannedAt: { type: Date },
    restrictedAt: { type: Date },
    profileEditedAt: { type: Date },
    sealedEmail: { type: String },
    emailConfirmedAt: { type: Date },
    passwordHash: { type: String },
    epoch: { type: Number },
    identity: { type: String },
    hiddenFromSuggestions: { type: Boolean },
    withoutPersonalisation: { type: Boolean },
    language: { type: String },
    source: { type: String },
    sealedImportedEmail: { type: String },
    addressKey: { type: String },
    externalId: { type: String },
    externalSource: { type: String },
    externalUpdatedAt: { type: Date },
  });
  schema.index({ externalSource: 1, externalId: 1 }, { unique: true, partialFilterExpression: { externalId: { $exists: true } } });
  schema.index({ source: 1 }, { partialFilterExpression: { source: { $exists: true } } });
  schema.index({ addressKey: 1 }, { partialFilterExpression: { addressKey: { $exists: true } } });
  schema.index({ roles: 1 });
  schema.index({ searchTerms: 1 });
  schema.index({ withoutPersonalisation: 1 }, { partialFilterExpression: { withoutPersonalisation: true } });
  return schema;
}

function sessionSchema(): Schema<SessionDocument> {
  const schema = documentSchema<SessionDocument>({
    _id: { type: String, required: true },
    publicId: { type: Schema.Types.ObjectId, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    epoch: { type: Number },
    refreshSecret: { type: String, required: true },
    generation: { type: Number, required: true },
    exchanges: { type: [Date], required: true },
    device: { type: String, default: null },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ user: 1, lastUsedAt: -1, publicId: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function claimSchema(): Schema<ClaimDocument> {
  const schema = documentSchema<ClaimDocument>({
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
  });
  schema.index({ user: 1 });
  return schema;
}

function accountTokenSchema(): Schema<AccountTokenDocument> {
  const schema = documentSchema<AccountTokenDocument>({
    _id: { type: String, required: true },
    user: { type: Schema.Types.ObjectId, required: true },
    purpose: { type: String, required: true },
    epoch: { type: Number },
    sealedEmail: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  });
  schema.index({ user: 1, createdAt: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}
