/** Who follows whom. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { listsBelow } from '../../store/below.js';
import { insertNew } from '../../store/documents.js';
import type { DomainEventBus } from '../domain-events.js';
import type { UserVerbs } from '../user/index.js';
import { noUser, type BlockService } from './block.service.js';
import type { FollowDocument, SocialGraphModels } from './social-graph.model.js';

const maxFollowed = 1000;

const followKey = (follower: Types.ObjectId): string[] => [`follows:${follower.toHexString()}`];

interface FollowDependencies {
  models: SocialGraphModels;
  realtime: Realtime;
  events: DomainEventBus;
  users: UserVerbs;
  blocks: BlockService;
}

export class FollowService {
  private readonly models: SocialGraphModels;

  constructor(private readonly dependencies: FollowDependencies) {
    this.models = dependencies.models;
  }

  /** Following twice is following once. @throws RulesBroken */
  async follow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
    const { blocks, events, realtime, users } = this.dependencies;
    if (follower.equals(followee)) throw broken('NOT_ALLOWED', 'You can’t follow yourself.', 'userId');
    if (!(await users.knows(followee))) throw noUser();
    await realtime.recordChange(followKey(follower), async (change) => {
      if (await blocks.isSeparated(followee, follower, change.session)) throw noUser();
      const { upsertedCount } = await this.models.follows.updateOne(
        { follower, followee },
        { $setOnInsert: { at: new Date() } },
        { upsert: true, session: change.session },
      );
      if (upsertedCount > 0) await events.emit(change, 'followed', { follower, followee });
    });
  }

  async unfollow(follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
    await this.dependencies.realtime.recordChange(followKey(follower), (change) => this.endFollow(change, follower, followee));
  }

  /** Blocks a user, which ends following in both directions. @throws RulesBroken */
  async block(blocker: Types.ObjectId, blocked: Types.ObjectId): Promise<void> {
    await this.dependencies.blocks.block(blocker, blocked, async (change) => {
      await this.endFollow(change, blocker, blocked);
      await this.endFollow(change, blocked, blocker);
    });
  }

  private async endFollow(change: Change, follower: Types.ObjectId, followee: Types.ObjectId): Promise<void> {
    const { deletedCount } = await this.models.follows.deleteOne({ follower, followee }, { session: change.session });
    if (deletedCount > 0) await this.dependencies.events.emit(change, 'unfollowed', { follower, followee });
  }

  /** Whom a user follows, the latest first, at most a thousand. */
  async followedBy(follower: Types.ObjectId): Promise<Types.ObjectId[]> {
    const follows = await this.models.follows.find({ follower }, { followee: 1 }).sort({ at: -1, _id: -1 }).limit(maxFollowed).lean();
    return follows.map(({ followee }) => followee);
  }

  /** Whom each of some users follows, the latest, in one query. */
  async latestFolloweesOf(
    followers: readonly Types.ObjectId[],
    limit: number,
  ): Promise<{ follower: Types.ObjectId; followees: Types.ObjectId[] }[]> {
    if (followers.length === 0) return [];
    const latest = [{ $sort: { at: -1, _id: -1 } }, { $limit: limit }, { $project: { _id: 0, followee: 1 } }];
    const found = await listsBelow<Pick<FollowDocument, 'followee'>>(this.models.follows, 'follower', followers, [latest]);
    return found.map(({ parent, rows }) => ({ follower: parent as Types.ObjectId, followees: rows.map(({ followee }) => followee) }));
  }

  /** A batch of a user's followers, in a fixed order. @param after the last follow of the batch before */
  async followersAfter(followee: Types.ObjectId, after: Types.ObjectId | null, limit: number): Promise<FollowDocument[]> {
    return await this.models.follows
      .find({ followee, ...(after && { _id: { $gt: after } }) })
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
  }

  /** Follows of another shop or data set, in bulk. @returns how many were new */
  async importFollows(follows: readonly FollowDocument[]): Promise<number> {
    return (await insertNew(this.models.follows, follows)).inserted;
  }

  /** How many `importFollows` would insert. */
  async previewFollows(follows: readonly FollowDocument[]): Promise<number> {
    const ids = [...new Map(follows.map(({ _id }) => [_id.toHexString(), _id])).values()];
    return ids.length - (await this.models.follows.countDocuments({ _id: { $in: ids } }));
  }
}

/** @param hidden whom the viewer does not see */
export function followeesOf(follower: Types.ObjectId, hidden: Types.ObjectId[] = []): ListDefinition {
  return {
    name: 'following',
    filter: { follower, ...(hidden.length > 0 && { followee: { $nin: hidden } }) },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

/** @param hidden whom the viewer does not see */
export function followersOf(followee: Types.ObjectId, hidden: Types.ObjectId[] = []): ListDefinition {
  return {
    name: 'followers',
    filter: { followee, ...(hidden.length > 0 && { follower: { $nin: hidden } }) },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}
