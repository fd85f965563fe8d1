import { InputRules } from '../../input-rules.js';
import type { Types } from 'mongoose';
import { publicProjection, type PublicUser } from './user.loader.js';
import { UserModel } from './user.model.js';

export async function findByHandle(handle: string): Promise<PublicUser | null> {
  return UserModel.findOne({ handleKey: handle.toLowerCase() }, publicProjection).lean();
}

/** Who goes by these handles, in any case; those nobody has are left out. */
export async function usersByHandle(handles: string[]): Promise<{ _id: Types.ObjectId; handle: string }[]> {
  if (handles.length === 0) return [];
  const handleKey = { $in: handles.map((handle) => handle.toLowerCase()) };
  return await UserModel.find({ handleKey }, { handle: 1 }).lean();
}

export async function emailOf(userId: Types.ObjectId): Promise<string | null> {
  const user = await UserModel.findById(userId, { email: 1 }).lean();
  return user?.email ?? null;
}

export interface ProfileChange {
  name?: string | null;
  bio?: string | null;
  avatarUrl?: string | null;
}

/** Changes what is given; null clears what may be empty. @throws RulesBroken */
export async function updateProfile(userId: Types.ObjectId, change: ProfileChange): Promise<PublicUser> {
  const rules = new InputRules().text(change.bio, { most: 1000 }, 'bio');
  if (change.name !== undefined) rules.text(change.name, { least: 1, most: 100 }, 'name');
  rules.check();
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const updated = await UserModel.findOneAndUpdate(
    { _id: userId },
    { $set: given },
    { returnDocument: 'after', projection: publicProjection },
  ).lean();
  return updated!;
}
