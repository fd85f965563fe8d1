/**
 * What of a notification leaves the shop. It is written in the transaction of what happened, so that none is lost:
 * a push message for each device, and a place in the next digest.
 */
import { DateTime } from 'luxon';
import { Types } from 'mongoose';
import type { Change } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { Channels } from './channels.js';
import type { DigestFrequency, NotificationModels, NotificationPreferencesDocument } from './notification.model.js';

/** Where senders are told that there is something to send. */
export const pushTopic = 'push messages';

export const maxDevices = 10;
/** A push message that could not be sent for so long is of no use. */
export const pushLifetime = 24 * 60 * 60 * 1000;
const maxInDigest = 100;
/** The hour of the daily digest. */
const digestHour = 8;

interface Departure {
  recipient: Types.ObjectId;
  notification: Types.ObjectId;
  actor: Types.ObjectId | null;
  channels: Channels;
  preferences: NotificationPreferencesDocument;
}

export class Departures {
  constructor(
    private readonly models: NotificationModels,
    private readonly timeZone: string,
  ) {}

  async add(change: Change, { recipient, notification, actor, channels, preferences }: Departure): Promise<void> {
    if (channels.push) await this.addPushes(change, recipient, notification, actor);
    if (channels.email && preferences.digest !== undefined && preferences.digest !== 'NEVER')
      await this.addToDigest(change.session, recipient, notification, preferences.digest);
  }

  /** One message for each device. What waits for a device already tells of this as well, since it is composed when it is sent. */
  private async addPushes(change: Change, user: Types.ObjectId, notification: Types.ObjectId, actor: Types.ObjectId | null): Promise<void> {
    const { devices, pushes } = this.models;
    const { session } = change;
    const now = new Date();
    const own = await devices.find({ user }, { _id: 1 }).limit(maxDevices).session(session).lean();
    for (const { _id: device } of own) {
      const { matchedCount } = await pushes.updateOne({ device, notification, attempts: 0 }, { $set: { actor, at: now } }, { session });
      if (matchedCount > 0) continue;
      const expiresAt = new Date(now.getTime() + pushLifetime);
      const message = { _id: new Types.ObjectId(), device, user, notification, actor, at: now, dueAt: now, attempts: 0, expiresAt };
      await insert(pushes, message, session);
    }
    if (own.length > 0) change.announce(pushTopic);
  }

  private async addToDigest(
    session: ClientSession,
    user: Types.ObjectId,
    notification: Types.ObjectId,
    digest: Exclude<DigestFrequency, 'NEVER'>,
  ): Promise<void> {
    const { digests } = this.models;
    if (await digests.exists({ _id: user, notifications: notification }).session(session)) return;
    await digests.updateOne(
      { _id: user },
      {
        $setOnInsert: { dueAt: this.nextDigest(digest, new Date()) },
        $push: { notifications: { $each: [notification], $slice: -maxInDigest } },
      },
      { upsert: true, session },
    );
  }

  /** What waits for a digest goes with the next one of the new frequency, or nowhere. */
  async reschedule(session: ClientSession, user: Types.ObjectId, digest: DigestFrequency): Promise<void> {
    const { digests } = this.models;
    if (digest === 'NEVER') await digests.deleteOne({ _id: user }, { session });
    else await digests.updateOne({ _id: user }, { $set: { dueAt: this.nextDigest(digest, new Date()) } }, { session });
  }

  /** The next full hour, or the next morning in the shop's time zone. */
  nextDigest(digest: Exclude<DigestFrequency, 'NEVER'>, now: Date): Date {
    const local = DateTime.fromJSDate(now, { zone: this.timeZone });
    if (digest === 'HOURLY') return local.startOf('hour').plus({ hours: 1 }).toJSDate();
    const morning = local.startOf('day').set({ hour: digestHour });
    return (morning > local ? morning : morning.plus({ days: 1 })).toJSDate();
  }
}
