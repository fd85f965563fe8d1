/**
 * Sends digests. What one tells of is taken away in the transaction that hands the mail to the outbox, so that whoever
 * else looks finds nothing left to send.
 */
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { Logger } from '../../log.js';
import { composeMail, type Mail, type Outbox } from '../../mail/index.js';
import { message, translate } from '../../messages/index.js';
import type { Realtime } from '../../realtime/index.js';
import { Worker } from '../../workers/index.js';
import type { UserVerbs } from '../user/index.js';
import { channelsOf } from './channels.js';
import type { NotificationDocument, NotificationModels, NotificationPreferencesDocument } from './notification.model.js';
import { notificationTopic, type NotificationService } from './notification.service.js';
import { sentenceFor } from './notification-words.js';
import type { NotifiedReader } from './notified.js';

const interval = 5_000;
/** A mail that could not be sent for so long is of no use. */
const mailLifetime = 2 * 24 * 60 * 60 * 1000;
const mailKind = 'notification digest';
const tokenPurpose = 'unsubscribe from digests';
/** How many lines a mail has; the rest are counted. */
const maxLines = 20;

interface DigestDependencies {
  models: NotificationModels;
  notifications: NotificationService;
  notified: NotifiedReader;
  users: Pick<UserVerbs, 'accountOf'>;
  realtime: Realtime;
  outbox: Outbox;
  keys: DataKeys;
  shopName: string;
  publicUrl: string;
  log: Logger;
}

interface MailData {
  user: string;
  notifications: string[];
}

export class Digests {
  readonly worker: Worker;

  constructor(private readonly dependencies: DigestDependencies) {
    const { outbox, log } = dependencies;
    outbox.compose<MailData>(mailKind, (data) => this.compose(data), { once: true });
    this.worker = new Worker({ name: 'digests', interval, log, run: (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { models, realtime, outbox } = this.dependencies;
    for (;;) {
      const due = await models.digests
        .findOne({ dueAt: { $lte: new Date() } }, { _id: 1 })
        .sort({ dueAt: 1 })
        .lean();
      if (!due || signal.aborted) return;
      await realtime.recordChange([notificationTopic(due._id)], async ({ session }) => {
        const digest = await models.digests.findOneAndDelete({ _id: due._id, dueAt: { $lte: new Date() } }, { session }).lean();
        if (!digest) return;
        const notifications = digest.notifications.map((id) => id.toHexString());
        await outbox.enqueue(mailKind, { user: due._id.toHexString(), notifications }, mailLifetime, session);
      });
      outbox.wake();
    }
  }

  /** The mail, of what its reader may see and has not read when it is sent; null where that is nothing. */
  private async compose({ user: id, notifications: ids }: MailData): Promise<Mail | null> {
    const { models, users } = this.dependencies;
    const user = new Types.ObjectId(id);
    const [preferences, account] = await Promise.all([models.preferences.findById(user).lean(), users.accountOf(user)]);
    if (!preferences || (preferences.digest ?? 'NEVER') === 'NEVER') return null;
    if (!account?.email || !account.emailConfirmedAt || account.bannedAt) return null;
    const unread = await models.notifications
      .find({ _id: { $in: ids.map((hex) => new Types.ObjectId(hex)) }, recipient: user, readAt: null })
      .sort({ at: -1 })
      .lean();
    const wanted = unread.filter(({ kind }) => channelsOf(preferences, kind).email);
    const lines = await this.linesOf(wanted, preferences);
    return lines.length === 0 ? null : this.mailOf(account.email, user, lines, preferences);
  }

  private async linesOf(
    notifications: readonly NotificationDocument[],
    { language = 'en' }: NotificationPreferencesDocument,
  ): Promise<{ label: string; url: string }[]> {
    const contents = await Promise.all(notifications.map((notification) => this.dependencies.notified.contentOf(notification)));
    return contents
      .filter((content) => content !== null)
      .map((content) => {
        const sentence = sentenceFor(content, language);
        const label = content.subject && !sentence.includes(content.subject) ? `${sentence} (${content.subject})` : sentence;
        return { label, url: content.url };
      });
  }

  private mailOf(
    to: string,
    user: Types.ObjectId,
    lines: readonly { label: string; url: string }[],
    { language = 'en', digest }: NotificationPreferencesDocument,
  ): Mail {
    const { shopName, publicUrl } = this.dependencies;
    const count = lines.length;
    const unsubscribe = `${publicUrl}/notifications/unsubscribe/${this.tokenFor(user)}`;
    const rest = count - maxLines;
    const more = {
      label: translate(message('{count, plural, one {# more notification} other {# more notifications}}', { count: rest }), language),
      url: `${publicUrl}/notifications`,
    };
    const reason =
      digest === 'HOURLY'
        ? message('You get this email at most once an hour, as you chose in your settings at {shop}.', { shop: shopName })
        : message('You get this email at most once a day, as you chose in your settings at {shop}.', { shop: shopName });
    const mail = composeMail({
      to,
      language,
      subject: translate(
        message('{count, plural, one {# new notification} other {# new notifications}} at {shop}', { count, shop: shopName }),
        language,
      ),
      before: [translate(message('Here is what happened at {shop} since you last heard from us:', { shop: shopName }), language)],
      links: [...lines.slice(0, maxLines), ...(rest > 0 ? [more] : [])],
      after: [translate(reason, language)],
      footer: { label: translate({ text: 'No more emails like this' }, language), url: unsubscribe },
    });
    const headers = { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
    return { ...mail, headers };
  }

  private tokenFor(user: Types.ObjectId): string {
    return this.dependencies.keys.tokenFor(user.toHexString(), tokenPurpose);
  }

  /** Whether a link from a mail ends digests; nothing changes yet. */
  isUnsubscribeLink(token: string): boolean {
    return this.dependencies.keys.textIn(token, tokenPurpose) !== null;
  }

  /** The link's owner gets no digest any more. @returns false for a link that was not made here */
  async unsubscribe(token: string): Promise<boolean> {
    const id = this.dependencies.keys.textIn(token, tokenPurpose);
    if (id === null) return false;
    const user = new Types.ObjectId(id);
    const { models, notifications } = this.dependencies;
    const preferences = await models.preferences.findById(user, { language: 1 }).lean();
    // Whoever was erased since has nothing to be ended.
    if (preferences) await notifications.updatePreferences(user, { kinds: [], digest: 'NEVER', language: preferences.language ?? 'en' });
    return true;
  }
}
