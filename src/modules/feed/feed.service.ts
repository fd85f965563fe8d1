/** Activities, and how they come into the feeds of those who follow whoever did them. */
import { Types } from 'mongoose';
import type { Change } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { insert } from '../../store/documents.js';
import type { ContentReference, DomainEvents } from '../domain-events.js';
import type { ActivityDocument, ActivityKindName, FeedItemDocument, FeedModels } from './feed.model.js';

/** Announced whenever there is something to bring into feeds. */
export const outboxTopic = 'feed-outbox';

export const feedTopic = (owner: Types.ObjectId): string => `feed:${owner.toHexString()}`;

/** How much of the past comes into a feed with whom its owner begins to follow. */
const maxBackfill = 20;

export interface Activity {
  actor: Types.ObjectId;
  kind: ActivityKindName;
  subject: ContentReference;
}

export class FeedService {
  constructor(private readonly models: FeedModels) {}

  /** Notes what somebody did, in the transaction of the deed; the followers' feeds follow soon. */
  async recordActivity({ session, announce }: Change, { actor, kind, subject }: Activity): Promise<void> {
    const activity: ActivityDocument = {
      _id: new Types.ObjectId(),
      actor,
      kind,
      subjectType: subject.type,
      subject: subject.id,
      at: new Date(),
      pending: { after: null, until: new Date(0) },
    };
    await insert(this.models.activities, activity, session);
    announce(outboxTopic);
  }

  /** What was done is undone: it leaves every feed. */
  async withdrawActivity({ session }: Change, subject: Types.ObjectId): Promise<void> {
    await this.models.activities.deleteMany({ subject }, { session });
    await this.models.items.deleteMany({ subject }, { session });
  }

  /** Brings the latest activities of someone into the feed of whoever begins to follow them. */
  async backfill({ session }: Change, { follower, followee }: DomainEvents['followed']): Promise<void> {
    const { activities, items } = this.models;
    const past = await activities.find({ actor: followee }).sort({ at: -1 }).limit(maxBackfill).session(session).lean();
    const earlier = await items
      .find({ owner: follower, activity: { $in: past.map(({ _id }) => _id) } }, { activity: 1 })
      .session(session)
      .lean();
    const fresh = past.filter(({ _id }) => !earlier.some(({ activity }) => activity.equals(_id)));
    await insert(
      items,
      fresh.map((activity) => feedItemOf(follower, activity)),
      session,
    );
  }

  /** Takes what someone did out of the feed of whoever follows them no more. */
  async clear({ session }: Change, { follower, followee }: DomainEvents['unfollowed']): Promise<void> {
    await this.models.items.deleteMany({ owner: follower, actor: followee }, { session });
  }
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
