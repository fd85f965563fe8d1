/**
 * Sends what waits for webhooks. Every process does; a delivery belongs to who claimed it for as long as the claim
 * lasts. Each webhook has a lane of its own, so that a receiver that is slow or away delays nobody else, and within it
 * the events of one subject go one after the other.
 */
import { Counter, type Registry } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import type { Types } from 'mongoose';
import type { Logger } from '../../log.js';
import type { Outcome, Receiver } from '../../outbound/receiver.js';
import type { Realtime } from '../../realtime/index.js';
import type { RotatingSecrets } from '../../rotating-secrets.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { UserVerbs } from '../user/index.js';
import { registerQueue, secondsSince, Worker } from '../../workers/index.js';
import { messageIdOf, payloadOf, type PayloadReader, type ReadPayload } from './webhook-payloads.js';
import { disabledError, endWaiting, receives, unwantedError } from './waiting-deliveries.js';
import { WebhookLane } from './webhook-lane.js';
import { webhookTopic } from './webhook-recorder.js';
import type { DeliveryDocument, DisabledReason, WebhookDocument, WebhookModels } from './webhook.model.js';

const interval = 5_000;
/** Webhooks that one process sends to at the same time. */
const maxLanes = 500;
/** Who claims a delivery has so long to send it, which is longer than a receiver may take. */
const claim = 20_000;
const firstRetry = 5_000;
const longestRetry = 6 * 60 * 60 * 1000;
const longestPause = 60 * 60 * 1000;
/** A receiver that has failed for so long is not sent to any more. */
const failingTooLong = 3 * 24 * 60 * 60 * 1000;
/** Messages that may wait for one webhook. */
const maxWaiting = 50_000;
/** How long a count of what waits for a webhook is good for: so many take a while to count. */
const countInterval = 60_000;
const maxCounted = 10_000;

interface SenderDependencies {
  models: WebhookModels;
  realtime: Realtime;
  receiver: Receiver;
  secrets: RotatingSecrets;
  users: Pick<UserVerbs, 'accountOf'>;
  notifications: NotificationVerbs;
  metrics: Registry;
  log: Logger;
}

export class WebhookSender {
  readonly worker: Worker;
  private readonly models: WebhookModels;
  private readonly lanes = new Map<string, { lane: WebhookLane; ended: Promise<void> }>();
  private readonly attempts: Counter;
  /** When what waits for a webhook was last counted. */
  private readonly countedAt = new Map<string, number>();
  private hasNews = false;
  private onNews: () => void = () => {};
  /** How payloads are read; set once there is an API to read from. */
  read: ReadPayload | null = null;

  constructor(private readonly dependencies: SenderDependencies) {
    const { log, realtime } = dependencies;
    this.models = dependencies.models;
    this.attempts = this.counted();
    this.worker = new Worker({
      name: 'webhooks',
      interval,
      log,
      run: (signal) => this.run(signal),
      wakeOn: (wake) =>
        realtime.announcements.listen(webhookTopic, () => {
          this.tellNews();
          wake();
        }),
    });
  }

  private counted(): Counter {
    const { deliveries } = this.models;
    const { metrics } = this.dependencies;
    registerQueue(metrics, [
      {
        name: 'plaza_webhooks_waiting',
        help: `Messages to receivers of webhooks that wait, at most ${maxCounted} counted.`,
        read: () => deliveries.countDocuments({ status: 'PENDING' }, { limit: maxCounted }),
      },
      {
        name: 'plaza_webhooks_overdue_seconds',
        help: 'How long ago the message should have been sent that is due for longest; 0 where none is.',
        read: async () => secondsSince((await deliveries.findOne({ status: 'PENDING' }, { dueAt: 1 }).sort({ dueAt: 1 }).lean())?.dueAt),
      },
    ]);
    return new Counter({
      name: 'plaza_webhook_attempts_total',
      help: 'Attempts to send a message to a receiver of webhooks, by outcome; a failed one is made again.',
      labelNames: ['outcome'],
      registers: [metrics],
    });
  }

  /** Starts what is due, and looks again when a lane has ended or something is new, for as long as anything is being sent. */
  private async run(signal: AbortSignal): Promise<void> {
    this.hasNews = false;
    await this.startLanes(signal);
    if (this.lanes.size > 0) await this.nextNews(signal);
    if (signal.aborted) await Promise.all([...this.lanes.values()].map(({ ended }) => ended));
    else if (this.lanes.size > 0 || this.hasNews) this.worker.wake();
  }

  private tellNews(): void {
    this.hasNews = true;
    this.onNews();
  }

  private async startLanes(signal: AbortSignal): Promise<void> {
    const due = await this.dueWebhooks();
    for (const id of due) {
      const running = this.lanes.get(id.toHexString());
      if (running) running.lane.widen();
      else if (this.lanes.size < maxLanes) this.startLane(id, signal);
    }
  }

  private startLane(id: Types.ObjectId, signal: AbortSignal): void {
    const key = id.toHexString();
    const lane = new WebhookLane(async () => {
      const delivery = signal.aborted ? null : await this.claimNext(id);
      return delivery && this.deliver(delivery, signal);
    });
    const ended = this.runLane(id, lane)
      .catch((error: unknown) =>
        this.dependencies.log.warn({ err: error, webhook: key }, 'a webhook could not be served; it is tried again'),
      )
      .finally(() => {
        this.lanes.delete(key);
        this.tellNews();
      });
    this.lanes.set(key, { lane, ended });
  }

  /** A lane ended, something new is there, or a while has passed. */
  private async nextNews(signal: AbortSignal): Promise<void> {
    if (this.hasNews || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, interval);
      this.onNews = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', this.onNews);
    });
    signal.removeEventListener('abort', this.onNews);
    this.onNews = () => {};
  }

  private async dueWebhooks(): Promise<Types.ObjectId[]> {
    const found = await this.models.deliveries.aggregate<{ _id: Types.ObjectId }>([
      { $match: { status: 'PENDING', dueAt: { $lte: new Date() } } },
      { $group: { _id: '$webhook' } },
      { $limit: maxLanes * 2 },
    ]);
    return found.map(({ _id }) => _id);
  }

  /** Sends what is due for one webhook, several messages at a time. */
  private async runLane(id: Types.ObjectId, lane: WebhookLane): Promise<void> {
    const webhook = await this.models.webhooks.findById(id).lean();
    if (!webhook) return this.dropDeliveries(id);
    if (webhook.pausedUntil && webhook.pausedUntil > new Date()) return this.postpone(id, webhook.pausedUntil);
    if (!(await this.ownerOf(webhook))) return this.disable(webhook, 'OWNER_NOT_ALLOWED');
    if (await this.hasTooMany(id)) return this.disable(webhook, 'QUEUE_FULL');
    await lane.run();
  }

  private async hasTooMany(webhook: Types.ObjectId): Promise<boolean> {
    const key = webhook.toHexString();
    if (performance.now() - (this.countedAt.get(key) ?? -Infinity) < countInterval) return false;
    this.countedAt.set(key, performance.now());
    return (await this.models.deliveries.countDocuments({ webhook, status: 'PENDING' }, { limit: maxWaiting + 1 })) > maxWaiting;
  }

  /** The owner as readers of payloads; null where they may have webhooks no more. */
  private async ownerOf({ owner, scope }: WebhookDocument): Promise<PayloadReader | null> {
    const account = await this.dependencies.users.accountOf(owner);
    const role = scope === 'SHOP' ? 'ADMIN' : 'MERCHANT';
    return account?.roles.includes(role) ? { userId: owner, roles: account.roles } : null;
  }

  /** What is left for a webhook that was deleted. */
  private async dropDeliveries(webhook: Types.ObjectId): Promise<void> {
    await this.models.deliveries.deleteMany({ webhook, status: 'PENDING' });
    this.countedAt.delete(webhook.toHexString());
  }

  private async postpone(webhook: Types.ObjectId, until: Date): Promise<void> {
    await this.models.deliveries.updateMany({ webhook, status: 'PENDING', dueAt: { $lt: until } }, { $set: { dueAt: until } });
  }

  /** The next delivery that is due and whose subject's earlier events are done. */
  private async claimNext(webhook: Types.ObjectId): Promise<DeliveryDocument | null> {
    const { deliveries } = this.models;
    for (;;) {
      const now = new Date();
      const next = await deliveries
        .findOne({ webhook, status: 'PENDING', dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .lean();
      if (!next) return null;
      const { subject, sequence } = next;
      const earlier = await deliveries
        .findOne({ webhook, subject, sequence: { $lt: sequence }, status: 'PENDING' }, { dueAt: 1 })
        .sort({ sequence: 1 })
        .lean();
      const mine = { _id: next._id, status: 'PENDING' as const, dueAt: next.dueAt };
      if (earlier) {
        // When the earlier one is done, this one is brought forward.
        await deliveries.updateOne(mine, { $set: { dueAt: new Date(Math.max(earlier.dueAt.getTime(), now.getTime()) + 1) } });
        continue;
      }
      const claimed = await deliveries
        .findOneAndUpdate(mine, { $set: { dueAt: new Date(now.getTime() + claim) }, $inc: { attempts: 1 } }, { returnDocument: 'after' })
        .lean();
      if (claimed) return claimed;
    }
  }

  /**
   * Sends to the webhook as it is now: its address, secrets and owner may have changed since the lane began.
   * @returns whether the receiver can take more
   */
  private async deliver(delivery: DeliveryDocument, signal: AbortSignal): Promise<boolean> {
    const webhook = await this.models.webhooks.findById(delivery.webhook).lean();
    const owner = webhook && (await this.ownerOf(webhook));
    if (!owner) {
      // The next lane finds out why.
      await this.giveBack(delivery);
      return false;
    }
    if (webhook.pausedUntil && webhook.pausedUntil > new Date()) {
      await this.giveBack(delivery, webhook.pausedUntil);
      return false;
    }
    if (!webhook.enabled && delivery.event !== 'PING') {
      await this.complete(delivery, 'DEAD', { status: null, error: disabledError, retryAfter: null });
      return true;
    }
    if (!receives(webhook, delivery.event)) {
      await this.complete(delivery, 'SKIPPED', { status: null, error: unwantedError, retryAfter: null });
      return true;
    }
    try {
      const body = await this.bodyOf(delivery, owner);
      if (body === null) {
        await this.complete(delivery, 'SKIPPED', { status: null, error: 'The content can’t be seen any more.', retryAfter: null });
        return true;
      }
      const outcome = await this.dependencies.receiver.send(webhook.url, this.headersOf(webhook, delivery, body), body, signal);
      this.attempts.inc({ outcome: outcome.error === null ? 'delivered' : 'failed' });
      await this.settle(webhook, delivery, outcome);
      return outcome.error === null || (outcome.status !== null && outcome.retryAfter === null);
    } catch (error) {
      if (signal.aborted) {
        // The server stops: whoever starts next sends it again.
        await this.giveBack(delivery);
        return false;
      }
      this.dependencies.log.warn({ err: error, delivery: delivery._id.toHexString() }, 'a message could not be created; it is tried again');
      await this.retry(webhook, delivery, { status: null, error: 'The message could not be created.', retryAfter: null }, null);
      return true;
    }
  }

  private async giveBack({ _id }: DeliveryDocument, dueAt = new Date()): Promise<void> {
    await this.models.deliveries.updateOne({ _id, status: 'PENDING' }, { $set: { dueAt }, $inc: { attempts: -1 } });
  }

  private bodyOf(delivery: DeliveryDocument, owner: PayloadReader): Promise<string | null> {
    if (!this.read) throw new Error('There is no API to read payloads from.');
    return payloadOf(delivery, owner, this.read);
  }

  private headersOf(webhook: WebhookDocument, delivery: DeliveryDocument, body: string): Record<string, string> {
    const id = messageIdOf(delivery);
    const now = new Date();
    const signatures = this.dependencies.secrets.valid(webhook, now).map((secret) => new Webhook(secret).sign(id, now, body));
    return {
      'content-type': 'application/json',
      'user-agent': 'Plaza-Webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    };
  }

  private async settle(webhook: WebhookDocument, delivery: DeliveryDocument, outcome: Outcome): Promise<void> {
    const { webhooks } = this.models;
    if (outcome.error === null) {
      await webhooks.updateOne({ _id: webhook._id, failingSince: { $ne: null } }, { $set: { failingSince: null, pausedUntil: null } });
      return this.complete(delivery, 'DELIVERED', outcome);
    }
    const now = Date.now();
    await webhooks.updateOne({ _id: webhook._id, failingSince: null }, { $set: { failingSince: new Date(now) } });
    if (outcome.status === 410) return this.endGone(webhook, delivery, outcome);
    const pause = outcome.retryAfter ? new Date(now + Math.min(outcome.retryAfter, longestPause)) : null;
    if (pause) await webhooks.updateOne({ _id: webhook._id }, { $set: { pausedUntil: pause } });
    await this.retry(webhook, delivery, outcome, pause);
  }

  /** Has it tried again later, unless that is too late. */
  private async retry(webhook: WebhookDocument, delivery: DeliveryDocument, outcome: Outcome, pause: Date | null): Promise<void> {
    const dueAt = new Date(Math.max(Date.now() + delayAfter(delivery.attempts), pause ? pause.getTime() : 0));
    if (dueAt > delivery.deadline) return this.giveUp(webhook, delivery, outcome);
    await this.models.deliveries.updateOne(
      { _id: delivery._id, status: 'PENDING' },
      { $set: { dueAt, responseStatus: outcome.status, error: outcome.error } },
    );
  }

  /** What the receiver answered is listed with the message that it was the answer to. */
  private async endGone(webhook: WebhookDocument, delivery: DeliveryDocument, { status, error }: Outcome): Promise<void> {
    const end = { status: 'DEAD' as const, responseStatus: status, error, completedAt: new Date() };
    await this.models.deliveries.updateOne({ _id: delivery._id, status: 'PENDING' }, { $set: end });
    await this.disable(webhook, 'GONE');
  }

  private async giveUp(webhook: WebhookDocument, delivery: DeliveryDocument, outcome: Outcome): Promise<void> {
    await this.complete(delivery, 'DEAD', outcome);
    const failing = await this.models.webhooks.findById(webhook._id, { failingSince: 1 }).lean();
    if (failing?.failingSince && Date.now() - failing.failingSince.getTime() >= failingTooLong) await this.disable(webhook, 'FAILING');
  }

  /** Ends a delivery, and lets the next event of its subject go. */
  private async complete(delivery: DeliveryDocument, status: 'DELIVERED' | 'DEAD' | 'SKIPPED', outcome: Outcome): Promise<void> {
    const { deliveries } = this.models;
    const { _id, webhook, subject, sequence } = delivery;
    // What was taken is delivered, also where the webhook was disabled meanwhile.
    await deliveries.updateOne(
      { _id, ...(status !== 'DELIVERED' && { status: 'PENDING' }) },
      { $set: { status, responseStatus: outcome.status, error: outcome.error, completedAt: new Date() } },
    );
    await deliveries.findOneAndUpdate(
      { webhook, subject, sequence: { $gt: sequence }, status: 'PENDING', attempts: 0 },
      { $set: { dueAt: new Date() } },
      { sort: { sequence: 1 } },
    );
  }

  private async disable(webhook: WebhookDocument, reason: DisabledReason): Promise<void> {
    const { webhooks } = this.models;
    await this.dependencies.realtime.recordChange([`webhook:${webhook._id.toHexString()}`], async (change) => {
      const { session } = change;
      const update = { $set: { enabled: false, disabledReason: reason, updatedAt: new Date() } };
      const { modifiedCount } = await webhooks.updateOne({ _id: webhook._id, enabled: true }, update, { session });
      if (modifiedCount === 0) return;
      const subject = { type: 'Webhook', id: webhook._id };
      await this.dependencies.notifications.notify(change, { recipient: webhook.owner, kind: 'WEBHOOK_DISABLED', actor: null, subject });
    });
    await endWaiting(this.models, webhook._id);
  }
}

/** Exponential, from half of it to all of it, so that what failed together does not come back together. */
export function delayAfter(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(longestRetry, firstRetry * 3 ** (attempts - 1));
  return Math.round(delay * (0.5 + random() / 2));
}
