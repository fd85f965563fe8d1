/** Invitations to review: who is invited when, and what their links are good for. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Language } from '../../messages/index.js';
import type { DataKeys } from '../../data-keys.js';
import type { Change } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { ClientSession } from '../../store/database.js';
import { insertMissing } from '../../store/documents.js';
import type { DomainEvents } from '../domain-events.js';
import { normalEmail, type UserVerbs } from '../user/index.js';
import type { InvitationLinks } from './invitation-links.js';
import type { InvitationDocument, InvitationModels, InvitationStatusName } from './invitation.model.js';
import { afterQuietHours, type QuietHours } from './quiet-hours.js';

const day = 24 * 60 * 60 * 1000;
/** How long a link works after it was last sent. */
export const linkLifetime = 60 * day;
const retention = 365 * day;
/** Orders that were placed longer ago, such as those of an import, invite nobody. */
const oldestOrder = 90 * day;
/** Those of invitations that may still be written or followed. */
const openStatuses: InvitationStatusName[] = ['WAITING', 'SENT', 'OPENED', 'NOT_SENT'];

export interface InvitationTimes {
  enabled: boolean;
  /** Milliseconds from the delivery to the invitation. */
  delay: number;
  /** Milliseconds from the invitation to the reminder; null for none. */
  reminderDelay: number | null;
  quietHours: QuietHours;
}

interface InvitationServiceDependencies {
  models: InvitationModels;
  links: InvitationLinks;
  users: Pick<UserVerbs, 'accountOf'>;
  keys: DataKeys;
  times: InvitationTimes;
}

export class InvitationService {
  private readonly models: InvitationModels;

  constructor(private readonly dependencies: InvitationServiceDependencies) {
    this.models = dependencies.models;
  }

  /** A delivered order invites its buyer, once for each line; a cancelled one invites nobody any more. */
  async follow({ session }: Change, { order, silent }: DomainEvents['orderStatusChanged']): Promise<void> {
    const { invitations } = this.models;
    if (order.status === 'CANCELLED') {
      const open = { order: order._id, status: { $in: openStatuses } };
      await invitations.updateMany(open, { $set: { status: 'CANCELLED', dueAt: null, remindAt: null } }, { session });
    }
    const { enabled } = this.dependencies.times;
    if (silent || !enabled || order.status !== 'DELIVERED' || Date.now() - order.placedAt.getTime() > oldestOrder) return;
    const products = new Map(order.items.map(({ product }) => [product.toHexString(), product]));
    for (const product of products.values()) await this.invite(session, order, product);
  }

  private async invite(
    session: ClientSession,
    { _id: order, buyer, merchant }: DomainEvents['orderStatusChanged']['order'],
    product: Types.ObjectId,
  ): Promise<void> {
    const { delay, quietHours } = this.dependencies.times;
    const now = Date.now();
    const dueAt = afterQuietHours(new Date(now + delay), quietHours);
    const line = `${order.toHexString()}:${product.toHexString()}`;
    const invitation: Omit<InvitationDocument, '_id' | 'line'> = {
      ...{ order, product, buyer, merchant, status: 'WAITING', dueAt },
      ...{ remindAt: null, sentAt: null, openedAt: null, remindedAt: null, reviewedAt: null },
      createdAt: new Date(now),
      expiresAt: new Date(dueAt.getTime() + linkLifetime),
      removeAt: new Date(now + retention),
    };
    const { invitations } = this.models;
    const { upsertedCount } = await invitations.updateOne({ line }, { $setOnInsert: invitation }, { upsert: true, session });
    if (upsertedCount > 0) return;
    // What was taken out of the order by mistake is back: a link that was sent works again, and no second one is sent.
    const back = { line, status: 'CANCELLED' as const };
    await invitations.updateOne({ ...back, sentAt: null }, { $set: { status: 'WAITING', dueAt } }, { session });
    await invitations.updateOne({ ...back, openedAt: null }, { $set: { status: 'SENT' } }, { session });
    await invitations.updateOne(back, { $set: { status: 'OPENED' } }, { session });
  }

  /** What is no longer in a delivered order is not to be reviewed for it. */
  async withdraw({ session }: Change, { order, products }: DomainEvents['purchasesWithdrawn']): Promise<void> {
    await this.models.invitations.updateMany(
      { order, product: { $in: [...products] }, status: { $in: openStatuses } },
      { $set: { status: 'CANCELLED', dueAt: null, remindAt: null } },
      { session },
    );
  }

  /** The buyer reviewed the product, by whichever way: nobody asks them again. */
  async noteReview(session: ClientSession, buyer: Types.ObjectId, product: Types.ObjectId): Promise<void> {
    const now = new Date();
    await this.models.invitations.updateMany(
      { buyer, product, status: { $in: openStatuses } },
      { $set: { status: 'REVIEWED', reviewedAt: now, dueAt: null, remindAt: null } },
      { session },
    );
  }

  /**
   * Who a link lets review, and what.
   * @throws RulesBroken INVITATION_INVALID, INVITATION_EXPIRED, SUSPENDED
   */
  async invitedBy(token: string): Promise<InvitationDocument> {
    const id = this.dependencies.links.invitationIn(token);
    const invitation = id && (await this.models.invitations.findById(id).lean());
    if (!invitation || invitation.status === 'CANCELLED') throw broken('INVITATION_INVALID', 'This invitation is not valid.', 'invitation');
    if (invitation.status !== 'REVIEWED' && invitation.expiresAt <= new Date())
      throw broken('INVITATION_EXPIRED', 'This invitation has expired.', 'invitation');
    const buyer = await this.dependencies.users.accountOf(invitation.buyer);
    if (!buyer) throw broken('INVITATION_INVALID', 'This invitation is not valid.', 'invitation');
    if (buyer.bannedAt) throw broken('SUSPENDED', 'A moderator has restricted your account.', 'invitation');
    return invitation;
  }

  /** Uses a link up, in the transaction of the review. @throws RulesBroken INVITATION_USED */
  async use(session: ClientSession, id: Types.ObjectId): Promise<void> {
    const { modifiedCount } = await this.models.invitations.updateOne(
      { _id: id, status: { $nin: ['REVIEWED', 'CANCELLED'] } },
      { $set: { status: 'REVIEWED', reviewedAt: new Date(), dueAt: null, remindAt: null } },
      { session },
    );
    if (modifiedCount === 0) throw broken('INVITATION_USED', 'This invitation was used already.', 'invitation');
  }

  /** The page behind the link was opened, which is how it is known that the mail was read. @throws RulesBroken as above */
  async open(token: string): Promise<InvitationDocument> {
    const invitation = await this.invitedBy(token);
    if (invitation.status === 'REVIEWED') throw broken('INVITATION_USED', 'This invitation was used already.', 'invitation');
    if (!invitation.openedAt)
      await this.models.invitations.updateOne(
        { _id: invitation._id, status: { $in: ['WAITING', 'SENT', 'NOT_SENT'] } },
        { $set: { status: 'OPENED', openedAt: new Date(), dueAt: null } },
      );
    return invitation;
  }

  /** Whether a link from a mail ends invitations; nothing changes yet. */
  isUnsubscribeLink(token: string): boolean {
    return this.dependencies.links.unsubscribingIn(token) !== null;
  }

  /** How whoever gets a mail at an address gets no further one. */
  unsubscribeUrl(buyer: Types.ObjectId, address: string): string {
    return this.dependencies.links.unsubscribeUrl(buyer, this.digestsOf(address)[0]!);
  }

  /**
   * Neither the address that the mail went to nor the one that its reader has now gets an invitation any more.
   * @returns false for a link that was not made here
   */
  async unsubscribe(token: string): Promise<boolean> {
    const unsubscribing = this.dependencies.links.unsubscribingIn(token);
    if (!unsubscribing) return false;
    const { buyer, addressDigest } = unsubscribing;
    const address = addressOf(await this.dependencies.users.accountOf(buyer));
    await this.putDown([...(addressDigest ? [addressDigest] : []), ...(address ? this.digestsOf(address) : [])], new Date());
    await this.models.invitations.updateMany(
      { buyer, status: { $in: ['WAITING', 'SENT', 'OPENED'] } },
      { $set: { dueAt: null, remindAt: null } },
    );
    await this.models.invitations.updateMany({ buyer, status: 'WAITING' }, { $set: { status: 'NOT_SENT' } });
    return true;
  }

  /** Where and in which language a buyer may be written to; null where there is no address or they do not want it. */
  async addressFor(buyer: Types.ObjectId): Promise<{ address: string; language: Language } | null> {
    const account = await this.dependencies.users.accountOf(buyer);
    const address = account?.bannedAt ? null : addressOf(account);
    if (!address) return null;
    const isUnwanted = await this.models.unsubscribed.exists({ _id: { $in: this.digestsOf(address) } });
    return isUnwanted ? null : { address, language: account?.language ?? 'en' };
  }

  /** Whoever unsubscribed under an earlier key has under the current one too, before the earlier one goes. */
  async keepUnsubscribed(session: ClientSession, addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      const known = await this.models.unsubscribed
        .findOne({ _id: { $in: this.digestsOf(address) } })
        .session(session)
        .lean();
      if (known) await this.putDown(this.digestsOf(address), known.at, session);
    }
  }

  private async putDown(digests: readonly string[], at: Date, session?: ClientSession): Promise<void> {
    await insertMissing(
      this.models.unsubscribed,
      [...new Set(digests)].map((_id) => ({ _id, at })),
      session,
    );
  }

  /** Under every key: some process may have another as its first while keys are changed. */
  private digestsOf(address: string): string[] {
    return this.dependencies.keys.digests(normalEmail(address), 'unsubscribed').map((digest) => digest.toString('base64url'));
  }
}

/** A confirmed address, or the one that the shop delivered to. */
function addressOf(account: Awaited<ReturnType<UserVerbs['accountOf']>>): string | null {
  if (account?.email && account.emailConfirmedAt) return account.email;
  return account?.importedEmail ?? null;
}

export function invitationList(merchant: Types.ObjectId, status?: InvitationStatusName | null): ListDefinition {
  return {
    name: `reviewInvitations:${status ?? ''}`,
    filter: { merchant, ...(status && { status }) },
    order: [
      ['createdAt', -1],
      ['_id', -1],
    ],
  };
}
