import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insertMissing } from '../../store/bulk.js';
import { UserModel } from '../user/index.js';
import { hiddenAuthorsTopic, recordChange } from '../../realtime/index.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { BlockModel, FollowModel, type FollowDocument } from './social-graph.model.js';

/** Blocking twice is blocking once. It ends following in both directions. @throws RulesBroken */
export async function block(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
  if (blocker.equals(blocked)) throw broken('NOT_ALLOWED', 'You cannot block yourself.', 'userId');
  if (!(await UserModel.exists({ _id: blocked }))) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
  await recordChange([`blocks:${blocker.toHexString()}`], async ({ session, announce }) => {
    await BlockModel.updateOne({ blocker, blocked }, { $setOnInsert: { at: new Date() } }, { upsert: true, session });
    const both = [
      { follower: blocker, followee: blocked },
      { follower: blocked, followee: blocker },
    ];
    await FollowModel.deleteMany({ $or: both }, { session });
    announce(hiddenAuthorsTopic(blocker));
  });
}

export async function unblock(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
  await recordChange([`blocks:${blocker.toHexString()}`], async ({ session, announce }) => {
    await BlockModel.deleteOne({ blocker, blocked }, { session });
    announce(hiddenAuthorsTopic(blocker));
  });
}

const mostBlocked = 1000;

/** Whom a user has blocked, at most a thousand. */
async function blockedBy(blocker: Types.ObjectId): Promise<Types.ObjectId[]> {
  const blocks = await BlockModel.find({ blocker }, { blocked: 1 }).sort({ at: -1, _id: -1 }).limit(mostBlocked).lean();
  return blocks.map(({ blocked }) => blocked);
}

/** The same as a set, for live streams. */
export async function hiddenAuthorsOf(user: Types.ObjectId): Promise<ReadonlySet<string>> {
  return new Set((await blockedBy(user)).map((id) => id.toHexString()));
}

/** Whether one of them has blocked the other. */
export async function isBlocked(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<boolean> {
  return (await BlockModel.exists({ blocker, blocked })) !== null;
}

const blocksOfViewer: LoaderDefinition<Types.ObjectId, Types.ObjectId[]> = {
  cacheKey: (viewer) => viewer.toHexString(),
  batch: (viewers) => Promise.all(viewers.map(blockedBy)),
};

/** Whose content the viewer of a request does not see. */
export async function hiddenFrom(context: RequestContext): Promise<Types.ObjectId[]> {
  return context.signedIn ? context.require(blocksOfViewer, context.signedIn.userId) : [];
}

export function blockList(blocker: Types.ObjectId): ListDefinition {
  return {
    name: 'blocked',
    filter: { blocker },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

/** Following twice is following once. @throws RulesBroken */
export async function follow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  if (await isBlocked(followee, follower)) throw broken('NOT_ALLOWED', 'This user does not want that.', 'userId');
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
