/**
 * Sends invitations and reminders. An order's lines go into one mail. What is sent is marked in the transaction that
 * hands the mail to the outbox, so that whoever else looks finds nothing left to send.
 */
import type { Types } from 'mongoose';
import type { Logger } from '../../log.js';
import { composeMail, type Mail, type Outbox } from '../../mail/index.js';
import { message, translate, type Message, type MessageText } from '../../messages/index.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { Worker } from '../../workers/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { InvitationLinks } from './invitation-links.js';
import type { InvitationDocument, InvitationModels } from './invitation.model.js';
import { linkLifetime, type InvitationService, type InvitationTimes } from './invitation.service.js';
import { afterQuietHours } from './quiet-hours.js';

const interval = 5_000;
const day = 24 * 60 * 60 * 1000;
/** A mail that could not be sent for so long is of no use. */
const mailLifetime = 3 * day;
/** What could not be sent for so long after it was due, as invitations were off or nothing ran, is not sent any more. */
const latest = 7 * day;
/** How long a mail waits that comes up for sending while invitations are off, until it is looked at again. */
const pauseWhileOff = 15 * 60_000;
const maxLines = 100;
const mailKind = 'review invitation';

interface SenderDependencies {
  models: InvitationModels;
  invitations: InvitationService;
  links: InvitationLinks;
  catalog: Pick<CatalogVerbs, 'productsByIds'>;
  events: DomainEventBus;
  realtime: Realtime;
  outbox: Outbox;
  times: InvitationTimes;
  shopName: string;
  log: Logger;
}

interface MailData {
  buyer: string;
  invitations: string[];
  isReminder: boolean;
}

export class InvitationSender {
  readonly worker: Worker;

  constructor(private readonly dependencies: SenderDependencies) {
    const { outbox, log } = dependencies;
    outbox.compose<MailData>(mailKind, (data) => this.compose(data), { once: true });
    this.worker = new Worker({ name: 'invitations', interval, log, run: (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (const field of this.wanted()) while (!signal.aborted && (await this.sendNext(field))) this.dependencies.outbox.wake();
  }

  /** What is sent just now. What waits may have been delivered before the settings were changed. */
  private wanted(): ('dueAt' | 'remindAt')[] {
    const { enabled, reminderDelay } = this.dependencies.times;
    if (!enabled) return [];
    return reminderDelay === null ? ['dueAt'] : ['dueAt', 'remindAt'];
  }

  /** Sends what is due of one order. @returns whether there was anything */
  private async sendNext(field: 'dueAt' | 'remindAt'): Promise<boolean> {
    const { models, times, realtime } = this.dependencies;
    const now = new Date();
    const next = await models.invitations
      .findOne({ [field]: { $lte: now } })
      .sort({ [field]: 1 })
      .lean();
    if (!next) return false;
    const tooLate = new Date(now.getTime() - latest);
    if (next[field]! < tooLate) {
      const given = field === 'dueAt' ? { status: 'NOT_SENT' as const, dueAt: null } : { remindAt: null };
      await models.invitations.updateMany({ [field]: { $lt: tooLate } }, { $set: given });
      return true;
    }
    const later = afterQuietHours(now, times.quietHours);
    if (later > now) {
      await models.invitations.updateMany({ order: next.order, [field]: { $lte: now } }, { $set: { [field]: later } });
      return true;
    }
    await realtime.recordChange([`invitations:${next.order.toHexString()}`], (change) => this.sendOrder(change, next.order, field));
    return true;
  }

  private async sendOrder(change: Change, order: Types.ObjectId, field: 'dueAt' | 'remindAt'): Promise<void> {
    const { models, invitations, outbox } = this.dependencies;
    const { session } = change;
    const due = await models.invitations
      .find({ order, [field]: { $lte: new Date() } })
      .limit(maxLines)
      .session(session)
      .lean();
    if (due.length === 0) return;
    const buyer = due[0]!.buyer;
    const titles = await this.titlesInShop(due, session);
    const inShop = due.filter(({ product }) => titles.has(product.toHexString()));
    const address = await invitations.addressFor(buyer);
    const toSend = address ? await this.withoutReviewed(change, buyer, inShop) : [];
    await this.mark(change, due, toSend, field);
    if (toSend.length === 0) return;
    const ids = toSend.map(({ _id }) => _id.toHexString());
    await outbox.enqueue(
      mailKind,
      { buyer: buyer.toHexString(), invitations: ids, isReminder: field === 'remindAt' },
      mailLifetime,
      session,
    );
  }

  /** The titles of those products that are still in the shop, by their ids. */
  private async titlesInShop(invitations: readonly InvitationDocument[], session?: ClientSession): Promise<ReadonlyMap<string, string>> {
    const products = await this.dependencies.catalog.productsByIds(
      invitations.map(({ product }) => product),
      session,
    );
    return new Map(products.filter(({ archivedAt }) => !archivedAt).map(({ _id, title }) => [_id.toHexString(), title]));
  }

  /** Who bought again what they have reviewed cannot review it a second time. */
  private async withoutReviewed(
    change: Change,
    buyer: Types.ObjectId,
    due: readonly InvitationDocument[],
  ): Promise<readonly InvitationDocument[]> {
    const reviewed = new Set<string>();
    const products = due.map(({ product }) => product);
    const onReviewed = (found: readonly Types.ObjectId[]): void => found.forEach((product) => reviewed.add(product.toHexString()));
    if (products.length > 0) await this.dependencies.events.emit(change, 'reviewsWanted', { buyer, products, onReviewed });
    return due.filter(({ product }) => !reviewed.has(product.toHexString()));
  }

  private async mark(
    change: Change,
    due: readonly InvitationDocument[],
    sent: readonly InvitationDocument[],
    field: 'dueAt' | 'remindAt',
  ): Promise<void> {
    const { models, events, times } = this.dependencies;
    const { session } = change;
    const now = new Date();
    const notSent = due.filter((one) => !sent.includes(one)).map(({ _id }) => _id);
    const ids = sent.map(({ _id }) => _id);
    const expiresAt = new Date(now.getTime() + linkLifetime);
    if (field === 'remindAt') {
      await models.invitations.updateMany({ _id: { $in: notSent } }, { $set: { remindAt: null } }, { session });
      await models.invitations.updateMany({ _id: { $in: ids } }, { $set: { remindAt: null, remindedAt: now, expiresAt } }, { session });
    } else {
      const remindAt =
        times.reminderDelay === null ? null : afterQuietHours(new Date(now.getTime() + times.reminderDelay), times.quietHours);
      await models.invitations.updateMany({ _id: { $in: notSent } }, { $set: { status: 'NOT_SENT', dueAt: null } }, { session });
      await models.invitations.updateMany(
        { _id: { $in: ids } },
        { $set: { status: 'SENT', dueAt: null, sentAt: now, remindAt, expiresAt } },
        { session },
      );
    }
    const event = field === 'remindAt' ? 'INVITATION_REMINDED' : 'INVITATION_SENT';
    for (const { _id, product } of sent)
      await events.emit(change, 'published', { event, subject: { type: 'ReviewInvitation', id: _id }, product });
  }

  /** The mail, of what is still to be reviewed when it is sent; or when the quiet hours are over that it has come into. */
  private async compose({ buyer, invitations: ids, isReminder }: MailData): Promise<Mail | Date | null> {
    const { models, invitations, links, shopName, times } = this.dependencies;
    const now = new Date();
    if (!times.enabled) return new Date(now.getTime() + pauseWhileOff);
    if (!this.wanted().includes(isReminder ? 'remindAt' : 'dueAt')) return null;
    const later = afterQuietHours(now, times.quietHours);
    if (later > now) return later;
    const sent = await models.invitations.find({ _id: { $in: ids }, status: { $in: ['SENT', 'OPENED'] } }).lean();
    const titles = await this.titlesInShop(sent);
    const open = sent.filter(({ product }) => titles.has(product.toHexString()));
    const first = open[0];
    const recipient = first && (await invitations.addressFor(first.buyer));
    if (!first || !recipient || first.buyer.toHexString() !== buyer) return null;
    const { address, language } = recipient;
    const unsubscribe = invitations.unsubscribeUrl(first.buyer, address);
    const say = (text: MessageText, values: Message['values'] = {}): string => translate(message(text, values), language);
    const mail = composeMail({
      ...{ to: address, language },
      subject: isReminder
        ? say('A reminder: how do you like your order from {shop}?', { shop: shopName })
        : say('How do you like your order from {shop}?', { shop: shopName }),
      before: [
        say('Your order from {shop} was delivered. Your review helps others choose, and you don’t need an account to write it.', {
          shop: shopName,
        }),
        say('Each link can be used once.'),
      ],
      links: open.map(({ _id, product }) => ({
        label: say('Review {product}', { product: titles.get(product.toHexString())! }),
        url: links.reviewUrl(_id),
      })),
      after: [say('You get this email because you bought from {shop}.', { shop: shopName })],
      footer: { label: say('No more invitations'), url: unsubscribe },
    });
    const headers = { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
    return { ...mail, headers };
  }
}
