/** Brings activities from the outbox into the followers' feeds, in batches that may be repeated. */
import type { Logger } from '../../log.js';
import type { Realtime } from '../../realtime/index.js';
import { insert } from '../../store/documents.js';
import { Worker } from '../../workers/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { ActivityDocument, FeedModels } from './feed.model.js';
import { feedItemOf, feedTopic, outboxTopic } from './feed.service.js';

const batchSize = 200;
/** Milliseconds after which an activity is taken up again that a process took and did not finish. */
const lease = 30_000;
/** How often to look for what other processes left behind, in milliseconds. */
const pollInterval = 5_000;

interface FanOutDependencies {
  models: FeedModels;
  realtime: Realtime;
  socialGraph: SocialGraphVerbs;
  log: Logger;
}

export class FeedFanOut {
  readonly worker: Worker;
  private readonly models: FeedModels;

  constructor(private readonly dependencies: FanOutDependencies) {
    const { models, realtime, log } = dependencies;
    this.models = models;
    this.worker = new Worker({
      name: 'feed fan-out',
      interval: pollInterval,
      log,
      run: (signal) => this.drain(signal),
      wakeOn: (wake) => realtime.announcements.listen(outboxTopic, wake),
    });
  }

  private async drain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const activity = await this.claim();
      if (!activity) return;
      await this.deliver(activity, signal);
    }
  }

  /** Takes the oldest activity that nobody has in hand. */
  private async claim(): Promise<ActivityDocument | null> {
    const now = Date.now();
    return await this.models.activities
      .findOneAndUpdate(
        { pending: { $exists: true }, 'pending.until': { $lte: new Date(now) } },
        { $set: { 'pending.until': new Date(now + lease) } },
        { sort: { 'pending.until': 1 }, returnDocument: 'after' },
      )
      .lean();
  }

  private async deliver(activity: ActivityDocument, signal: AbortSignal): Promise<void> {
    let { after } = activity.pending!;
    for (;;) {
      const follows = await this.dependencies.socialGraph.followersAfter(activity.actor, after, batchSize);
      const last = follows.at(-1);
      if (last) {
        const owners = follows.map(({ follower }) => follower);
        await this.deliverTo(activity, owners, last._id);
        after = last._id;
      }
      if (follows.length < batchSize) break;
      if (signal.aborted) return;
    }
    await this.models.activities.updateOne({ _id: activity._id }, { $unset: { pending: 1 } });
  }

  private async deliverTo(activity: ActivityDocument, owners: ActivityDocument['actor'][], last: ActivityDocument['_id']): Promise<void> {
    const { activities, items } = this.models;
    await this.dependencies.realtime.recordChange([`activity:${activity._id.toHexString()}`], async (change) => {
      const { session } = change;
      const earlier = await items
        .find({ owner: { $in: owners }, activity: activity._id }, { owner: 1 })
        .session(session)
        .lean();
      const reached = new Set(earlier.map(({ owner }) => owner.toHexString()));
      const fresh = owners.filter((owner) => !reached.has(owner.toHexString())).map((owner) => feedItemOf(owner, activity));
      // Whoever withdraws an activity meets this write, so that it does not come into feeds afterwards.
      const still = await activities.updateOne(
        { _id: activity._id },
        { $set: { pending: { after: last, until: new Date(Date.now() + lease) } } },
        { session },
      );
      if (fresh.length === 0 || still.matchedCount === 0) return;
      await insert(items, fresh, session);
      const content = `${activity.subjectType}:${activity.subject.toHexString()}`;
      await change.emitToAll(
        fresh.map(({ owner }) => feedTopic(owner)),
        'FEED_ITEM_ADDED',
        { activity: activity._id, author: activity.actor, content },
      );
    });
  }
}
