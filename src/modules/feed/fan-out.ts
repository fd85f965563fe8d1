/** Brings activities from the outbox into the followers' feeds, in batches that may be repeated. */
import { announcements, recordChange } from '../../realtime/index.js';
import { followersAfter } from '../social-graph/index.js';
import { ActivityModel, FeedItemModel, type ActivityDocument } from './feed.model.js';
import { feedItemOf, feedTopic, outboxTopic } from './feed.service.js';

const batchSize = 200;
const lease = 30_000;
const patience = 5_000;

export class FeedFanOut {
  private stopListening: (() => void) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private news = false;
  private stopped = false;

  /** @param warn told when a batch fails; it is tried again */
  constructor(private readonly warn: (message: string) => void) {}

  /** Takes up what an earlier process left behind, and looks now and then for what others leave. */
  start(): void {
    this.stopListening = announcements.listen(outboxTopic, () => this.wake());
    this.timer = setInterval(() => this.wake(), patience).unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopListening?.();
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  private wake(): void {
    this.news = true;
    this.running ??= this.drain().finally(() => (this.running = null));
  }

  private async drain(): Promise<void> {
    try {
      while (this.news && !this.stopped) {
        this.news = false;
        for (let activity = await claim(); activity && !this.stopped; activity = await claim()) await this.deliver(activity);
      }
    } catch (error) {
      if (!this.stopped) this.warn(`bringing activities into feeds failed: ${(error as Error).message}`);
    }
  }

  private async deliver(activity: ActivityDocument): Promise<void> {
    let after = activity.pending!.after;
    while (!this.stopped) {
      const follows = await followersAfter(activity.actor, after, batchSize);
      if (follows.length > 0)
        await deliverTo(
          activity,
          follows.map(({ follower }) => follower),
          follows.at(-1)!._id,
        );
      if (follows.length < batchSize) break;
      after = follows.at(-1)!._id;
    }
    if (!this.stopped) await ActivityModel.updateOne({ _id: activity._id }, { $unset: { pending: 1 } });
  }
}

/** Takes the oldest activity that nobody has in hand. */
async function claim(): Promise<ActivityDocument | null> {
  const now = Date.now();
  return await ActivityModel.findOneAndUpdate(
    { pending: { $exists: true }, 'pending.until': { $lte: new Date(now) } },
    { $set: { 'pending.until': new Date(now + lease) } },
    { sort: { 'pending.until': 1 }, returnDocument: 'after' },
  ).lean();
}

async function deliverTo(activity: ActivityDocument, owners: ActivityDocument['actor'][], last: ActivityDocument['_id']): Promise<void> {
  await recordChange([`activity:${activity._id.toHexString()}`], async (change) => {
    const { session } = change;
    const known = await FeedItemModel.find({ owner: { $in: owners }, activity: activity._id }, { owner: 1 })
      .session(session)
      .lean();
    const seen = new Set(known.map(({ owner }) => owner.toHexString()));
    const items = owners.filter((owner) => !seen.has(owner.toHexString())).map((owner) => feedItemOf(owner, activity));
    // Whoever withdraws an activity meets this write, so that it does not come into feeds afterwards.
    const still = await ActivityModel.updateOne(
      { _id: activity._id },
      { $set: { pending: { after: last, until: new Date(Date.now() + lease) } } },
      { session },
    );
    if (items.length === 0 || still.matchedCount === 0) return;
    await FeedItemModel.collection.insertMany(items, { session });
    await change.emitToAll(
      items.map(({ owner }) => feedTopic(owner)),
      'FEED_ITEM_ADDED',
      { activity: activity._id, author: activity.actor, content: `${activity.subjectType}:${activity.subject.toHexString()}` },
    );
  });
}
