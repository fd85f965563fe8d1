/** Activities, and how they come into the feeds of those who follow whoever did them. */
import { Types } from 'mongoose';
import type { ListDefinition } from '../../relay/connection.js';
import { dropTopics, type Change } from '../../realtime/index.js';
import { onFollows } from '../social-graph/index.js';
import { registerOwnedDocuments, registerPersonalData } from '../user/index.js';
import { ActivityModel, FeedItemModel, type ActivityDocument, type ActivityKindName, type FeedItemDocument } from './feed.model.js';

/** Announced whenever there is something to bring into feeds. */
export const outboxTopic = 'feed-outbox';

export const feedTopic = (owner: Types.ObjectId): string => `feed:${owner.toHexString()}`;

/** How much of the past comes into a feed with whom one begins to follow. */
const backfilled = 20;

export interface Activity {
  actor: Types.ObjectId;
  kind: ActivityKindName;
  subject: { type: string; id: Types.ObjectId };
}

/** Notes what somebody did, in the transaction of the deed; the followers' feeds follow soon. */
export async function recordActivity(change: Change, { actor, kind, subject }: Activity): Promise<void> {
  const activity: ActivityDocument = {
    _id: new Types.ObjectId(),
    actor,
    kind,
    subjectType: subject.type,
    subject: subject.id,
    at: new Date(),
    pending: { after: null, until: new Date(0) },
  };
  await ActivityModel.collection.insertOne(activity, { session: change.session });
  change.announce(outboxTopic);
}

/** What was done is undone: it leaves every feed. */
export async function withdrawActivity(change: Change, subject: Types.ObjectId): Promise<void> {
  await ActivityModel.deleteMany({ subject }, { session: change.session });
  await FeedItemModel.deleteMany({ subject }, { session: change.session });
}

export function feedItemOf(owner: Types.ObjectId, { _id, actor, kind, subjectType, subject, at }: ActivityDocument): FeedItemDocument {
  return { _id: new Types.ObjectId(), owner, activity: _id, actor, kind, subjectType, subject, at };
}

export function feedList(owner: Types.ObjectId): ListDefinition {
  return {
    name: 'feed',
    filter: { owner },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

onFollows({
  async onFollow({ session }, follower, followee) {
    const past = await ActivityModel.find({ actor: followee }).sort({ at: -1 }).limit(backfilled).session(session).lean();
    const known = await FeedItemModel.find({ owner: follower, activity: { $in: past.map(({ _id }) => _id) } }, { activity: 1 })
      .session(session)
      .lean();
    const fresh = past.filter(({ _id }) => !known.some(({ activity }) => activity.equals(_id)));
    if (fresh.length > 0)
      await FeedItemModel.collection.insertMany(
        fresh.map((activity) => feedItemOf(follower, activity)),
        { session },
      );
  },
  onUnfollow: async ({ session }, follower, followee) =>
    void (await FeedItemModel.deleteMany({ owner: follower, actor: followee }, { session })),
});

registerOwnedDocuments({ name: 'activities', model: ActivityModel, owner: 'actor', erase: 'DELETE' });
registerOwnedDocuments({ name: 'feed', model: FeedItemModel, owner: 'owner', erase: 'DELETE' });
registerPersonalData({
  name: 'feedsOfFollowers',
  collect: async () => [],
  async erase({ session, user }) {
    await FeedItemModel.deleteMany({ actor: user }, { session });
    await dropTopics(session, [feedTopic(user)]);
  },
});
