import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insertMissing } from '../../store/bulk.js';
import { registerOwnedDocuments, registerPersonalData, UserModel } from '../user/index.js';
import { hiddenAuthorsTopic, recordChange, type Change } from '../../realtime/index.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { BlockModel, FollowModel, type FollowDocument } from './social-graph.model.js';

/** Blocking twice is blocking once. It ends following in both directions. @throws RulesBroken */
export async function block(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
  if (blocker.equals(blocked)) throw broken('NOT_ALLOWED', 'You cannot block yourself.', 'userId');
  if (!(await UserModel.exists({ _id: blocked }))) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
  await recordChange([`blocks:${blocker.toHexString()}`], async (change) => {
    const { session, announce } = change;
    await BlockModel.updateOne({ blocker, blocked }, { $setOnInsert: { at: new Date() } }, { upsert: true, session });
    const both = [
      { follower: blocker, followee: blocked },
      { follower: blocked, followee: blocker },
    ];
    for (const { follower, followee } of both) await endFollow(change, follower, followee);
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

/** Which of these users have blocked somebody. */
export async function blockersAmong(users: Types.ObjectId[], blocked: Types.ObjectId): Promise<ReadonlySet<string>> {
  const blocks = await BlockModel.find({ blocker: { $in: users }, blocked }, { blocker: 1 }).lean();
  return new Set(blocks.map(({ blocker }) => blocker.toHexString()));
}

const blocksOfViewer: LoaderDefinition<Types.ObjectId, Types.ObjectId[]> = {
  cacheKey: (viewer) => viewer.toHexString(),
  batch: (viewers) => Promise.all(viewers.map(blockedBy)),
};

/** Whose content the viewer of a request does not see. */
export async function hiddenFrom(context: RequestContext): Promise<Types.ObjectId[]> {
  return context.signedIn ? context.require(blocksOfViewer, context.signedIn.userId) : [];
}

/** Whether the viewer of a request has blocked an author, and so sees nothing of theirs. */
export async function isHiddenFrom(context: RequestContext, author: Types.ObjectId): Promise<boolean> {
  return (await hiddenFrom(context)).some((hidden) => hidden.equals(author));
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

/** What else happens, in the same transaction, when a user begins or ceases to follow another. */
export interface FollowListener {
  onFollow(change: Change, follower: Types.ObjectId, followee: Types.ObjectId): Promise<void>;
  onUnfollow(change: Change, follower: Types.ObjectId, followee: Types.ObjectId): Promise<void>;
}

const followListeners: Partial<FollowListener>[] = [];

export function onFollows(listener: Partial<FollowListener>): void {
  followListeners.push(listener);
}

const followKey = (follower: Types.ObjectId): string[] => [`follows:${follower.toHexString()}`];

/** Following twice is following once. @throws RulesBroken */
export async function follow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  if (await isBlocked(followee, follower)) throw broken('NOT_ALLOWED', 'This user does not want that.', 'userId');
  if (follower.equals(followee)) throw broken('NOT_ALLOWED', 'You cannot follow yourself.', 'userId');
  if (!(await UserModel.exists({ _id: followee }))) throw broken('NOT_FOUND', 'There is no such user.', 'userId');
  await recordChange(followKey(follower), async (change) => {
    const { upsertedCount } = await FollowModel.updateOne(
      { follower, followee },
      { $setOnInsert: { at: new Date() } },
      { upsert: true, session: change.session },
    );
    if (upsertedCount === 0) return;
    for (const listener of followListeners) await listener.onFollow?.(change, follower, followee);
  });
}

export async function unfollow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  await recordChange(followKey(follower), (change) => endFollow(change, follower, followee));
}

async function endFollow(change: Change, follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
  const { deletedCount } = await FollowModel.deleteOne({ follower, followee }, { session: change.session });
  if (deletedCount === 0) return;
  for (const listener of followListeners) await listener.onUnfollow?.(change, follower, followee);
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

/** A batch of a user's followers, in a fixed order. @param after the last follow of the batch before */
export async function followersAfter(followee: Types.ObjectId, after: Types.ObjectId | null, limit: number): Promise<FollowDocument[]> {
  return await FollowModel.find({ followee, ...(after && { _id: { $gt: after } }) })
    .sort({ _id: 1 })
    .limit(limit)
    .lean();
}

/** Every follow, for training. */
export function allFollows(): AsyncIterable<FollowDocument> {
  return FollowModel.collection.find<FollowDocument>({}, { batchSize: 100 });
}

/** Follows of another shop or data set, in bulk. @returns how many were new */
export function importFollows(follows: FollowDocument[]): Promise<number> {
  return insertMissing(FollowModel, follows);
}

registerOwnedDocuments({ name: 'following', model: FollowModel, owner: 'follower', erase: 'DELETE' });
registerOwnedDocuments({ name: 'followers', model: FollowModel, owner: 'followee', erase: 'DELETE' });
registerOwnedDocuments({ name: 'blockedUsers', model: BlockModel, owner: 'blocker', erase: 'DELETE' });
registerPersonalData({
  name: 'blockedBy',
  collect: async () => [],
  erase: async ({ session, user }) => void (await BlockModel.deleteMany({ blocked: user }, { session })),
});
