/**
 * Sends what waits for devices. Every process does; a message belongs to who claimed it for as long as the claim lasts.
 * After a crash it may be sent again, under the same id, which the device shows once.
 */
import { createHash } from 'node:crypto';
import type { Logger } from '../../log.js';
import type { Outcome, Receiver } from '../../outbound/receiver.js';
import type { Realtime } from '../../realtime/index.js';
import { doublingDelay, Worker } from '../../workers/index.js';
import type { UserVerbs } from '../user/index.js';
import { pushTopic } from './departures.js';
import type { NotificationModels, PushDeviceDocument, PushMessageDocument } from './notification.model.js';
import { sentenceFor } from './notification-words.js';
import type { NotifiedReader } from './notified.js';
import type { PushDevices } from './push-devices.js';

/** Who sends (VAPID, RFC 8292): push services take messages from no one else. */
export interface WebPushKeys {
  publicKey: string;
  privateKey: string;
  /** Where the push service's operators reach the shop: `mailto:` or https. */
  subject: string;
}

const interval = 5_000;
const lanes = 8;
/** Milliseconds that a push service may take. */
export const pushTimeout = 5_000;
/** Who claims a message has so long to send it, which is longer than a push service may take. */
const claim = 10_000;
const firstRetry = 5_000;
const longestRetry = 60 * 60 * 1000;
const longestPause = 60 * 60 * 1000;
/** Characters of a title, so that a message stays below the 4,096 bytes that push services take. */
const maxText = 300;

interface SenderDependencies {
  models: NotificationModels;
  realtime: Realtime;
  receiver: Receiver;
  devices: PushDevices;
  notified: NotifiedReader;
  users: Pick<UserVerbs, 'currentOf'>;
  keys: WebPushKeys;
  log: Logger;
}

export class PushSender {
  readonly worker: Worker;

  constructor(private readonly dependencies: SenderDependencies) {
    const { log, realtime } = dependencies;
    this.worker = new Worker({
      name: 'push messages',
      interval,
      log,
      run: (signal) => this.run(signal),
      wakeOn: (wake) => realtime.announcements.listen(pushTopic, wake),
    });
  }

  private async run(signal: AbortSignal): Promise<void> {
    // Most of the time nothing waits, and one read tells.
    if (!(await this.dependencies.models.pushes.exists({ dueAt: { $lte: new Date() } }))) return;
    const work = async (): Promise<void> => {
      // What is taken is delivered: it would wait for the end of its claim.
      while (!signal.aborted) {
        const next = await this.take();
        if (!next) return;
        await this.deliver(next, signal);
      }
    };
    await Promise.all(Array.from({ length: lanes }, work));
  }

  private take(): Promise<PushMessageDocument | null> {
    const now = new Date();
    return this.dependencies.models.pushes
      .findOneAndUpdate(
        { dueAt: { $lte: now }, expiresAt: { $gt: now } },
        { $set: { dueAt: new Date(now.getTime() + claim) }, $inc: { attempts: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      )
      .lean();
  }

  private async deliver(message: PushMessageDocument, signal: AbortSignal): Promise<void> {
    const { models, log } = this.dependencies;
    try {
      const device = await this.deviceOf(message);
      const payload = device && (await this.payloadOf(message, device));
      if (!device || !payload) await models.pushes.deleteOne({ _id: message._id });
      else await this.settle(message, device, await this.send(message, device, payload, signal));
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ err: error, push: message._id }, 'a push message could not be sent; it is tried again');
        return this.postpone(message, 0);
      }
      // The server stops: whoever starts next sends it again.
      await models.pushes.updateOne({ _id: message._id }, { $set: { dueAt: new Date() }, $inc: { attempts: -1 } });
    }
  }

  /** Null where the device is gone, or nobody is signed in there any more. */
  private async deviceOf({ device: _id, user }: PushMessageDocument): Promise<PushDeviceDocument | null> {
    const device = await this.dependencies.models.devices.findOne({ _id, user }).lean();
    if (!device) return null;
    const [current] = await this.dependencies.users.currentOf([
      { userId: user, sessionId: device.session, roles: [], expiresAt: new Date(0) },
    ]);
    if (!current) await this.forget(device);
    return current ? device : null;
  }

  private forget({ _id, user }: PushDeviceDocument): Promise<boolean> {
    const { realtime, devices } = this.dependencies;
    return realtime.recordChange([`push device:${_id}`], ({ session }) => devices.remove(_id, user, session));
  }

  /** Null where there is nothing to tell any more. */
  private async payloadOf(
    { _id, user, notification: id, at }: PushMessageDocument,
    { language }: PushDeviceDocument,
  ): Promise<string | null> {
    const { models, notified } = this.dependencies;
    const notification = await models.notifications.findOne({ _id: id, recipient: user }).lean();
    if (!notification || notification.readAt) return null;
    const content = await notified.contentOf(notification);
    if (!content) return null;
    const title = sentenceFor(content, language).slice(0, maxText);
    const body = title.includes(content.subject) ? '' : content.subject.slice(0, maxText);
    const { url, kind } = content;
    return JSON.stringify({ id: _id.toHexString(), tag: id.toHexString(), kind, title, body, url, language, at: at.toISOString() });
  }

  private async send(
    { notification, expiresAt }: PushMessageDocument,
    { endpoint, p256dh, auth }: PushDeviceDocument,
    payload: string,
    signal: AbortSignal,
  ): Promise<Outcome> {
    // Only a server sends push messages, and commands load this module too.
    const { default: webPush } = await import('web-push');
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: this.dependencies.keys,
      TTL: Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)),
      // A message that still waits at the push service is replaced by the next about the same.
      topic: createHash('sha256').update(notification.id).digest('base64url').slice(0, 32),
      urgency: 'normal',
    });
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
    return this.dependencies.receiver.send(endpoint, texts, body, signal);
  }

  private async settle(message: PushMessageDocument, device: PushDeviceDocument, outcome: Outcome): Promise<void> {
    const { models, log } = this.dependencies;
    const { status, error } = outcome;
    if (error === null) {
      await models.pushes.deleteOne({ _id: message._id });
      return;
    }
    if (status === 404 || status === 410) {
      await this.forget(device);
      return;
    }
    if (status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408) {
      log.warn({ push: message._id, status }, 'a push service refused a message; it is not sent again');
      await models.pushes.deleteOne({ _id: message._id });
      return;
    }
    await this.postpone(message, Math.min(outcome.retryAfter ?? 0, longestPause));
  }

  private async postpone({ _id, attempts }: PushMessageDocument, pause: number): Promise<void> {
    const delay = Math.max(pause, doublingDelay(attempts, firstRetry, longestRetry));
    await this.dependencies.models.pushes.updateOne({ _id }, { $set: { dueAt: new Date(Date.now() + delay) } });
  }
}
