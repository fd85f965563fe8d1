import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insertMissing } from '../../store/bulk.js';
import { UserModel } from '../user/index.js';
import { FollowModel, type FollowDocument } from './social-graph.model.js';

/** Following twice is following once. @throws RulesBroken */
export async function follow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  if (follower.equals(followee)) throw broken('NOT_ALLOWED', 'You cannot follow yourself.', 'userId');
  if (!(await UserModel.exists({ _id: followee }))) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
  await FollowModel.updateOne({ follower, followee }, { $setOnInsert: { at: new Date() } }, { upsert: true });
}

export async function unfollow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  await FollowModel.deleteOne({ follower, followee });
}

export function followeesOf(follower: Types.ObjectId): ListDefinition {
  return {
    name: 'following',
    filter: { follower },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

export function followersOf(followee: Types.ObjectId): ListDefinition {
  return {
    name: 'followers',
    filter: { followee },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

const longestList = 1000;

/** Whom a user follows, the latest first, at most a thousand. */
export async function followedBy(follower: Types.ObjectId): Promise<Types.ObjectId[]> {
  const follows = await FollowModel.find({ follower }, { followee: 1 }).sort({ at: -1, _id: -1 }).limit(longestList).lean();
  return follows.map(({ followee }) => followee);
}

/** Every follow, for training. */
export function allFollows(): AsyncIterable<FollowDocument> {
  return FollowModel.collection.find<FollowDocument>({}, { batchSize: 5000 });
}

/** Follows of another shop or data set, in bulk. @returns how many were new */
export function importFollows(follows: FollowDocument[]): Promise<number> {
  return insertMissing(FollowModel, follows);
}
